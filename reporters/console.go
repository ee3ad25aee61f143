package reporters

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
)

// ConsoleOptions says how the console report is drawn. The zero value is what
// a file or a pipe gets.
type ConsoleOptions struct {
	Color bool
	Links bool // the terminal knows OSC 8 hyperlinks
	// Width is the number of cells of the terminal. 0 means that there is
	// none: prose is not wrapped, and lines of source are cut at 120 cells.
	Width int
	// ShowInfo draws findings of severity info in full; otherwise each rule's
	// are one line with their number.
	ShowInfo bool
	// Why are texts by code that say what a rule is for; each is written below the
	// first finding of the rule.
	Why map[string]string
	// Quiet leaves out the summary and the coverage.
	Quiet bool
	// Statistics replaces the findings by a table of their number per rule.
	Statistics bool
}

// Console writes r for people: each finding with the source it is about and
// the facts that accuse, then the summary, then what the run could not see.
//
//	error[FAN02]: `shipping_fee` is counted once per row of `order_items`
//	  --> models/marts/revenue.sql:21:8
//	   |
//	21 |     sum(o.shipping_fee) as shipping
//	   |     ^^^^^^^^^^^^^^^^^^^
//	   |
//	   = grain: `orders` is one row per order_id (tested)  models/staging/_orders.yml:14
//	   = help: aggregate `order_items` to one row per order_id first
func Console(w io.Writer, r *finding.Report, o ConsoleOptions) error {
	c := &console{ConsoleOptions: o, w: bufio.NewWriter(w)}
	if o.Statistics {
		c.statistics(r)
	} else {
		c.findings(r.Findings)
	}
	if !o.Quiet {
		c.summary(r)
		c.coverage(r.Coverage)
	}
	return c.w.Flush()
}

// console is one report being written. Errors of the writer stick and come
// out of the last Flush.
type console struct {
	ConsoleOptions
	w *bufio.Writer
}

func (c *console) print(parts ...string) {
	for _, p := range parts {
		c.w.WriteString(p)
	}
}

func (c *console) width() int {
	if c.Width <= 0 {
		return 120
	}
	return max(40, c.Width)
}

func (c *console) findings(all []*finding.Finding) {
	var infos []*finding.Finding
	told := map[string]bool{}
	for _, f := range all {
		if f.Severity == finding.Info && !c.ShowInfo {
			infos = append(infos, f)
			continue
		}
		why := c.Why[f.Code]
		if told[f.Code] {
			why = ""
		}
		told[f.Code] = true
		c.finding(f, why)
	}
	c.collapsed(infos)
}

func (c *console) finding(f *finding.Finding, why string) {
	s := severityStyle(f.Severity)
	code := c.link(f.URL, c.paint(s, clean(f.Code)))
	c.print(c.paint(s, f.Severity.String()+"["), code, c.paint(s, "]"), c.paint(bold, ": "+c.hanging(f.Message, 0)), "\n")
	gutter := 1
	if f.File == nil && f.Model != "" {
		c.print(" ", c.paint(blue, "--> "), clean(f.Model), "\n")
	}
	if f.File != nil {
		for _, u := range underlines(f) {
			gutter = max(gutter, len(strconv.Itoa(u.line)))
		}
		pos := f.File.Position(f.Span.Start)
		c.print(strings.Repeat(" ", gutter), c.paint(blue, "--> "), fmt.Sprintf("%s:%d:%d\n", clean(f.Path()), pos.Line, pos.Column))
		snippet{c, f.File, gutter}.draw(f)
		if len(c.details(f, why)) > 0 {
			snippet{c, f.File, gutter}.bar("")
		}
	}
	for _, d := range c.details(f, why) {
		c.detail(gutter, d)
	}
	c.print("\n")
}

// detail is one line below the excerpt: a word, what it says, and where.
type detail struct {
	label string
	lines []string
	place string
	style style
}

func (c *console) details(f *finding.Finding, why string) []detail {
	var out []detail
	add := func(label, text string, s style) {
		if text != "" {
			out = append(out, detail{label: label, lines: []string{text}, style: s})
		}
	}
	for _, e := range f.Evidence {
		out = append(out, detail{e.Label, []string{stated(e)}, beside(f, e.Place), bold})
	}
	if len(f.Witness) > 0 {
		out = append(out, detail{label: "witness", lines: f.Witness, style: bold})
	}
	if len(f.Worlds) > 0 {
		add("worlds", strings.Join(f.Worlds, ", ")+" only", bold)
	}
	for _, p := range f.Related {
		out = append(out, detail{"see", []string{p.Text}, beside(f, p), bold})
	}
	add("help", f.Help, green)
	for _, fix := range f.Fixes {
		add("fix", fix.Title+" ("+fix.Grade.String()+")", green)
	}
	add("quiet", f.Quiet, bold)
	add("why", why, bold)
	return out
}

