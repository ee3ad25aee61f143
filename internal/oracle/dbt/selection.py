"""Write down what dbt's selectors choose in a project, for the tests that compare.

    python selection.py PROJECT LIST GOLDEN.json [BEFORE]

Run it with the Python of a virtualenv that holds dbt-core and dbt-duckdb. LIST
has one selection a line, as the arguments of `dbt ls`. The golden file has, for
each, the unique_ids of what is chosen; generic tests, whose ids end in a hash,
by their names. With BEFORE, the project as it was, selections may ask for its
`state:`.
"""

import contextlib
import io
import json
import os
import pathlib
import shlex
import shutil
import sys
import tempfile

from dbt.cli.main import dbtRunner


def chosen(runner, args):
    with contextlib.redirect_stdout(io.StringIO()):
        done = runner.invoke(["--quiet", "ls", "--output", "json", "--output-keys", "unique_id name resource_type", *args])
    if not done.success:
        return {"error": str(done.exception).splitlines()[0]}
    out = set()
    for line in done.result or []:
        node = json.loads(line)
        generic = node["resource_type"] == "test" and node["unique_id"].count(".") == 3
        out.add("test " + node["name"] if generic else node["unique_id"])
    return sorted(out)


def main():
    project, listed, golden, *before = sys.argv[1:]
    lines = [line.strip() for line in open(listed) if line.strip() and not line.startswith("#")]
    golden = pathlib.Path(golden).resolve()
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    with tempfile.TemporaryDirectory() as scratch:
        folders = [copy(p, pathlib.Path(scratch) / str(i)) for i, p in enumerate([project, *before])]
        runner = dbtRunner()
        for folder in reversed(folders):
            os.chdir(folder)
            if (folder / "packages.yml").exists():
                runner.invoke(["--quiet", "deps"])
            runner.invoke(["--quiet", "parse", "--no-partial-parse"])
        state = ["--state", str(folders[1] / "target")] if before else []
        out = {line: chosen(runner, [*shlex.split(line), *state]) for line in lines}
    golden.write_text(json.dumps(out, indent=1, ensure_ascii=False) + "\n")


def copy(project, to):
    ignored = shutil.ignore_patterns("target", "dbt_packages", "logs", "*.duckdb", ".git")
    return shutil.copytree(pathlib.Path(project).resolve(), to / pathlib.Path(project).name, ignore=ignored)


if __name__ == "__main__":
    main()
