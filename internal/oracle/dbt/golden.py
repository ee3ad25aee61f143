"""Write down what dbt makes of a project, for the tests that compare.

    python golden.py PROJECT GOLDEN.json [--runnable] [--deps FILE] [--drop PATH ...]

Run it with the Python of a virtualenv that holds dbt-core and the adapter that
the project's profile asks for. It copies PROJECT to a scratch folder, so that
nothing is written beside it, parses it there and compiles every node on its
own, and writes one JSON file:

    dbt, adapter    the versions that spoke
    defaults        the configuration of a resource that sets none, by type
    nodes           every resource by unique_id, with the fields that compare
    disabled        the unique_ids of what is switched off

run_started_at and the clock of modules.datetime are a fixed time. An incremental
model is compiled twice, for the worlds `full refresh` (--full-refresh) and `incremental` (its table is there); any other without
a flag, which is `full refresh` as well, and for `with --full-refresh`. No warehouse is asked: only whether the
model's own relation exists has an answer. A node that asks anything else gets
`introspects`, the names of the questions, one that fails gets `error`; both have
no text.

With --runnable there is a warehouse, DuckDB's: the project is built first
(`dbt build`), and every question is answered.

--deps replaces packages.yml, --drop leaves files or folders out. Packages that
are in dbt_packages already are not installed again.

The text of a model is what its template rendered to, without the CTEs of
ephemeral models that dbt puts in afterwards.
"""

import argparse
import datetime
import json
import os
import pathlib
import shutil
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

# Methods of `adapter` that ask no warehouse.
SILENT = {
    "dispatch", "type", "quote", "quote_as_configured", "quote_seed_column", "Relation", "Column", "config", "behavior",
    "get_relation", "standardize_grants_dict", "valid_incremental_strategies", "builtin_incremental_strategies",
    "get_incremental_strategy_macro", "render_raw_columns_constraints", "render_raw_model_constraints", "cache_added",
    "cache_dropped", "cache_renamed", "parse_partition_by", "supports", "build_catalog_relation", "is_motherduck",
    "convert_datetimes_to_strs", "external_root", "date_function", "timestamp_add_sql", "nice_connection_name",
    "parse_index", "verify_database", "disable_transactions", "should_identifier_be_quoted", "get_credentials",
}


# The time at which every run started.
STARTED = datetime.datetime(2024, 2, 29, 12, 30, 15, 123456, tzinfo=datetime.timezone.utc)


class Stopped(datetime.datetime):
    """Python's datetime with a clock that stands still."""

    @classmethod
    def now(cls, tz=None):
        return STARTED.astimezone(tz) if tz else STARTED.replace(tzinfo=None)

    @classmethod
    def utcnow(cls):
        return STARTED.replace(tzinfo=None)

    today = utcnow


class StoppedDate(datetime.date):
    @classmethod
    def today(cls):
        return STARTED.date()


def stop_clock():
    """Let modules.datetime of templates stand still."""
    from dbt.context import base

    module = base.get_datetime_module_context
    base.get_datetime_module_context = lambda: {**module(), "datetime": Stopped, "date": StoppedDate}


class Asked(Exception):
    """A node asks a warehouse that is not there."""


