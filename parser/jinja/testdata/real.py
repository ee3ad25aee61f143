"""Make conformance cases of the templates that projects have.

    python real.py CASES.json COUNT SEED FOLDER ...

Takes COUNT files at random from the .sql files below the folders. Every name
that a file calls and does not define becomes a macro that prints its name and
its arguments, every other one a text, every member of a name a text or such a
macro, so that real Jinja2 has something to render; files that it still does not
render are left out. The result is read by

    go test ./parser/jinja -run TestConformance -cases CASES.json
"""

import json
import pathlib
import random
import sys

import jinja2
from jinja2 import meta, nodes

ENV = jinja2.Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])


def prelude(ast):
    """Return definitions of the names that a template does not define."""
    free = meta.find_undeclared_variables(ast)
    called = {c.node.name for c in ast.find_all(nodes.Call) if isinstance(c.node, nodes.Name)}
    members = {}
    for call in ast.find_all(nodes.Call):
        at = call.node
        if isinstance(at, nodes.Getattr) and isinstance(at.node, nodes.Name):
            members.setdefault(at.node.name, {})[at.attr] = True
    for at in ast.find_all(nodes.Getattr):
        if isinstance(at.node, nodes.Name):
            members.setdefault(at.node.name, {}).setdefault(at.attr, False)
    out = []
    for name in sorted(free):
        if name in called:
            out.append("{%% macro %s() %%}%s({{ varargs | join(', ') }}{{ kwargs }}){%% endmacro %%}" % (name, name))
        elif name in members:
            items = []
            for attr, is_call in sorted(members[name].items()):
                if is_call:
                    macro = "_%s_%s" % (name, attr)
                    out.append("{%% macro %s() %%}%s({{ varargs | join(', ') }}{{ kwargs }}){%% endmacro %%}" % (macro, attr))
                    items.append("'%s': %s" % (attr, macro))
                else:
                    items.append("'%s': '%s'" % (attr, attr))
            out.append("{%% set %s = {%s} %%}" % (name, ", ".join(items)))
        else:
            out.append("{%% set %s = '%s' %%}" % (name, name))
    return "".join(out)


def case(path):
    text = path.read_text(encoding="utf-8", errors="strict")
    if "{" not in text:
        return None
    template = prelude(ENV.parse(text)) + text
    return {"name": str(path), "tpl": template, "ctx": {}, "expect": ENV.from_string(template).render(), "err": None}


def main():
    target, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    files = sorted(f for folder in sys.argv[4:] for f in pathlib.Path(folder).rglob("*.sql") if f.is_file())
    random.Random(seed).shuffle(files)
    cases, refused = [], 0
    for path in files[:count]:
        try:
            made = case(path)
        except Exception:  # whatever Jinja2 does not render
            refused += 1
            continue
        if made is not None:
            cases.append(made)
    pathlib.Path(target).write_text(json.dumps(cases))
    print("%d cases of %d files, %d are not rendered by Jinja2" % (len(cases), min(count, len(files)), refused))


if __name__ == "__main__":
    main()
