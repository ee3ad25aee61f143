package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// tally counts texts by dialect, and the failures among them by kind.
type tally struct {
	dialects map[string]*count
	projects map[string]*count // by dialect and project
	total    count
	failures map[string][]string // kind -> where
	names    map[origin][]string // tables that did not resolve -> where
	// unrendered are the texts whose template does not render.
	unrendered []string
}

// count is what is counted of the texts of one dialect.
type count struct {
	texts, clean int
	errors       int // texts with an error
	opaque       int // texts without an error that have an opaque node
	bytes        int
	tables       int // tables in FROM with a name to resolve
	resolved     int // of them: CTEs, resources, elements of a collection
	external     int // of them: written out with a schema
	hidden       int
}

func newTally() *tally {
	return &tally{dialects: map[string]*count{}, projects: map[string]*count{}, failures: map[string][]string{}, names: map[origin][]string{}}
}

func (t *tally) add(x *text) {
	if x.broken {
		t.unrendered = append(t.unrendered, x.Name)
		return
	}
	counts := []*count{&t.total, at(t.dialects, x.Dialect)}
	if x.project != "" {
		counts = append(counts, at(t.projects, x.Dialect+" "+x.project))
	}
	for _, c := range counts {
		c.add(x)
	}
	if kind, place := failure(x.tree); kind != "" {
		t.failures[kind] = append(t.failures[kind], x.Dialect+" "+x.Name+":"+place)
	}
	if x.world == nil {
		return
	}
	for table, o := range origins(x.world) {
		for _, c := range counts {
			c.name(o)
		}
		if o == lost || o == unresolved {
			t.names[o] = append(t.names[o], fmt.Sprintf("%s %s: %s", x.Dialect, x.Name, x.SQL[table.Start:table.End]))
		}
	}
}

// at returns the count under a name.
func at(counts map[string]*count, name string) *count {
	c := counts[name]
	if c == nil {
		c = &count{}
		counts[name] = c
	}
	return c
}

func (c *count) add(x *text) {
	c.texts++
	c.bytes += len(x.SQL)
	switch {
	case len(x.tree.Errors) > 0:
		c.errors++
	case x.tree.Opaques > 0:
		c.opaque++
	default:
		c.clean++
	}
}

func (c *count) name(o origin) {
	if o == hidden {
		c.hidden++
		return
	}
	c.tables++
	switch o {
	case named, element:
		c.resolved++
	case external:
		c.external++
	}
}

// failure returns what kind of text the parser did not read first, and where
// it stands; empty if it read everything.
func failure(t *sql.Tree) (kind, place string) {
	if len(t.Errors) > 0 {
		e := t.Errors[0]
		return e.Message, excerpt(t.Text, e.Span)
	}
	for _, st := range t.Statements {
		for n := range sql.Walk(st) {
			if o, ok := n.(*sql.Opaque); ok && !o.Known {
				word, _, _ := strings.Cut(o.Text, " ")
				return "not understood: `" + word + "`", excerpt(t.Text, o.Span)
			}
		}
	}
	return "", ""
}

// excerpt returns the number of the line at s, and the text around s in one
// line with a mark before s.
func excerpt(text string, s sql.Span) string {
	from, to := max(0, int(s.Start)-70), min(len(text), int(s.Start)+70)
	in := text[from:s.Start] + "⟦" + text[s.Start:to]
	return fmt.Sprintf("%d: %s", 1+strings.Count(text[:s.Start], "\n"), strings.Join(strings.Fields(in), " "))
}

// share is the per cent of texts that were read wholly.
func (t *tally) share() float64 { return percent(t.total.clean, t.total.texts) }

func percent(n, of int) float64 {
	if of == 0 {
		return 100
	}
	return 100 * float64(n) / float64(of)
}

// write writes the figures as Markdown, and up to n examples of each failure.
func (t *tally) write(w io.Writer, n int) {
	table(w, "dialect", t.dialects)
	t.total.write(w, "**all**")
	if len(t.projects) > 0 {
		fmt.Fprintln(w)
		table(w, "project", t.projects)
	}
	if len(t.unrendered) > 0 {
		fmt.Fprintf(w, "\n%d texts are left out: their templates do not render.\n", len(t.unrendered))
	}
	fmt.Fprintf(w, "\n## Not read\n\n")
	examples(w, t.failures, n)
	fmt.Fprintf(w, "\n## Tables\n\n")
	examples(w, map[string][]string{"no CTE and no resource has the name": t.names[unresolved], "lost": t.names[lost]}, n)
}

func table(w io.Writer, of string, counts map[string]*count) {
	fmt.Fprintf(w, "| %s | texts | read | errors | opaque | %% | MB | tables | resolved | written out | %% |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n", of)
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		counts[name].write(w, name)
	}
}

func (c *count) write(w io.Writer, name string) {
	fmt.Fprintf(w, "| %s | %d | %d | %d | %d | %.2f | %.1f | %d | %d | %d | %.2f |\n", name, c.texts, c.clean, c.errors, c.opaque,
		percent(c.clean, c.texts), float64(c.bytes)/1e6, c.tables, c.resolved, c.external, percent(c.resolved+c.external, c.tables))
}

// examples writes kinds by falling count, each with up to n of its places.
func examples(w io.Writer, kinds map[string][]string, n int) {
	type kind struct {
		name   string
		places []string
	}
	var all []kind
	for name, places := range kinds {
		if len(places) > 0 {
			slices.Sort(places)
			all = append(all, kind{name, places})
		}
	}
	slices.SortFunc(all, func(a, b kind) int { return cmp.Or(len(b.places)-len(a.places), cmp.Compare(a.name, b.name)) })
	for _, k := range all {
		fmt.Fprintf(w, "- %d × %s\n", len(k.places), k.name)
		for _, p := range k.places[:min(n, len(k.places))] {
			fmt.Fprintf(w, "  - %s\n", p)
		}
	}
}
