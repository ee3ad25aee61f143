package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dbtvet/dbtvet/internal/config"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// parseFlags are the flags of parse.
type parseFlags struct {
	dialect                   string
	json, tree, tokens, print bool
}

func (a *app) parseCommand() *cobra.Command {
	var f parseFlags
	cmd := &cobra.Command{
		Use:   "parse FILE",
		Short: "show how a file of plain SQL is read",
		Long: `Parse reads a file of SQL without templates, or standard input for FILE -, and
prints the places that are wrong or not understood; with a flag also the tree,
the tokens, or the text as it is compared with others. Words __hole_1__ stand for
what a template would print. dbtvet compile MODEL | dbtvet parse - does so for a
model.`,
		Args: exactly("FILE"),
		RunE: func(_ *cobra.Command, args []string) error { return a.parse(args[0], f) },
	}
	cmd.Flags().StringVar(&f.dialect, "dialect", "generic", "SQL `DIALECT` of the file")
	cmd.Flags().BoolVar(&f.json, "json", false, "print the tree as JSON")
	cmd.Flags().BoolVar(&f.tree, "tree", false, "print the tree for people")
	cmd.Flags().BoolVar(&f.tokens, "tokens", false, "print the tokens and comments")
	cmd.Flags().BoolVar(&f.print, "print", false, "print the normalised text of each statement")
	cmd.MarkFlagsMutuallyExclusive("json", "tree", "tokens", "print")
	return cmd
}

// parse writes the tree to standard output, and what is wrong with it to
// standard error.
func (a *app) parse(path string, f parseFlags) error {
	d, ok := sql.Lookup(f.dialect)
	if !ok {
		return usage("%s", config.Unknown("dialect", f.dialect, config.Dialects()))
	}
	file, err := a.readSQL(path)
	if err != nil {
		return err
	}
	tree := sql.Parse(file.Text, d)
	if err := a.printTree(tree, f); err != nil {
		return err
	}
	for _, e := range tree.Errors {
		a.point(file, e.Span, e.Message)
	}
	for _, o := range opaques(tree) {
		a.point(file, o.Span, "not understood")
	}
	a.secondOpinion(file, tree)
	if len(tree.Errors) > 0 {
		return exitError{exitFindings, nil}
	}
	return nil
}

func (a *app) printTree(tree *sql.Tree, f parseFlags) error {
	switch {
	case f.json:
		enc := json.NewEncoder(a.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(tree)
	case f.tree:
		sql.Dump(a.stdout, tree)
	case f.tokens:
		sql.DumpTokens(a.stdout, tree)
	case f.print:
		for _, s := range tree.Statements {
			fmt.Fprintln(a.stdout, sql.Print(s, tree.Dialect))
		}
	}
	return nil
}

// secondOpinion says what PostgreSQL's own grammar makes of a text, where this
// program was built with it and the two do not agree that all is well.
func (a *app) secondOpinion(file *source.File, tree *sql.Tree) {
	switch o := sql.SecondOpinion(tree.Text, tree.Dialect); {
	case o == nil:
	case o.Error != nil:
		a.point(file, o.Error.Span, "PostgreSQL's own grammar: "+o.Error.Message)
	case len(tree.Errors) > 0:
		fmt.Fprintf(a.stderr, "%s: PostgreSQL's own grammar reads it\n", file.Path)
	}
}

// readSQL reads the file at path, or standard input for "-".
func (a *app) readSQL(path string) (*source.File, error) {
	if path == "-" {
		data, err := io.ReadAll(a.stdin)
		if err != nil {
			return nil, usage("cannot read standard input: %w", err)
		}
		return source.Decode("<stdin>", data), nil
	}
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, usage("there is no `%s`", path)
	case err != nil:
		return nil, usage("cannot read `%s`: %w", path, err)
	}
	return source.Decode(path, data), nil
}

// opaques returns the nodes with text that was not understood. An error has
// told of those without text.
func opaques(t *sql.Tree) []*sql.Opaque {
	var out []*sql.Opaque
	for _, s := range t.Statements {
		for n := range sql.Walk(s) {
			if o, ok := n.(*sql.Opaque); ok && !o.Known && o.Text != "" {
				out = append(out, o)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b *sql.Opaque) int { return int(a.Start) - int(b.Start) })
	return out
}

// point writes a message about a place, and the line with the place underlined.
func (a *app) point(f *source.File, s sql.Span, message string) {
	p := f.Position(s.Start)
	fmt.Fprintf(a.stderr, "%s:%d:%d: %s\n", f.Path, p.Line, p.Column, message)
	line, _, from, to := finding.Excerpt(f, s)
	fmt.Fprintf(a.stderr, "  %s\n  %s%s\n", line, blank(line[:from]), strings.Repeat("^", max(1, len([]rune(line[from:to])))))
}

// blank returns white space as wide as text on a terminal: tabs stay tabs.
func blank(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, text)
}
