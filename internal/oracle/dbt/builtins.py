"""Write down what dbt's own macros print on every adapter.

    python builtins.py ../../dbtctx/testdata/builtins.json

The file is a list of cases with an adapter, a template and `want`. Every
template is compiled as a model of an empty project whose profile asks for the
adapter, and `want` is what came out, to the byte. Cases of adapters that the
virtualenv does not have are left as they are. No warehouse is asked; BigQuery
wants the key of a service account all the same, in the file $KEYFILE.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

CREDENTIALS = {
    "athena": {"s3_staging_dir": "s3://b/", "region_name": "eu-west-1", "schema": "s", "database": "d"},
    "bigquery": {"method": "service-account", "keyfile": os.environ.get("KEYFILE", ""), "project": "p", "dataset": "s"},
    "clickhouse": {"host": "h", "user": "u", "password": "p", "schema": "s"},
    "databricks": {"host": "h", "http_path": "p", "token": "t", "schema": "s", "catalog": "c"},
    "duckdb": {"path": ":memory:", "schema": "s"},
    "fabric": {"driver": "d", "host": "h", "database": "d", "schema": "s", "user": "u", "password": "p"},
    "postgres": {"host": "h", "user": "u", "password": "p", "port": 5432, "dbname": "d", "schema": "s"},
    "redshift": {"host": "h", "user": "u", "password": "p", "port": 5439, "dbname": "d", "schema": "s"},
    "snowflake": {"account": "a", "user": "u", "password": "p", "database": "d", "warehouse": "w", "schema": "s"},
    "spark": {"method": "session", "host": "h", "schema": "s", "port": 10000, "user": "u"},
    "sqlserver": {"driver": "d", "host": "h", "database": "d", "schema": "s", "user": "u", "password": "p"},
    "trino": {"method": "none", "host": "h", "port": 8080, "user": "u", "database": "d", "schema": "s"},
}


def compiled(adapter, templates):
    """Return what each template prints on an adapter; None without the adapter."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch) / "project"
        (folder / "models").mkdir(parents=True)
        (folder / "dbt_project.yml").write_text("name: probe\nprofile: probe\n")
        output = json.dumps({"type": adapter, "threads": 1, **CREDENTIALS[adapter]})
        (folder / "profiles.yml").write_text("probe: {target: dev, outputs: {dev: %s}}\n" % output)
        for i, template in enumerate(templates):
            # A model loses the blanks around its template, not those it prints.
            (folder / "models" / ("m%d.sql" % i)).write_text("[" + template + "]")
        golden = pathlib.Path(scratch) / "golden.json"
        script = pathlib.Path(__file__).parent / "golden.py"
        done = subprocess.run([sys.executable, script, folder, golden], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            print("%s: %s" % (adapter, done.stdout.strip()[-300:]))
            return None
        nodes = json.loads(golden.read_text())["nodes"]
    out = []
    for i in range(len(templates)):
        node = nodes["model.probe.m%d" % i]
        text = node.get("compiled", {}).get("full refresh")
        out.append(text[1:-1] if text else None)
        if not text:
            print("%s: %s: %s" % (adapter, templates[i], node.get("error") or node.get("introspects")))
    return out


def main():
    path = pathlib.Path(sys.argv[1])
    cases = json.loads(path.read_text())
    for adapter in sorted({case["adapter"] for case in cases}):
        own = [case for case in cases if case["adapter"] == adapter]
        texts = compiled(adapter, [case["template"] for case in own])
        for case, text in zip(own, texts or []):
            if text is not None:
                case["want"], case["exact"] = text, True
    path.write_text(json.dumps(cases, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
