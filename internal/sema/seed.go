package sema

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// Twins are two rows of a seed that agree on a declared key.
type Twins struct {
	Fact          Fact
	First, Second project.Row
	Values        string // what they agree on: code = 'GB'
	More          int    // further rows that repeat a value
}

// Violated returns the declared keys of a seed that its rows break. Cells are
// compared as text, so that no typing is guessed; an empty one is NULL and
// equals nothing.
func Violated(seed *project.Seed, facts []Fact, d *sql.Dialect) []Twins {
	if seed == nil || !seed.Complete {
		return nil
	}
	var out []Twins
	for _, f := range facts {
		if f.When != nil {
			continue
		}
		if t, ok := twins(seed, f, d); ok {
			out = append(out, t)
		}
	}
	return out
}

func twins(seed *project.Seed, f Fact, d *sql.Dialect) (Twins, bool) {
	var at []int
	for _, name := range f.Cols {
		fold := d.FoldName(name, false)
		i := slices.IndexFunc(seed.Header, func(c project.Cell) bool { return d.FoldName(c.Text, false) == fold })
		if i < 0 {
			return Twins{}, false
		}
		at = append(at, i)
	}
	t := Twins{Fact: f}
	seen := map[string]project.Row{}
	for _, row := range seed.Rows {
		key, text, ok := cells(seed, row, at)
		if !ok {
			continue
		}
		first, again := seen[key]
		switch {
		case !again:
			seen[key] = row
		case t.Values == "":
			t.First, t.Second, t.Values = first, row, text
		default:
			t.More++
		}
	}
	return t, t.Values != ""
}

// cells returns a row's values of some columns as a map key and as words.
func cells(seed *project.Seed, row project.Row, at []int) (key, text string, ok bool) {
	var words []string
	for _, i := range at {
		if i >= len(row.Cells) || row.Cells[i].Text == "" {
			return "", "", false
		}
		key += row.Cells[i].Text + "\x00"
		words = append(words, seed.Header[i].Text+" = "+row.Cells[i].Text)
	}
	return key, strings.Join(words, ", "), true
}

// maxSeedRows bounds the seeds whose values are kept.
const maxSeedRows = 1000

// values fills in the values of a seed's columns.
func (s *Summary) values(seed *project.Seed) {
	if !seed.Complete || len(seed.Rows) > maxSeedRows {
		return
	}
	for i := range s.Columns[:min(len(s.Columns), len(seed.Header))] {
		vals := make(map[string]bool, len(seed.Rows))
		for _, row := range seed.Rows {
			if i >= len(row.Cells) {
				vals = nil
				break
			}
			vals[normalCell(row.Cells[i].Text)] = true
		}
		s.Columns[i].Values = vals
	}
}

// seedsApart reports whether two columns are copies of seeds' columns that have
// no value in common.
func (w *World) seedsApart(c, d Col) bool {
	x, y := w.seedValues(c), w.seedValues(d)
	if x == nil || y == nil {
		return false
	}
	for v := range x {
		if y[v] {
			return false
		}
	}
	return true
}

func (w *World) seedValues(c Col) map[string]bool {
	l := w.plainLeaf(c)
	if l == nil || l.Index < 0 || l.Index >= len(l.Relation.Columns) {
		return nil
	}
	return l.Relation.Columns[l.Index].Values
}

// seed computes the columns of a seed that are unique in its rows. Values that
// typing could bring together (01 and 1, padded text) are not told apart.
func (out *Declared) seed(n *manifest.Node, d *sql.Dialect) {
	if n.Type != manifest.Seed || n.Seed == nil || !n.Seed.Complete {
		return
	}
	s := n.Seed
	for i, head := range s.Header {
		name := head.Text
		seen := map[string]bool{}
		unique, full := true, true
		var again *project.Row
		for k, row := range s.Rows {
			if i >= len(row.Cells) {
				unique, full = false, false
				break
			}
			v := normalCell(row.Cells[i].Text)
			if v == "" {
				full = false
				continue
			}
			if seen[v] {
				unique, again = false, &s.Rows[k]
				break
			}
			seen[v] = true
		}
		place := finding.Place{File: s.File}
		if again != nil {
			out.Many = append(out.Many, DeclaredMany{Col: name, Step: Step{"the seed has `" + name + "` = " + again.Cells[i].Text + " in two rows", finding.Place{File: s.File, Span: again.Span}, finding.Data}})
		}
		if unique && len(s.Rows) > 0 {
			out.Keys = append(out.Keys, Fact{[]string{name}, !full, nil, Step{"the rows of the seed differ in `" + name + "`", place, finding.Data}, "seed"})
		}
		if full && len(s.Rows) > 0 && unique {
			out.NotNull[d.FoldName(name, false)] = Step{"the seed has a `" + name + "` in every row", place, finding.Data}
		}
	}
}

// normalCell brings together cells that some typing could make equal.
func normalCell(v string) string {
	v = strings.ToLower(strings.TrimSpace(v))
	neg := strings.HasPrefix(v, "-")
	digits := strings.TrimLeft(strings.TrimPrefix(v, "-"), "0")
	if digits == "" && v != "" && strings.Trim(v, "-0") == "" {
		return "0"
	}
	if strings.Contains(digits, ".") && strings.Trim(digits, "0123456789.") == "" {
		digits = strings.TrimRight(strings.TrimRight(digits, "0"), ".")
	}
	if digits != "" && strings.Trim(digits, "0123456789.") == "" {
		if neg {
			return "-" + digits
		}
		return digits
	}
	return v
}
