package sema

import (
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/manifest"
)

// Examples are facts that other resources of the project tell about a node, by
// unique id: the rows that unit tests give it, and the entities of semantic
// models.
//
// A unit test that gives two rows one value of a column says that this can
// happen; so does a foreign entity. Neither says which relation the column
// refers to.
func Examples(m *manifest.Manifest) map[string]Declared {
	out := map[string]Declared{}
	for _, t := range m.UnitTests {
		for i, in := range t.Given {
			if in.Node == nil {
				continue
			}
			d := out[in.Node.ID]
			d.Many = append(d.Many, repeats(t, i)...)
			out[in.Node.ID] = d
		}
	}
	for n := range m.All(manifest.SemanticModel) {
		for _, p := range m.Parents(n) {
			d := out[p.ID]
			d.entities(n)
			out[p.ID] = d
		}
	}
	return out
}

// repeats returns the columns of which a given input has one value in two rows.
func repeats(t *manifest.UnitTest, i int) []DeclaredMany {
	given := t.Entry.Get("given").List()
	if i >= len(given) {
		return nil
	}
	var out []DeclaredMany
	seen := map[[2]string]bool{}
	said := map[string]bool{}
	for _, row := range given[i].Get("rows").List() {
		for _, p := range row.Entries() {
			col, val := p.Key.Text(), p.Value
			if val.IsNull() || !val.IsScalar() || said[col] {
				continue
			}
			k := [2]string{col, val.Text()}
			if seen[k] {
				said[col] = true
				step := Step{"unit test `" + t.Name + "` gives it two rows with one `" + col + "`", finding.Place{File: t.File, Span: row.Span}, finding.Tested}
				out = append(out, DeclaredMany{Col: col, Step: step})
			}
			seen[k] = true
		}
	}
	return out
}

// entities reads the entities of a semantic model over a node.
func (d *Declared) entities(n *manifest.Node) {
	for _, e := range n.Entities {
		place := finding.Place{File: e.File, Span: e.Span}
		switch e.Type {
		case "primary", "unique":
			d.Keys = append(d.Keys, Fact{[]string{e.Expr}, true, nil, Step{"`" + e.Expr + "` is the " + e.Type + " entity of semantic model `" + n.Name + "`", place, finding.Declared}, "entity"})
		case "foreign":
			d.Many = append(d.Many, DeclaredMany{Col: e.Expr, Step: Step{"`" + e.Expr + "` is a foreign entity of semantic model `" + n.Name + "`", place, finding.Declared}})
		}
	}
}

// Add takes in the facts of other.
func (d *Declared) Add(other Declared) {
	d.Keys = append(d.Keys, other.Keys...)
	d.Many = append(d.Many, other.Many...)
}
