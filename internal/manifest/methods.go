package manifest

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/dbtvet/dbtvet/parser/jinja"
)

// methods are the selector methods that ask a subject about itself. They
// return the question for one argument and value.
var methods = map[string]func(m *Manifest, arg, value string) (func(*subject) bool, error){
	"fqn": plainMethod(func(v string) func(*subject) bool {
		return func(x *subject) bool { return x.kind != string(Source) && x.named(v) }
	}),
	"tag": plainMethod(func(v string) func(*subject) bool {
		is := fnmatch(v)
		return func(x *subject) bool { return slices.ContainsFunc(x.tags, is) }
	}),
	"path": plainMethod(func(v string) func(*subject) bool {
		return func(x *subject) bool { return under(x.path, v) || x.patch != "" && isAt(x.patch, v) }
	}),
	"file": plainMethod(func(v string) func(*subject) bool {
		is := fnmatch(v)
		return func(x *subject) bool {
			base := path.Base(x.path)
			return is(base) || is(strings.TrimSuffix(base, path.Ext(base)))
		}
	}),
	"package": func(m *Manifest, _, v string) (func(*subject) bool, error) {
		if v == "this" {
			v = m.Project.Root.Name
		}
		is := fnmatch(v)
		return func(x *subject) bool { return is(x.pkg) }, nil
	},
	"group": plainMethod(func(v string) func(*subject) bool {
		is := fnmatch(v)
		return func(x *subject) bool {
			return x.node != nil && (x.node.Type.rendered() || x.node.Type == Metric) && x.node.Group != "" && is(x.node.Group)
		}
	}),
	"access": plainMethod(func(v string) func(*subject) bool {
		return func(x *subject) bool { return x.kind == string(Model) && x.node.Access == v }
	}),
	"resource_type": func(_ *Manifest, _, v string) (func(*subject) bool, error) {
		if !slices.Contains(resourceTypes, v) {
			return nil, fmt.Errorf("there is no resource type `%s`, only %s", v, strings.Join(resourceTypes, ", "))
		}
		return func(x *subject) bool { return x.kind == v }, nil
	},
	"config": func(_ *Manifest, arg, v string) (func(*subject) bool, error) {
		return func(x *subject) bool { return x.configured(arg, v) }, nil
	},
	"source":         ofType(Source),
	"exposure":       ofType(Exposure),
	"metric":         ofType(Metric),
	"semantic_model": ofType(SemanticModel),
	"saved_query":    ofType(SavedQuery),
	"unit_test":      ofType("unit_test"),
	"test_name": plainMethod(func(v string) func(*subject) bool {
		is := fnmatch(v)
		return func(x *subject) bool { return x.test != nil && is(x.test.Name) || x.unit != nil && is(x.unit.Name) }
	}),
	"test_type": testType,
	"version":   ofVersion,
}

var resourceTypes = []string{
	"model", "analysis", "test", "snapshot", "seed", "source", "exposure", "metric", "saved_query", "semantic_model", "unit_test", "function",
}

// plainMethod is a method that needs its value alone.
func plainMethod(ask func(value string) func(*subject) bool) func(*Manifest, string, string) (func(*subject) bool, error) {
	return func(_ *Manifest, _, v string) (func(*subject) bool, error) { return ask(v), nil }
}

// ofType matches [package.]name of a type; of a source [package.]source[.table].
func ofType(t Type) func(*Manifest, string, string) (func(*subject) bool, error) {
	most := 2
	if t == Source {
		most = 3
	}
	return func(_ *Manifest, _, v string) (func(*subject) bool, error) {
		var is []func(string) bool
		for _, part := range strings.Split(v, ".") {
			is = append(is, fnmatch(part))
		}
		if len(is) > most {
			return nil, fmt.Errorf("`%s` has more parts than the name of a %s", v, strings.ReplaceAll(string(t), "_", " "))
		}
		return func(x *subject) bool {
			if x.kind != string(t) {
				return false
			}
			parts := []string{x.pkg, x.name}
			if t == Source {
				parts = []string{x.pkg, x.node.Source, x.node.Name}
			}
			if len(is) < len(parts) && !(t != Source && len(is) == 2) {
				parts = parts[1:]
			}
			for i, is := range is {
				if !is(parts[i]) {
					return false
				}
			}
			return true
		}, nil
	}
}

func testType(_ *Manifest, _, v string) (func(*subject) bool, error) {
	singular := func(x *subject) bool { return x.kind == "test" && x.test == nil }
	switch v {
	case "generic", "schema":
		return func(x *subject) bool { return x.test != nil }, nil
	case "singular":
		return singular, nil
	case "data":
		return func(x *subject) bool { return x.test != nil || singular(x) }, nil
	case "unit":
		return func(x *subject) bool { return x.unit != nil }, nil
	}
	return nil, fmt.Errorf("the type of a test is generic, singular, unit or data, not `%s`", v)
}

