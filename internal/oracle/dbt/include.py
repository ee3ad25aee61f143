"""Write down what the macros in the include trees of dbt's adapters print.

    python include.py ../../dbtctx/testdata/include.json FOLDER

The virtualenv needs dbt-core only; FOLDER holds the unpacked wheels of the
adapters (pip download --no-deps). Their connection libraries are not needed:
what an adapter imports and the virtualenv lacks is a class without content, for
no case asks a warehouse. Real are the macros, dbt's template environment, and
each adapter's own Column and Relation classes, its quoting and its parents.

No call needs the result of a query, as date_spine does.

Every cross-database macro is called on every adapter with the arguments below.
Of each cell the file has the text to the byte, or null if the macro raises or
the adapter has none; cells of one template with equal text stand together.
"""

import collections
import datetime
import importlib
import importlib.abc
import importlib.machinery
import itertools
import json
import pathlib
import re
import sys
import types

import dbt
import dbt.adapters
import dbt.include
from dbt import version
from dbt_common.clients import jinja as dbt_jinja

ADAPTERS = (
    "athena bigquery clickhouse databricks duckdb fabric postgres redshift snowflake spark sqlserver trino"
).split()

# The libraries that adapters reach their warehouses by.
ABSENT = set(
    "TCLIService OpenSSL adbc_driver_manager azure bigframes boto3 botocore clickhouse_connect clickhouse_driver cryptography "
    "databricks google mmh3 mssql_python mypy_boto3_athena mypy_boto3_glue mypy_boto3_lakeformation nbformat notebookutils "
    "pandas psycopg2 pyathena pyhive pyodbc pyspark redshift_connector snowflake sqlparams thrift thrift_sasl trino".split()
)

PARTS = ["year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond", "microsecond"]


def calls():
    """Return the calls to make, as they are written in a template."""
    out = [
        "type_%s()" % t for t in ("string", "timestamp", "float", "numeric", "bigint", "int", "boolean")
    ]
    out += ["current_timestamp()", "snapshot_get_time()", "current_timestamp_backcompat()"]
    out += ["current_timestamp_in_utc_backcompat()", "except()", "intersect()", "copy_grants()"]
    out += ["%s('a')" % m for m in ("any_value", "bool_or", "hash", "length", "cast_bool_to_text", "string_literal")]
    out += ["string_literal(\"it's\")", "string_literal(1)", "escape_single_quotes(\"it's '' q\")", "escape_single_quotes('plain')"]
    out += ["cast('a', '%s')" % t for t in ("int", "geography", "GEOMETRY", "variant")]
    out += ["safe_cast('%s', '%s')" % (f, t) for f, t in (("a", "int"), ("a", "geography"), ("a", "variant"), ("null", "String"))]
    out += ["safe_cast(1, 'int')", "safe_cast(field='a', type=dbt.type_string())", "cast(field=1, type=api.Column.translate_type('float'))"]
    out += ["concat([%s])" % x for x in ("'a'", "'a', 'b'", "'a', \"'-'\", 'c'", "")]
    out += ["position(\"'x'\", 'a')", "replace('a', \"'x'\", \"'y'\")", "replace('a', 'x', 'y')"]
    out += ["right('a', %s)" % n for n in ("3", "0", "'n'")]
    out += ["split_part('a', \"'-'\", %d)" % n for n in (1, 2, 0, -1, -2)] + ["split_part('a', \"'_'\", 1)", "split_part('a', 'd', 3)"]
    out += ["equals('a', 'b')", "equals('a', 1)", "date(2024, 2, 3)", "date(1999, 12, 31)"]
    out += ["date_trunc('%s', 'd')" % p for p in PARTS]
    out += ["dateadd('%s', %s, 'd')" % (p, n) for p in PARTS for n in ("1", "-3", "'n'")]
    out += ["dateadd('DAY', 1, 'd')", "dateadd(datepart='day', interval=1, from_date_or_timestamp=\"'2024-01-01'\")"]
    out += ["datediff('a', 'b', '%s')" % p for p in PARTS] + ["datediff(\"'2024-01-01'\", 'b', 'day')", "datediff('a', 'b', 'DAY')"]
    out += ["last_day('d', '%s')" % p for p in ("day", "week", "month", "quarter", "year")]
    out += ["listagg('a'%s)" % a for a in (
        "", ", \"'; '\"", ", \"'|'\", 'order by b'", ", \"','\", 'order by b desc', 3", ", \"','\", none, 2",
        ", order_by_clause='order by b, c'", ", limit_num=1", ", \"'.'\", 'order by b', 5",
    )]
    out += ["array_construct(%s)" % a for a in ("", "[]", "[1]", "[1, 2]", "['a', 'b']", "[], 'integer'", "[], dbt.type_string()")]
    out += ["array_append('a', %s)" % x for x in ("1", "'x'", "\"'x'\"")] + ["array_concat('a', 'b')"]
    out += ["generate_series(%d)" % n for n in (1, 2, 5, 100)] + ["get_powers_of_two(%d)" % n for n in (1, 2, 9, 1024, 0)]
    out += ["generate_schema_name(%s, none)" % x for x in ("none", "' x '")]
    out += ["generate_schema_name_for_env(%s, none)" % x for x in ("none", "'x'")]
    out += ["generate_database_name(%s, none)" % x for x in ("none", "' x '")]
    out += ["generate_alias_name(%s, {'name': 'm', 'version': %s})" % x for x in (("none", "none"), ("' x '", "none"), ("none", "'1.2'"))]
    out += ["get_quoted_csv(['a', 'B c'])", "partition_range('20240130,20240202')", "partition_range('20240130')", "partition_range('2024-02-28, 2024-03-01', '%Y-%m-%d')", "incremental_validate_on_schema_change('x')"]
    out += ["partition_range('20240202,20240130')", "partition_range('1,2,3')", "convert_datetime('2024', '%Y')"]
    out += ["dates_in_range('20231231', '20240101', out_fmt='%d.%m.%y')", "dates_in_range('2024-02-29', in_fmt='%Y-%m-%d')"]
    out += ["incremental_validate_on_schema_change('fail')"]
    return out


