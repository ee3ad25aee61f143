"""Write down what dbt makes of a project, for the tests that compare.

    python golden.py PROJECT GOLDEN.json [--runnable] [--deps FILE] [--drop PATH ...]

Run it with the Python of a virtualenv that holds dbt-core and dbt-duckdb. It
copies PROJECT to a scratch folder, so that nothing is written beside it, runs
`dbt parse` and `dbt compile --full-refresh` there, and writes one JSON file:

    dbt, adapter    the versions that spoke
    defaults        the configuration of a resource that sets none, by type
    nodes           every resource by unique_id, with the fields that compare
    disabled        the unique_ids of what is switched off

With --runnable the project is built first (`dbt build`) and compiled a second
time, so that models that ask is_incremental() also get the text of an
incremental run.

--deps replaces packages.yml, --drop leaves files or folders out.

The text of a model is what its template rendered to: the CTEs of ephemeral
models, which dbt puts in afterwards, are taken out again.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

# Fields that are the same in every manifest of a project; what depends on the
# clock, the machine or dbt's own bookkeeping is left out.
FIELDS = [
    "resource_type", "package_name", "name", "path", "original_file_path", "fqn", "alias", "schema", "database",
    "tags", "meta", "group", "access", "version", "latest_version", "patch_path", "description", "relation_name",
    "config", "source_name", "identifier", "loaded_at_field", "column_name", "attached_node", "test_metadata",
    "model", "overrides", "entities", "type", "label", "deprecation_date", "constraints",
]
COLUMN_FIELDS = ["name", "description", "data_type", "quote", "tags", "meta", "constraints"]


def dbt(folder, *args, check=True):
    """Run dbt in folder; what it says is shown only when it fails."""
    env = dict(os.environ, DBT_SEND_ANONYMOUS_USAGE_STATS="false")
    command = [str(pathlib.Path(sys.executable).parent / "dbt"), "--no-use-colors", *args]
    done = subprocess.run(command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if check and done.returncode != 0:
        lines = [line for line in done.stdout.splitlines() if "leaked" not in line]
        sys.exit("dbt %s failed:\n%s" % (" ".join(args), "\n".join(lines[-40:])))
    return done.returncode == 0


def manifest(folder):
    return json.loads((folder / "target" / "manifest.json").read_text())


def rendered(node):
    """Return the text of a node without the CTEs that dbt added to it."""
    text, ctes = node["compiled_code"], node.get("extra_ctes") or []
    if not ctes:
        return text
    joined = ", ".join(cte["sql"] for cte in ctes)
    at = text.index(joined)
    before, after = text[:at], text[at + len(joined):]
    if after.startswith(","):
        return before.removesuffix(" ") + after[1:]
    return before.removesuffix("with").rstrip(" ") + after.removeprefix(" ")


def fields(node):
    out = {key: node[key] for key in FIELDS if node.get(key) not in (None, "", [], {})}
    for key in ("config_keys_used", "config_keys_defaults"):  # what a Python model asks for, not what it is given
        out.get("config", {}).pop(key, None)
    depends = node.get("depends_on") or {}
    if depends.get("nodes"):
        out["depends_on"] = sorted(set(depends["nodes"]))
    if depends.get("macros"):
        out["macros"] = sorted(set(depends["macros"]))
    columns = node.get("columns") or {}
    if columns:
        out["columns"] = [
            {key: column[key] for key in COLUMN_FIELDS if column.get(key) not in (None, "", [], {})}
            for column in columns.values()
        ]
    return out


def resources(m):
    for kind in ("nodes", "sources", "exposures", "metrics", "semantic_models", "saved_queries", "unit_tests", "groups"):
        yield from m[kind].items()


def compiled(m, nodes, world):
    for uid, node in m["nodes"].items():
        if node.get("compiled_code") is not None and node["language"] == "sql" and node["resource_type"] != "operation":
            nodes[uid].setdefault("compiled", {})[world] = rendered(node)


def defaults():
    """Return dbt's own configuration for each type of resource."""
    from dbt.contracts.graph.model_config import get_config_for
    from dbt.node_types import NodeType

    out = {}
    for kind in NodeType:
        try:
            out[kind.value] = get_config_for(kind)().to_dict(omit_none=True)
        except Exception:  # a type that takes no configuration of its own
            continue
    return out


def golden(project, runnable, deps, drop):
    from dbt.version import __version__

    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch) / pathlib.Path(project).name
        shutil.copytree(project, folder, ignore=shutil.ignore_patterns("target", "dbt_packages", "logs", "*.duckdb", ".git"))
        for name in drop:
            gone = folder / name
            shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
        if deps:
            shutil.copy(deps, folder / "packages.yml")
        if (folder / "packages.yml").exists():
            dbt(folder, "deps")
        dbt(folder, "parse", "--no-partial-parse")
        parsed = manifest(folder)
        nodes = {uid: fields(node) for uid, node in resources(parsed) if node["resource_type"] != "operation"}
        unit = ["--exclude", "resource_type:unit_test"]
        dbt(folder, "compile", "--full-refresh", *unit)
        compiled(manifest(folder), nodes, "full refresh")
        if runnable:
            dbt(folder, "build", "--full-refresh", *unit, check=False)
            dbt(folder, "compile", *unit)
            again = {uid: {} for uid in nodes}
            compiled(manifest(folder), again, "incremental")
            for uid, node in again.items():
                text = node.get("compiled", {}).get("incremental")
                if text is not None and text != nodes[uid]["compiled"]["full refresh"]:
                    nodes[uid]["compiled"]["incremental"] = text
        return {
            "dbt": __version__,
            "adapter": parsed["metadata"]["adapter_type"],
            "defaults": defaults(),
            "nodes": nodes,
            "disabled": sorted(parsed["disabled"]),
        }


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("project")
    p.add_argument("golden")
    p.add_argument("--runnable", action="store_true")
    p.add_argument("--deps")
    p.add_argument("--drop", nargs="*", default=[])
    a = p.parse_args()
    text = json.dumps(golden(a.project, a.runnable, a.deps, a.drop), indent=1, sort_keys=True, ensure_ascii=False)
    pathlib.Path(a.golden).parent.mkdir(parents=True, exist_ok=True)
    pathlib.Path(a.golden).write_text(text + "\n")


if __name__ == "__main__":
    main()