func ofVersion(m *Manifest, _, v string) (func(*subject) bool, error) {
	compared := func(sign int) func(*subject) bool {
		return func(x *subject) bool {
			if x.kind != string(Model) || x.node.Version == "" || x.node.Patch == nil {
				return false
			}
			latest := latestVersion(x.node.Patch.Entry)
			return latest != "" && compareVersions(x.node.Version, latest) == sign
		}
	}
	switch v {
	case "latest":
		return func(x *subject) bool { return x.kind == string(Model) && x.node.Version != "" && x.node.Latest }, nil
	case "prerelease":
		return compared(1), nil
	case "old":
		return compared(-1), nil
	case "none":
		return func(x *subject) bool { return x.kind == string(Model) && x.node.Version == "" }, nil
	}
	return nil, fmt.Errorf("a version is latest, prerelease, old or none, not `%s`", v)
}

// fnmatch returns a match by Python's fnmatch, in which * stands for anything.
func fnmatch(pattern string) func(string) bool {
	if !strings.ContainsAny(pattern, "*?[") {
		return func(text string) bool { return text == pattern }
	}
	var b strings.Builder
	b.WriteString(`(?s)\A`)
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; c {
		case '*':
			b.WriteString(".*")
		case '?':
			b.WriteString(".")
		case '[':
			end := strings.IndexByte(pattern[min(i+2, len(pattern)):], ']')
			if end < 0 {
				b.WriteString(`\[`)
				continue
			}
			inside := pattern[i+1 : i+2+end]
			if rest, not := strings.CutPrefix(inside, "!"); not {
				inside = "^" + rest
			} else if strings.HasPrefix(inside, "^") {
				inside = `\` + inside
			}
			b.WriteString("[" + strings.NewReplacer(`\`, `\\`, "[", `\[`).Replace(inside) + "]")
			i += 2 + end
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	re, err := regexp.Compile(b.String() + `\z`)
	if err != nil {
		return func(text string) bool { return text == pattern }
	}
	return re.MatchString
}

// under reports whether a file is at, or in a folder at, a path or glob.
func under(file, pattern string) bool {
	for at := file; at != "."; at = path.Dir(at) {
		if isAt(at, pattern) {
			return true
		}
	}
	return isAt(".", pattern)
}

func isAt(file, pattern string) bool {
	pattern = path.Clean(strings.ReplaceAll(pattern, `\`, "/"))
	ok, err := doublestar.Match(pattern, file)
	return file == pattern || ok && err == nil
}

// named reports whether a selector without a method means x: its name, or a
// beginning of its fqn with or without the package.
func (x *subject) named(selector string) bool {
	versioned := x.node != nil && x.node.Version != ""
	if x.named1(x.fqn, selector, versioned) {
		return true
	}
	return len(x.fqn) > 1 && x.named1(x.fqn[1:], selector, versioned)
}

// named1 is dbt's is_selected_node. A dot in a name separates folders, and a
// wildcard swallows them.
func (x *subject) named1(fqn []string, selector string, versioned bool) bool {
	leaf := fqn[len(fqn)-1]
	parts := strings.Split(selector, ".")
	if versioned && len(fqn) > 1 {
		leaf = fqn[len(fqn)-2]
		last := strings.Join(parts[max(0, len(parts)-2):], "_")
		if leaf == selector || leaf+"_"+fqn[len(fqn)-1] == last {
			return true
		}
	} else if leaf == selector {
		return true
	}
	flat := strings.Split(strings.Join(fqn, "."), ".")
	if len(flat) < len(parts) {
		return false
	}
	for i, part := range parts {
		if strings.ContainsAny(part, "*?[]") {
			is := fnmatch(strings.Join(parts[i:], "."))
			return is(strings.Join(flat[i:], ".")) || len(parts) == 1 && is(leaf)
		}
		if flat[i] != part {
			return false
		}
	}
	return true
}

// fieldDefaults are what dbt's configurations hold where nothing is set, as far
// as our own do not.
var fieldDefaults = map[string]string{
	"contract.enforced": "false", "contract.alias_types": "true", "docs.show": "true", "on_schema_change": "ignore",
	"on_configuration_change": "apply",
}

// configured matches the value at a dotted path of the configuration: lists
// by their items, all else by its text.
func (x *subject) configured(keys, want string) bool {
	var c *Config
	switch {
	case x.test != nil:
		c = x.test.Config
	case x.node != nil && x.node.Type != Function && (x.node.Type.rendered() || x.node.Type == Source):
		c = x.node.Config
	default:
		return false
	}
	key, rest, deeper := strings.Cut(keys, ".")
	v, _ := c.Get(strings.Replace(key, "_hook", "-hook", 1))
	if _, apart := fieldDefaults[keys]; v == nil && apart && x.kind != string(Source) && !x.isTest() {
		return strings.EqualFold(fieldDefaults[keys], want)
	}
	if key == "severity" && !deeper {
		text, _ := textValue(v)
		return strings.EqualFold(text, want)
	}
	for deeper {
		d, ok := v.(*jinja.Dict)
		if !ok {
			return false
		}
		key, rest, deeper = strings.Cut(rest, ".")
		v, _ = d.Get(jinja.NewStr(key))
	}
	return slices.ContainsFunc(listOf(v), func(item jinja.Value) bool {
		if b, ok := item.(bool); ok {
			return strconv.FormatBool(b) == strings.ToLower(want)
		}
		text, known := textValue(item)
		return known && text == want
	})
}