func (c *console) detail(gutter int, d detail) {
	lead := strings.Repeat(" ", gutter) + " "
	hang := len(lead) + 2 + width(d.label) + 2
	for i, text := range d.lines {
		if i == 0 {
			c.print(lead, c.paint(blue, "= "), c.paint(d.style, clean(d.label)+":"), " ")
		} else {
			c.print(strings.Repeat(" ", hang))
		}
		c.print(c.hanging(text, hang))
		if i == 0 && d.place != "" {
			if text != "" {
				c.print("  ")
			}
			c.print(c.paint(dim, d.place))
		}
		c.print("\n")
	}
}

// hanging returns text cleaned and wrapped, continuation lines indented.
// Rows of a witness keep their runs of spaces, since wrapping splits at single
// ones only.
func (c *console) hanging(text string, indent int) string {
	room := 0
	if c.Width > 0 {
		room = max(20, c.Width-indent)
	}
	return strings.Join(wrap(clean(text), room), "\n"+strings.Repeat(" ", indent))
}

// stated returns the text of a fact with how much it may be trusted.
func stated(e finding.Evidence) string {
	if e.Strength == finding.Unstated {
		return e.Text
	}
	return e.Text + " (" + e.Strength.String() + ")"
}

// where returns the place as path:line, or nothing.
func where(p finding.Place) string {
	if p.File == nil {
		return ""
	}
	return clean(p.File.Path) + ":" + strconv.Itoa(p.File.Position(p.Span.Start).Line)
}

// beside is where for a reader who has the finding before them: in its own
// file a line is enough.
func beside(f *finding.Finding, p finding.Place) string {
	if p.File == nil || p.File.Path != f.Path() {
		return where(p)
	}
	return "line " + strconv.Itoa(p.File.Position(p.Span.Start).Line)
}

// collapsed writes one line per rule for findings that are only counted.
func (c *console) collapsed(infos []*finding.Finding) {
	if len(infos) == 0 {
		return
	}
	for _, t := range tally(infos) {
		head := c.paint(cyan, "info[") + c.link(t.url, c.paint(cyan, clean(t.code))) + c.paint(cyan, "]")
		c.print(head, ": ", count(t.n, "finding"), " of ", clean(t.rule), c.paint(dim, ", first at "+t.first), "\n")
	}
	c.print(c.paint(dim, "       --show info lists them"), "\n\n")
}

// total is the number of findings of one rule.
type total struct {
	code, rule, url, first string
	severity               finding.Severity
	n                      int
}

// tally counts findings per rule, sorted by code.
func tally(all []*finding.Finding) []total {
	var out []total
	for _, f := range all {
		i, ok := slices.BinarySearchFunc(out, f.Code, func(t total, code string) int { return strings.Compare(t.code, code) })
		if !ok {
			out = slices.Insert(out, i, total{code: f.Code, rule: f.Rule, url: f.URL, first: where(f.Place)})
		}
		out[i].n++
		out[i].severity = max(out[i].severity, f.Severity)
	}
	return out
}

// statistics writes the number of findings per rule, most first.
func (c *console) statistics(r *finding.Report) {
	totals := tally(r.Findings)
	slices.SortStableFunc(totals, func(a, b total) int { return b.n - a.n })
	summaries := map[string]string{}
	for _, m := range r.Rules {
		summaries[m.Code] = m.Summary
	}
	for _, t := range totals {
		s := severityStyle(t.severity)
		c.print(fmt.Sprintf("%6d  ", t.n), c.paint(s, fmt.Sprintf("%-7s", t.severity)), "  ", c.link(t.url, c.paint(s, clean(t.code))))
		c.print("  ", clean(t.rule))
		if text := summaries[t.code]; text != "" {
			c.print(c.paint(dim, ": "+clean(text)))
		}
		c.print("\n")
	}
	if len(totals) > 0 {
		c.print("\n")
	}
}

// count returns "1 model", "2 models".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
