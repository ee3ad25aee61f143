"""Write down what the functions of dbt's context that only compute give.

    python context.py ../../dbtctx/testdata/context.json

The file is a list of cases with a template; with `want` comes back what it
prints with dbt's own functions and modules, null if it raises.
"""

import inspect
import json
import pathlib
import sys

import jinja2
from dbt.context.base import BaseContext, get_context_modules

FUNCTIONS = {
    "diff_of_two_dicts": "diff_of_two_dicts", "fromjson": "fromjson", "fromyaml": "fromyaml", "local_md5": "local_md5",
    "set": "_set", "set_strict": "set_strict", "tojson": "tojson", "zip": "_zip", "zip_strict": "zip_strict",
}


def plain(member):
    """Return the function that dbt has wrapped as a member of its context."""
    for _ in range(3):
        member = getattr(member, "__func__", getattr(member, "inner", member))
    return member


def main():
    path = pathlib.Path(sys.argv[1])
    context = {name: plain(inspect.getattr_static(BaseContext, member)) for name, member in FUNCTIONS.items()}
    context["modules"] = get_context_modules()
    env = jinja2.Environment()
    cases = json.loads(path.read_text(encoding="utf-8"))
    for case in cases:
        try:
            case["want"] = env.from_string(case["template"]).render(**context)
        except Exception:  # whatever it raises
            case["want"] = None
    body = ",\n".join(" " + json.dumps(case, ensure_ascii=False) for case in cases)
    path.write_text("[\n" + body + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
