package sema

import (
	"slices"
	"strings"

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
