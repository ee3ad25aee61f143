package pg

import (
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	query "github.com/pganalyze/pg_query_go/v6"

	"github.com/dbtvet/dbtvet/parser/sql"
)

var (
	textsOf = flag.String("texts", "", "compare the grammars on the statements below this folder: .sql files, strings of Go tests")
	dialect = flag.String("dialect", "postgres", "SQL dialect of -texts")
	split   = flag.Bool("split", false, "cut the .sql files of -texts into statements")
)

// TestTexts compares the grammars on texts that are not of this repository. It
// counts and lists; whether the share is high enough is for a reader to say.
func TestTexts(t *testing.T) {
	if *textsOf == "" {
		t.Skip("no -texts")
	}
	d, ok := sql.Lookup(*dialect)
	if !ok {
		t.Fatalf("no dialect %q", *dialect)
	}
	texts, refused, queries, rejected, compared, differ, knownBlocks, blocks := 0, 0, 0, 0, 0, 0, 0, 0
	seen := map[string]bool{}
	for _, text := range readTexts(t, *textsOf) {
		if seen[text] || strings.TrimSpace(text) == "" {
			continue
		}
		seen[text] = true
		texts++
		want, err := Postgres(text)
		if err != nil {
			refused++
			continue
		}
		if want.Others > 0 || want.Queries == 0 {
			continue
		}
		queries++
		tree := sql.Parse(text, d)
		if len(tree.Errors) > 0 || tree.Opaques > 0 {
			rejected++
			e := &sql.Error{Message: "not understood"}
			if len(tree.Errors) > 0 {
				e = tree.Errors[0]
			}
			t.Logf("rejected: %s: %s", e.Message, around(text, int(e.Start)))
			continue
		}
		if strings.Contains(text, "__hole_") {
			continue // a name to PostgreSQL
		}
		compared++
		known, all := want.Known()
		knownBlocks, blocks = knownBlocks+known, blocks+all
		if diff := Summarise(tree).Difference(want); diff != "" {
			differ++
			t.Logf("differs: %s\n%s", diff, around(text, 0))
		}
	}
	t.Logf("of %d texts PostgreSQL reads %d; %d are queries; %d rejected here (%.2f %% accepted); %d of %d trees differ (%d of %d blocks known in full)", texts, texts-refused,
		queries, rejected, 100-100*float64(rejected)/float64(max(queries, 1)), differ, compared, knownBlocks, blocks)
}

// around is the text near an offset, on one line.
func around(text string, at int) string {
	at = min(at, len(text))
	return strings.Join(strings.Fields(text[max(0, at-60):at]+"‸"+text[at:min(len(text), at+100)]), " ")
}

// readTexts returns the .sql files below a folder, the `"input"` strings of its
// JSON files, and the strings of its Go tests.
func readTexts(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch {
		case strings.HasSuffix(name, ".sql"):
			data, err := os.ReadFile(name)
			if *split && err == nil {
				more, err := query.SplitWithScanner(string(data), true)
				if err != nil { // a mistake that is made to be told
					more = strings.Split(string(data), ";\n")
				}
				out = append(out, more...)
				return nil
			}
			out = append(out, string(data))
			return err
		case strings.HasSuffix(name, "_test.go"):
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if e, ok := n.(ast.Expr); ok {
					out = append(out, literal(e))
				}
				return true
			})
		case strings.HasSuffix(name, ".json"):
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			more, err := inputs(data)
			out = append(out, more...)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// inputs returns the `"input"` strings of a JSON list of objects.
func inputs(data []byte) ([]string, error) {
	var rows []struct{ Input string }
	if err := json.Unmarshal(data, &rows); err != nil {
		return nil, err
	}
	var out []string
	for _, r := range rows {
		out = append(out, r.Input)
	}
	return out, nil
}
