package house

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/dbtvet/dbtvet/"

// layers is the order of the house: a package imports packages of lower layers
// only. A name stands for the packages below it too; the longest one counts.
var layers = map[string]int{
	"parser/source":     0,
	"internal/finding":  1,
	"internal/proof":    2,
	"parser":            2,
	"internal/config":   3,
	"internal/ignore":   3,
	"internal/baseline": 3,
	"internal/cache":    3,
	"internal/gitx":     3,
	"reporters":         3,
	"internal/rows":     3,
	"internal/project":  4,
	"internal/dbtctx":   5,
	"internal/manifest": 6,
	"internal/sema":     7,
	"internal/lint":     8,
	"rules":             9,
	"internal/custom":   9,
	"fixtures":          9,
	"internal/engine":   10,
	"internal/fix":      11,
	"internal/review":   11,
	"internal/grade":    11,
	"internal/lsp":      11,
	"internal/cli":      12,
	"internal/house":    12,
	"cmd":               13,
}

// ban forbids imports that the layers alone would allow.
type ban struct {
	of     []string // packages or prefixes of packages
	except []string // who may all the same
	in     []string // only packages below these are meant; empty: everybody
	reason string
}

var bans = []ban{
	{of: []string{"go.yaml.in/", "gopkg.in/yaml", "github.com/goccy/go-yaml"}, except: []string{"parser/yaml"},
		reason: "places come from parser/yaml, and the library can be exchanged in one package"},
	{of: []string{"github.com/pganalyze/"}, except: []string{"parser/sql"},
		reason: "the default build is pure Go; another parser is a second opinion behind a build tag"},
	{of: []string{"github.com/google/go-github/"}, except: []string{"internal/review"},
		reason: "only a review talks to the network"},
	{of: []string{"net", "net/http"}, except: []string{"internal/review"},
		reason: "only a review talks to the network"},
	{of: []string{"os/exec"}, except: []string{"internal/gitx", "cmd/ecosystem"},
		reason: "nothing of a user's project is executed; git is asked in one place"},
	{of: []string{"flag", "github.com/spf13/"}, except: []string{"internal/cli", "cmd"},
		reason: "one place reads flags, so that every package can be used without a command line"},
	{of: []string{"log", "log/slog"}, except: []string{"internal/cli"},
		reason: "libraries return errors and notes, they do not print"},
	{of: []string{"os", "io/fs", "path/filepath"}, in: []string{"parser", "rules", "internal/finding", "internal/sema", "internal/lint", "reporters"},
		reason: "these know texts and trees; whoever reads files hands them over"},
	{of: []string{module + "internal/config"}, in: []string{"rules", "internal/lint", "internal/sema", "internal/manifest", "reporters"},
		reason: "a rule gets its options from the engine, nobody asks the configuration behind its back"},
	{of: []string{module + "parser/yaml", module + "parser/jinja", module + "parser/sql"}, in: []string{"reporters"},
		reason: "a reporter sees findings and files, so that a format is a pure function of the report"},
	{of: []string{module}, in: []string{"parser/source"},
		reason: "text and places are below everything"},
}

// calls says which functions of package os only some packages may call.
var calls = map[string][]string{
	"Exit":      {"internal/cli", "cmd"},
	"Args":      {"internal/cli", "cmd"},
	"Getenv":    {"internal/cli", "cmd"},
	"LookupEnv": {"internal/cli", "cmd"},
	"Environ":   {"internal/cli", "cmd"},
}

// below reports whether package pkg is one of the names or below one.
func below(pkg string, names ...string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return pkg == n || strings.HasPrefix(pkg, n+"/") })
}

// layer returns the layer of a package; ok is false if it has none.
func layer(pkg string) (n int, ok bool) {
	for p := pkg; p != "."; p = path.Dir(p) {
		if n, ok = layers[p]; ok {
			return n, true
		}
	}
	return 0, false
}