class Compilation:
    """Compiles every node with dbt's own compiler, each on its own."""

    def __init__(self, warehouse):
        self.warehouse = warehouse
        self.world = ""
        self.only = set()  # unique_ids to compile
        self.node = None
        self.texts, self.errors, self.asked = {}, {}, {}

    def attach(self):
        """Hook into dbt's compile command."""
        from dbt import tracking
        from dbt.compilation import Compiler
        from dbt.context.providers import RuntimeDatabaseWrapper
        from dbt.task.compile import CompileRunner, CompileTask

        compile_code, attribute = Compiler._compile_code, RuntimeDatabaseWrapper.__getattr__
        me = self

        def keep_text(compiler, node, *args, **kwargs):
            node = compile_code(compiler, node, *args, **kwargs)
            if me.node == node.unique_id:
                me.texts[node.unique_id] = node.compiled_code
            return node

        def alone(runner, manifest):
            uid = runner.node.unique_id
            tracking.active_user.run_started_at = STARTED
            if uid not in me.only:
                return runner.node
            me.node, me.unique = uid, runner.node
            try:
                return runner.compiler.compile_node(runner.node, manifest, {}, write=False)
            except Exception as e:
                me.errors.setdefault(uid, str(e))
                return runner.node

        def ask(wrapper, name):
            value = attribute(wrapper, name)
            if me.warehouse:
                return value
            if name == "get_relation":
                return me.relation(wrapper)
            if name not in SILENT:
                me.asked.setdefault(me.node, set()).add(name)
                raise Asked(name)
            return value

        Compiler._compile_code, RuntimeDatabaseWrapper.__getattr__ = keep_text, ask
        CompileRunner.compile = alone
        CompileTask.raise_on_first_error = lambda task: False

    def relation(self, wrapper):
        """Answer adapter.get_relation for the node's own relation alone."""

        def get_relation(database=None, schema=None, identifier=None, **_):
            node = self.unique
            if (schema, identifier) != (node.schema, node.alias):
                self.asked.setdefault(self.node, set()).add("get_relation")
                raise Asked("get_relation")
            if self.world != "incremental":
                return None
            return wrapper.Relation.create(database=database, schema=schema, identifier=identifier, type="table")

        return get_relation

    def run(self, dbt, nodes, world, only, *flags):
        """Compile for a world, and note the texts that are new."""
        self.world, self.only = world, only
        self.texts, self.errors, self.asked = {}, {}, {}
        if not self.warehouse:
            flags = ("--no-introspect", *flags)  # no connection is opened
        dbt("compile", "--threads", "1", "--no-populate-cache", "--exclude", "resource_type:unit_test", *flags, check=False)
        for uid, text in self.texts.items():
            node = nodes.get(uid)
            if node is None or uid in self.errors or self.asked.get(uid) or uid not in self.only:
                continue
            compiled = node.setdefault("compiled", {})
            if text != compiled.get("full refresh"):
                compiled[world] = text
        for uid, error in self.errors.items():
            if uid in self.only and not self.asked.get(uid):
                nodes[uid]["error"] = " ".join(error.split())[:300]
        for uid, names in self.asked.items():
            if uid in self.only:
                nodes[uid]["introspects"] = sorted(set(names) | set(nodes[uid].get("introspects", [])))


def runner(folder):
    """Return a function that runs dbt in folder, and a quiet one."""
    from dbt.cli.main import dbtRunner

    def run(*args, check=True):
        done = dbtRunner().invoke([args[0], "--quiet", "--no-use-colors", "--project-dir", str(folder), *args[1:]])
        if check and not done.success:
            sys.exit("dbt %s failed: %s" % (args[0], done.exception))
        return done.result

    return run


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


def has_text(node):
    """Whether the template of a node is compared; that of a generic test is not."""
    return node.get("language") == "sql" and node["resource_type"] != "seed" and not node.get("test_metadata")


def resources(m):
    for kind in ("nodes", "sources", "exposures", "metrics", "semantic_models", "saved_queries", "unit_tests", "groups", "functions"):
        yield from m[kind].items()


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

    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch) / pathlib.Path(project).resolve().name
        shutil.copytree(project, folder, ignore=shutil.ignore_patterns("target", "logs", "*.duckdb", ".git"))
        for name in drop:
            gone = folder / name
            shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
        if deps:
            shutil.copy(deps, folder / "packages.yml")
        os.chdir(folder)
        stop_clock()
        dbt = runner(folder)
        if (folder / "packages.yml").exists() and not (folder / "dbt_packages").exists():
            dbt("deps")
        dbt("parse", "--no-partial-parse")
        parsed = json.loads((folder / "target" / "manifest.json").read_text())
        nodes = {uid: fields(node) for uid, node in resources(parsed) if node["resource_type"] != "operation"}
        sql = {uid: n for uid, n in parsed["nodes"].items() if uid in nodes and has_text(n)}
        incremental = {uid for uid, n in sql.items() if n["config"].get("materialized") == "incremental"}
        if runnable:
            dbt("build", "--exclude", "resource_type:unit_test", check=False)
        compilation = Compilation(runnable)
        compilation.attach()  # only now: a build compiles with what this replaces
        compilation.run(dbt, nodes, "full refresh", set(sql) - incremental)
        compilation.run(dbt, nodes, "with --full-refresh", set(sql) - incremental, "--full-refresh")
        if incremental:
            compilation.run(dbt, nodes, "full refresh", incremental, "--full-refresh")
            compilation.run(dbt, nodes, "incremental", incremental)
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
    target = pathlib.Path(a.golden).resolve()
    text = json.dumps(golden(a.project, a.runnable, a.deps, a.drop), indent=1, sort_keys=True, ensure_ascii=False)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text + "\n")


if __name__ == "__main__":
    main()