class Class(type):
    """The type of what stands for a class of a library that is not there."""

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return hollow(name)


def hollow(name):
    return Class(name, (Exception,), {
        "__init__": lambda self, *a, **k: None,
        "__class_getitem__": classmethod(lambda cls, key: cls),
        "__call__": lambda self, *a, **k: a[0] if a else self,
    })


class Module(types.ModuleType):
    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        value = hollow(name)
        setattr(self, name, value)
        return value


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds what nobody else did, if a warehouse is reached by it."""

    def find_spec(self, name, path, target=None):
        if name.split(".")[0] not in ABSENT or name.startswith("google.protobuf"):
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return Module(spec.name)

    def exec_module(self, module):
        pass


class Returned(Exception):
    def __init__(self, value):
        super().__init__()
        self.value = value


class Adapter:
    """The adapter object, the macros and the context of one adapter."""

    def __init__(self, name):
        self.name = name
        self.plugin = importlib.import_module("dbt.adapters." + name).Plugin
        self.chain = [name] + list(self.plugin.dependencies or [])
        self.env = dbt_jinja.get_environment(None, capture_macros=False)
        self.context = self.base()
        self.macros = {}
        trees = [pathlib.Path(self.plugin.include_path)]
        for parent in self.chain[1:]:
            trees.append(pathlib.Path(importlib.import_module("dbt.adapters." + parent).Plugin.include_path))
        trees.append(pathlib.Path(importlib.import_module("dbt.include.global_project").__file__).parent)
        for tree in reversed(trees):
            for path in sorted((tree / "macros").rglob("*.sql")):
                self.load(path)
        own = {k: v for k, v in self.macros.items() if k not in self.native}
        self.context.update(own)
        self.context["dbt"] = {**own, **self.native}

    def load(self, path):
        for block in dbt_jinja.extract_toplevel_blocks(path.read_text(encoding="utf-8"), {"macro"}, collect_raw_data=False):
            self.macros[block.block_name] = self.caller(block.block_name, block.full_block)

    def caller(self, name, text):
        def call(*args, **kwargs):
            template = self.env.from_string(text, globals=self.context)
            module = template.make_module(dict(self.context), False, {})
            try:
                return getattr(module, "dbt_macro__" + name)(*args, **kwargs)
            except Returned as r:
                return r.value
        return call

    def dispatch(self, macro_name, macro_namespace=None):
        for prefix in self.chain + ["default"]:
            found = self.macros.get("%s__%s" % (prefix, macro_name))
            if found:
                return found
        raise LookupError("no macro " + macro_name)

    def quote(self, identifier):
        return object.__new__(self.plugin.adapter).quote(identifier)

    def base(self):
        def returned(value=None):
            raise Returned(value)

        def raised(message=""):
            raise RuntimeError(message)

        self.native = {"return": returned, "statement": lambda *a, **k: "", "load_result": lambda *a, **k: None}
        return {
            **self.native,
            "execute": True,
            "adapter": types.SimpleNamespace(
                dispatch=self.dispatch, quote=self.quote, type=lambda: self.name,
                has_dbr_capability=lambda name: True, behavior=collections.defaultdict(lambda: {"no_warn": False}),
            ),
            "dbt_version": version.__version__,
            "try_or_compiler_error": lambda message, function, *args: function(*args),
            "api": types.SimpleNamespace(Column=self.plugin.adapter.Column, Relation=self.plugin.adapter.Relation),
            "config": types.SimpleNamespace(get=lambda key, default=None: default),
            "exceptions": types.SimpleNamespace(raise_compiler_error=raised, warn=lambda *a: ""),
            "model": {"name": "m", "config": {}},
            "modules": types.SimpleNamespace(datetime=datetime, re=re, itertools=itertools),
            "target": {"name": "dev", "type": self.name, "schema": "main", "database": "db"},
            "var": lambda name, default=None: default,
            "log": lambda *a, **k: "",
        }

    def text(self, call):
        """Return what the call prints; None if it raises."""
        try:
            template = self.env.from_string("{{ dbt.%s }}" % call, globals=self.context)
            return str(template.render(dict(self.context)))
        except Exception:  # whatever the macro raises
            return None


def main():
    target, wheels = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    for module in (dbt, dbt.adapters, dbt.include):
        module.__path__.append(str(wheels.joinpath(*module.__name__.split("."))))
    sys.meta_path.append(Finder())
    adapters = [Adapter(name) for name in ADAPTERS]
    cases = []
    for call in calls():
        texts = collections.defaultdict(list)
        for adapter in adapters:
            texts[adapter.text(call)].append(adapter.name)
        for text, names in texts.items():
            cases.append({"call": call, "adapters": names, "want": text})
    body = ",\n".join(" " + json.dumps(case, ensure_ascii=False) for case in cases)
    target.write_text("[\n" + body + "\n]\n", encoding="utf-8")
    print("%d calls on %d adapters, %d different texts" % (len(calls()), len(adapters), len(cases)))


if __name__ == "__main__":
    main()