// wrongImport says why pkg must not import imported, or "".
func wrongImport(pkg, imported string) string {
	for _, b := range bans {
		banned := slices.ContainsFunc(b.of, func(of string) bool {
			return imported == of || strings.HasSuffix(of, "/") && strings.HasPrefix(imported, of) || below(imported, of) && strings.HasPrefix(of, module)
		})
		if banned && !below(pkg, b.except...) && (len(b.in) == 0 || below(pkg, b.in...)) {
			return b.reason
		}
	}
	own, ok := strings.CutPrefix(imported, module)
	if !ok {
		return ""
	}
	from, known := layer(pkg)
	to, knownTo := layer(own)
	switch {
	case !known || !knownTo:
		return "a package without a layer: give it one in this test"
	case below(own, pkg) || below(pkg, own):
		return "" // rules lists its families; a package may have parts
	case to >= from:
		return "imports go downwards only: " + own + " is no lower than " + pkg
	}
	return ""
}

// sources returns every Go file of the module that is not a test, by path.
func sources(t *testing.T) map[string]*ast.File {
	t.Helper()
	root := filepath.Join("..", "..")
	files := map[string]*ast.File{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel := filepath.ToSlash(strings.TrimPrefix(name, root+string(filepath.Separator)))
		if d.IsDir() {
			_, err := os.Stat(filepath.Join(name, "go.mod"))
			if name != root && (err == nil || strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		files[rel], err = parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestImports(t *testing.T) {
	files := sources(t)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		for _, spec := range files[name].Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			if why := wrongImport(path.Dir(name), imported); why != "" {
				t.Errorf("%s imports %s: %s", name, imported, why)
			}
		}
	}
}

// TestDefaultBuildIsPureGo asserts that what needs a C compiler is compiled only
// where a build tag asks for it.
func TestDefaultBuildIsPureGo(t *testing.T) {
	behindTag := 0
	for name, file := range sources(t) {
		for _, spec := range file.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			if imported != "C" && !strings.HasPrefix(imported, "github.com/pganalyze/") {
				continue
			}
			behindTag++
			compiled, err := build.Default.MatchFile(filepath.Join("..", "..", path.Dir(name)), path.Base(name))
			if err != nil || compiled {
				t.Errorf("%s imports %s without a build tag (%v)", name, imported, err)
			}
		}
	}
	if behindTag == 0 {
		t.Error("no file needs a C compiler any more: drop this test")
	}
}

func TestManners(t *testing.T) {
	files := sources(t)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		file, pkg := files[name], path.Dir(name)
		if slices.Contains([]string{"util", "utils", "common", "helper", "helpers", "misc"}, file.Name.Name) {
			t.Errorf("%s: package %s says nothing about what it knows", name, file.Name.Name)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Recv == nil && n.Name.Name == "init" {
					t.Errorf("%s: init runs unasked; build what is needed where it is needed", name)
				}
			case *ast.SelectorExpr:
				of, ok := n.X.(*ast.Ident)
				if who, banned := calls[n.Sel.Name]; ok && of.Name == "os" && banned && !below(pkg, who...) {
					t.Errorf("%s uses os.%s: only %s may", name, n.Sel.Name, strings.Join(who, " and "))
				}
			}
			return true
		})
	}
}

// TestTheTestItself feeds wrongImport what it must refuse and allow.
func TestTheTestItself(t *testing.T) {
	for _, tc := range []struct {
		pkg, imported string
		wrong         bool
	}{
		{"internal/finding", module + "parser/source", false},
		{"internal/finding", module + "parser/yaml", true},
		{"parser/source", module + "internal/finding", true},
		{"rules/joins", module + "rules/filters", true},
		{"rules", module + "rules/joins", false},
		{"rules/joins", module + "internal/sema", false},
		{"rules/joins", module + "internal/config", true},
		{"rules/joins", "os", true},
		{"internal/config", module + "rules", true},
		{"internal/config", "go.yaml.in/yaml/v4", true},
		{"parser/yaml", "go.yaml.in/yaml/v4", false},
		{"reporters", module + "parser/sql", true},
		{"reporters", module + "internal/finding", false},
		{"internal/dbtctx", module + "internal/manifest", true},
		{"internal/manifest", module + "internal/dbtctx", false},
		{"internal/engine", module + "rules", false},
		{"internal/engine", module + "internal/cli", true},
		{"internal/engine", "github.com/spf13/cobra", true},
		{"cmd/dbtvet", module + "internal/cli", false},
		{"internal/nowhere", module + "parser/source", true},
	} {
		if why := wrongImport(tc.pkg, tc.imported); (why != "") != tc.wrong {
			t.Errorf("%s imports %s: %q, wrong %v", tc.pkg, tc.imported, why, tc.wrong)
		}
	}
}
