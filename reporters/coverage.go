package reporters

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
)

// maxGaps is how many models that were not analysed are listed by name.
const maxGaps = 10

// summary writes the one line that says how the run ended.
func (c *console) summary(r *finding.Report) {
	s := r.Summary
	if s.Error+s.Warning+s.Info == 0 {
		c.print(c.paint(green, "no findings"), " in ", scope(r), c.paint(dim, aside(s)), "\n")
		return
	}
	var parts []string
	for _, sev := range []finding.Severity{finding.Error, finding.Warning, finding.Info} {
		if n := s.Count(sev); n > 0 {
			parts = append(parts, c.paint(severityStyle(sev), count(n, sev.String())))
		}
	}
	c.print("found ", strings.Join(parts, ", "), " in ", scope(r), c.paint(dim, aside(s)), "\n")
}

// scope names what was looked at: "12 models of `shop`".
func scope(r *finding.Report) string {
	models := count(r.Coverage.Models, "model")
	switch len(r.Projects) {
	case 0:
		return models
	case 1:
		return models + " of `" + clean(r.Projects[0].Name) + "`"
	}
	return models + " of " + count(len(r.Projects), "project")
}

// aside tells of the findings that are not shown.
func aside(s finding.Summary) string {
	var parts []string
	if s.Suppressed > 0 {
		parts = append(parts, strconv.Itoa(s.Suppressed)+" silenced by comments")
	}
	if s.Baseline > 0 {
		parts = append(parts, strconv.Itoa(s.Baseline)+" in the baseline")
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// figures returns the coverage in words, without the total of models.
func figures(v finding.Coverage) string {
	text := fmt.Sprintf("%d of %s rendered, %d parsed, columns known in %d, keys in %d",
		v.Rendered, count(v.Models, "model"), v.Parsed, v.ColumnsKnown, v.KeysKnown)
	if v.Joins > 0 {
		text += fmt.Sprintf("; %d of %s judged", v.JoinsKnown, count(v.Joins, "join"))
	}
	return text
}

// coverage writes what the run could and could not see.
func (c *console) coverage(v finding.Coverage) {
	c.entry("coverage", figures(v), "")
	if n := len(v.NotAnalysed); n > 0 {
		c.entry("", "not analysed, or not wholly: "+count(n, "model"), "")
	}
	for _, g := range v.NotAnalysed[:min(maxGaps, len(v.NotAnalysed))] {
		c.entry("", "- "+name(g)+": "+g.Reason, "")
	}
	if more := len(v.NotAnalysed) - maxGaps; more > 0 {
		c.entry("", fmt.Sprintf("- and %d more; --format json lists them all", more), "")
	}
	for _, n := range v.Notes {
		text := n.Text
		if n.Code != "" {
			text = n.Code + ": " + text
		}
		c.entry("note", text, where(n.Place))
	}
}

// entry writes one line of the coverage block.
func (c *console) entry(label, text, place string) {
	const indent = 10
	if label != "" {
		label += ":"
	}
	c.print(c.paint(dim, fmt.Sprintf("%-*s", indent, label)))
	c.print(c.hanging(text, indent))
	if place != "" {
		c.print("  ", c.paint(dim, place))
	}
	c.print("\n")
}

// name returns where a gap is, as a reader would look for it.
func name(g finding.Gap) string {
	if g.File != nil {
		return where(g.Place)
	}
	return g.Model
}
