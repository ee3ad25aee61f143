package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/engine"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// statement is a text with the dialect it is read in.
type statement struct {
	Dialect string `json:"dialect"`
	Name    string `json:"name"` // where it comes from
	SQL     string `json:"sql"`
}

// text is a statement that has been read.
type text struct {
	statement
	project string
	tree    *sql.Tree
	// world is its analysis; nil for a text that is not of a project, or has
	// errors.
	world *sema.World
	// broken is set when its template does not render. What only a package that
	// is not installed would give is a hole, and breaks nothing.
	broken bool
}

// readProjects renders and reads the models of every project below the folders
// in o.path, and hands each text to add, one at a time.
func readProjects(ctx context.Context, o *options, stderr io.Writer, add func(*text)) error {
	entries, err := os.ReadDir(o.path)
	if err != nil {
		return err
	}
	for _, e := range entries {
		dir := filepath.Join(o.path, e.Name())
		if info, err := os.Stat(dir); err != nil || !info.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if err := readProject(ctx, dir, o, add); err != nil {
			fmt.Fprintf(stderr, "%s: %v\n", e.Name(), err)
		}
	}
	return ctx.Err()
}

func readProject(ctx context.Context, dir string, o *options, add func(*text)) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	var found []*text
	collect := &lint.Rule{Model: func(_ *lint.Pass, m *sema.Model) {
		mu.Lock()
		defer mu.Unlock()
		found = append(found, texts(filepath.Base(dir), m)...)
		if len(found) > 1000 { // trees are large
			flush(&found, add)
		}
	}}
	collect.Code = "CORPUS"
	_, err = engine.Lint(ctx, engine.Options{FS: root.FS(), Rules: []*lint.Rule{collect}, Dialect: o.dialects[filepath.Base(dir)], Env: o.env})
	flush(&found, add)
	return errors.Join(err, root.Close())
}

func flush(found *[]*text, add func(*text)) {
	for _, x := range *found {
		add(x)
	}
	*found = nil
}

// texts returns the texts of a model that its target can run.
func texts(project string, m *sema.Model) []*text {
	if m.Node.Type != manifest.Model && m.Node.Type != manifest.Snapshot {
		return nil
	}
	var out []*text
	for _, v := range m.Variants {
		if len(v.Rendered.World.Forced) > 0 {
			continue
		}
		out = append(out, &text{
			project:   project,
			statement: statement{Dialect: m.Dialect.Name, Name: project + "/" + m.Node.Path + " (" + v.Rendered.World.Name + ")", SQL: v.Rendered.Text},
			tree:      v.Tree, world: v.World,
			broken: v.Rendered.Stopped != "" || slices.ContainsFunc(v.Rendered.Errors, func(e dbtctx.Error) bool { return e.Package == "" }),
		})
	}
	return out
}

// maxLine bounds a line of a file of statements.
const maxLine = 64 << 20

// readStatements reads a file of statements and hands each to add.
func readStatements(path string, add func(*text)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, maxLine)
	for n := 1; s.Scan(); n++ {
		x := &text{}
		if err := json.Unmarshal(s.Bytes(), &x.statement); err != nil {
			return fmt.Errorf("%s:%d: %w", path, n, err)
		}
		d, ok := sql.Lookup(x.Dialect)
		if !ok {
			return fmt.Errorf("%s:%d: there is no dialect %q", path, n, x.Dialect)
		}
		x.tree = sql.Parse(x.SQL, d)
		add(x)
	}
	return s.Err()
}
