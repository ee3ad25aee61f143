package docs

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// ConflictingDoc notes columns that are passed on unchanged, and described as
// something else than where they come from.
var ConflictingDoc = lint.Rule{
	Meta: finding.Meta{
		Code: "DOC04", Name: "conflicting-doc", Family: "docs", Severity: finding.Info,
		Summary: "a column is described otherwise than the column that it is taken from", Needs: finding.NeedColumns, Since: "0.1.0",
	},
	Presets: []string{"strict", "teaching"},
	Model: func(p *lint.Pass, m *sema.Model) {
		n := m.Node
		if !tables(n) || n.Patch == nil {
			return
		}
		cols, _ := m.Columns()
		for _, c := range cols {
			own := entryOf(n, c.Name)
			up, whose := origin(p, c)
			if own == nil || up == nil || !described(own.Description, own.Name) {
				continue
			}
			how := conflict(own.Description.Value, up.Description.Value)
			if how == "" {
				continue
			}
			r := p.ReportAt(own.Description.File, own.Description.Span, "`%s` of `%s` is `%s.%s` unchanged, and %s", c.Name, title(n), whose, up.Name, how)
			r.Note("here", "%s", firstLine(own.Description.Value)).Note("origin", "%s", firstLine(up.Description.Value))
			r.Related(up.File, up.Description.Span, "`"+up.Name+"` of `"+whose+"`").About(c.Name, whose)
			r.Help("say the same in both places, or share a docs block").Quiet("one description for both")
		}
	},
}

// conflict says how two descriptions of one value contradict each other: they
// name other units of one kind. That they share no word, or that one alone names
// a unit, says little: synonyms and usage notes do too.
func conflict(a, b string) string {
	x, y := words(a), words(b)
	for _, kind := range units {
		if u, v := unitIn(x, kind), unitIn(y, kind); u != v && u != "" && v != "" {
			return "its unit is " + u + " here and " + v + " there"
		}
	}
	return ""
}

// units are words for units, by what is measured. A word that is also something
// else, such as second or minute, is not among them.
var units = []map[string]string{
	{"cents": "cents", "cent": "cents", "dollars": "dollars", "dollar": "dollars", "usd": "dollars", "eur": "euros", "euro": "euros", "euros": "euros", "gbp": "pounds"},
	{"seconds": "seconds", "milliseconds": "milliseconds", "ms": "milliseconds", "minutes": "minutes", "hours": "hours"},
	{"bytes": "bytes", "kilobytes": "kilobytes", "kb": "kilobytes", "megabytes": "megabytes", "mb": "megabytes", "gigabytes": "gigabytes", "gb": "gigabytes"},
	{"grams": "grams", "kilograms": "kilograms", "kg": "kilograms", "pounds": "pounds", "lbs": "pounds"},
	{"meters": "meters", "metres": "meters", "kilometers": "kilometers", "kilometres": "kilometers", "km": "kilometers", "miles": "miles", "feet": "feet"},
}

// unitIn returns the one unit of a kind that the words name; several are none.
func unitIn(words []string, kind map[string]string) string {
	found := ""
	for _, w := range words {
		if u := kind[w]; u != "" && u != found {
			if found != "" {
				return ""
			}
			found = u
		}
	}
	return found
}

// words returns the words of a description that carry meaning, each once: long
// ones, and units, in the singular.
func words(text string) []string {
	var out []string
	for _, w := range strings.Fields(plain(text)) {
		unit := slices.ContainsFunc(units, func(k map[string]string) bool { return k[w] != "" })
		if !unit {
			w = strings.TrimSuffix(w, "s")
		}
		if (unit || len(w) > 2) && !filler[w] && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

var filler = map[string]bool{"the": true, "and": true, "for": true, "thi": true, "that": true, "with": true, "from": true, "column": true, "field": true, "value": true, "which": true, "are": true, "was": true}
