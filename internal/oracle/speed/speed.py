"""Measure SQL parsers on the same files, one after the other.

    python speed.py FOLDER --dialect snowflake [--files 200] [--python OTHER ...]

FOLDER holds .sql files without templates; --files takes that many, evenly
spread. For each parser one line is printed: the files it reads without an
error, and megabytes of text per second of processor time, all threads counted.
Reading the files and starting the parser is not measured for the libraries; of
sqruff, which is a program, it is a part.

What is measured is what is there: this project and PostgreSQL's grammar through
`go test` in ../pg, and, in the Python that runs this script, sqlglot, sqlfluff
and sqruff. --python names the Python of another virtualenv in which sqlglot is
measured as well: one that has sqlglotc is sqlglot compiled to C.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import logging
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
SQLFLUFF = {"generic": "ansi", "spark": "sparksql"}
SQLGLOT = {"generic": ""}


def spent():
    """Processor time of the children that have ended, in seconds."""
    use = resource.getrusage(resource.RUSAGE_CHILDREN)
    return use.ru_utime + use.ru_stime


def report(name, texts, read, seconds):
    size = sum(len(t.encode()) for t in texts) / 1e6
    print(f"{name:<28} {read:5d} of {len(texts)} files  {size:7.2f} MB  {seconds:8.2f} s  {size / max(seconds, 1e-3):8.3f} MB/s", flush=True)


def measure(name, texts, parse):
    read, start = 0, time.process_time()
    for text in texts:
        try:
            read += bool(parse(text))
        except Exception:  # each parser has errors of its own
            pass
    report(name, texts, read, time.process_time() - start)


def sqlglot(texts, dialect):
    import sqlglot as library

    compiled = any(d.metadata["Name"] == "sqlglotc" for d in importlib.metadata.distributions())
    name = SQLGLOT.get(dialect, dialect)
    logging.getLogger("sqlglot").setLevel("CRITICAL")
    kind = "C" if compiled else "Python"
    measure(f"sqlglot {library.__version__} ({kind})", texts, lambda t: library.parse(t, read=name))


def sqlfluff(texts, dialect):
    import sqlfluff as library
    from sqlfluff.core import FluffConfig, Linter

    linter = Linter(config=FluffConfig(overrides={"dialect": SQLFLUFF.get(dialect, dialect), "templater": "raw"}))

    def parse(text):
        parsed = linter.parse_string(text)
        return parsed.tree is not None and not parsed.violations and "unparsable" not in parsed.tree.type_set()

    measure(f"sqlfluff {library.__version__}", texts, parse)


def sqruff(texts, dialect):
    program = pathlib.Path(sys.executable).with_name("sqruff")
    if not program.exists():
        return
    version = subprocess.run([program, "--version"], capture_output=True, text=True).stdout.split()[-1]
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for i, text in enumerate(texts):
            paths.append(pathlib.Path(folder, f"{i:05d}.sql"))
            paths[-1].write_text(text)
        command = [program, "--ignore-local-config", "--dialect", SQLFLUFF.get(dialect, dialect), "parse", "--format"]
        before = spent()
        subprocess.run(command + ["none"] + paths, capture_output=True, cwd=folder)
        seconds = spent() - before
        read = 0
        for path in paths:  # not measured: one run a file tells which are read
            done = subprocess.run(command + ["pretty", path], capture_output=True, text=True, cwd=folder)
            read += done.returncode == 0 and "unparsable" not in done.stdout.lower()
    report(f"sqruff {version}", texts, read, seconds)


def go(texts, dialect):
    if not shutil.which("go"):
        return
    with tempfile.TemporaryDirectory() as folder:
        for i, text in enumerate(texts):
            pathlib.Path(folder, f"{i:05d}.sql").write_text(text)
        command = ["go", "test", "-run", "TestSpeed", "-v", ".", "-args", "-texts", folder, "-dialect", dialect]
        done = subprocess.run(command, cwd=HERE.parent / "pg", capture_output=True, text=True)
    for line in done.stdout.splitlines():
        if line.startswith("speed: "):
            row = json.loads(line[len("speed: "):])
            report(row["name"], texts, row["read"], row["seconds"])
            if row.get("bytes"):
                print(f"{'':<28} {row['bytes']:.1f} bytes allocated for each byte of text")


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("folder", type=pathlib.Path)
    args.add_argument("--dialect", default="generic")
    args.add_argument("--files", type=int, default=200)
    args.add_argument("--python", action="append", default=[])
    args.add_argument("--only", help="measure this parser of this Python and nothing else")
    a = args.parse_args()
    paths = sorted(a.folder.rglob("*.sql"))
    paths = paths[:: max(1, len(paths) // a.files)][: a.files]
    texts = [p.read_text(errors="replace") for p in paths]
    parsers = {"sqlglot": sqlglot, "sqlfluff": sqlfluff, "sqruff": sqruff}
    if a.only:
        parsers[a.only](texts, a.dialect)
        return
    go(texts, a.dialect)
    sqruff(texts, a.dialect)
    for other in a.python:
        subprocess.run([other, __file__, str(a.folder), "--dialect", a.dialect, "--files", str(a.files), "--only", "sqlglot"])
    for name in ("sqlglot", "sqlfluff"):
        if importlib.util.find_spec(name):
            parsers[name](texts, a.dialect)


if __name__ == "__main__":
    main()
