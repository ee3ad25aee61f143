package dbtctx

import (
	"embed"
	"io/fs"
	"path"
	"strings"

	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
)

// builtinFiles hold dbt's macros that projects call, as tables: for each
// macro what it prints on which adapter. A file is named after the namespace
// of its macros.
//
//	== length(expression)
//	-- default
//	length({{ expression }})
//	-- redshift, fabric
//	len({{ expression }})
//
// The heading is the signature, `--` names the adapters that a text is for. A
// macro with such texts is dispatched, so that a project can put its own
// default__length in front; one without is called as it is. The blanks around a
// text are none of it, unless its line has three dashes: dbt prints many macros
// with the blanks of their layout, and compiled SQL is to be the same to the
// byte. Text before the first heading says what the file is about.
//
//go:embed builtin/*.txt
var builtinFiles embed.FS

// builtinDir begins the path of every file of dbt's own macros.
const builtinDir = "<dbt>/"

// Builtin reports whether f is no file of the user's but holds macros of dbt
// that this package provides.
func Builtin(f *source.File) bool { return f != nil && strings.HasPrefix(f.Path, builtinDir) }

// parseBuiltins returns the macros of the tables by namespace and name.
func parseBuiltins() map[string]map[string]jinja.Value {
	out := map[string]map[string]jinja.Value{}
	files, _ := fs.Glob(builtinFiles, "builtin/*.txt")
	for _, name := range files {
		data, _ := builtinFiles.ReadFile(name)
		base := strings.TrimSuffix(path.Base(name), ".txt")
		ns, _, _ := strings.Cut(base, ".")
		if out[ns] == nil {
			out[ns] = map[string]jinja.Value{}
		}
		text := builtinMacros(string(data), ns)
		f := source.NewFile(builtinDir+base+".sql", text)
		for _, def := range jinja.Parse(f, source.Span{End: int32(len(text))}).Macros {
			out[ns][def.Name] = jinja.NewMacro(def, scope{}, def.Name)
		}
	}
	return out
}

// builtinMacros writes a table as macros.
func builtinMacros(table, ns string) string {
	var b strings.Builder
	sections := strings.Split("\n"+strings.TrimSuffix(table, "\n"), "\n== ")
	for _, s := range sections[1:] {
		signature, rest, _ := strings.Cut(s, "\n")
		name, params, _ := strings.Cut(strings.TrimSpace(signature), "(")
		params = strings.TrimSuffix(params, ")")
		bodies := strings.Split("\n"+rest, "\n--")
		if len(bodies) == 1 {
			writeMacro(&b, name, params, bodies[0])
			continue
		}
		args := argumentNames(params)
		writeMacro(&b, name, params, "{{ return(adapter.dispatch('"+name+"', '"+ns+"')("+args+")) }}")
		for _, body := range bodies[1:] {
			adapters, text, _ := strings.Cut(body, "\n")
			adapters, asItStands := strings.CutPrefix(adapters, "-")
			for a := range strings.SplitSeq(adapters, ",") {
				macro := strings.TrimSpace(a) + "__" + name
				if asItStands {
					b.WriteString("{% macro " + macro + "(" + args + ") %}" + text + "{% endmacro %}\n")
				} else {
					writeMacro(&b, macro, args, text)
				}
			}
		}
	}
	return b.String()
}

func writeMacro(b *strings.Builder, name, params, body string) {
	b.WriteString("{% macro " + name + "(" + params + ") -%}\n" + strings.TrimSpace(body) + "\n{%- endmacro %}\n")
}

// argumentNames returns the names of parameters without their defaults. No
// default holds a comma outside brackets and quotes.
func argumentNames(params string) string {
	var names []string
	depth, quote, start := 0, rune(0), 0
	cut := func(end int) {
		name, _, _ := strings.Cut(params[start:end], "=")
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
		start = end + 1
	}
	for i, c := range params {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case strings.ContainsRune("([{", c):
			depth++
		case strings.ContainsRune(")]}", c):
			depth--
		case c == ',' && depth == 0:
			cut(i)
		}
	}
	cut(len(params))
	return strings.Join(names, ", ")
}
