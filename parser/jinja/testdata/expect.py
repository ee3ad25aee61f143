"""Regenerates the expectations in own.json with the original engine.

Usage: python3 expect.py   (needs Jinja2 3.1)

Each case has a name, a template and a context; what it renders to, or the
error it raises, is written back. The environment is a sandbox, as that of dbt.
"""

import json
import pathlib

from jinja2.sandbox import SandboxedEnvironment


def fn(name="", caller=None):
    return f"<{name}:{caller()}>" if caller else ""


def render(case):
    env = SandboxedEnvironment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])
    context = dict(case["ctx"], fn=fn, fn2=lambda a, b: a + b, config=lambda *a, **k: "", set=set)
    try:
        return env.from_string(case["tpl"]).render(**context), None
    except Exception as e:
        return None, f"{type(e).__name__}: {e}"


def main():
    path = pathlib.Path(__file__).with_name("own.json")
    cases = json.loads(path.read_text(encoding="utf-8"))
    for case in cases:
        case["expect"], case["err"] = render(case)
    body = ",\n".join(" " + json.dumps(case, ensure_ascii=False) for case in cases)
    path.write_text("[\n" + body + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
