package reporters

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/parser/source"
)

// maxAside is how many places of evidence are drawn beside the finding.
const maxAside = 3

// underline is a range of one source line that is drawn under it.
type underline struct {
	line     int // 1-based
	from, to int // bytes of the line
	label    string
	aside    bool // evidence, not the finding itself
}

// underlines returns what is drawn for f: its range, the first and the last
// line when it spans several, and the evidence of the same file.
func underlines(f *finding.Finding) []underline {
	out := primary(f.Place)
	for _, e := range f.Evidence {
		if len(out)-1 > maxAside || e.File == nil || e.File.Path != f.Path() {
			continue
		}
		_, line, from, to := finding.Excerpt(e.File, e.Span)
		u := underline{line, from, to, e.Label, true}
		if from < to && !slices.ContainsFunc(out, u.covers) {
			out = append(out, u)
		}
	}
	slices.SortStableFunc(out, func(a, b underline) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.from, b.from))
	})
	return out
}

// covers reports whether o draws under some of the same bytes.
func (u underline) covers(o underline) bool {
	return u.line == o.line && u.from < o.to && o.from < u.to
}

// primary returns the underlines of a finding's own range.
func primary(p finding.Place) []underline {
	span := p.Span.Clamp(len(p.File.Text))
	_, line, from, to := finding.Excerpt(p.File, span)
	last := p.File.LineOf(max(span.Start, span.End-1))
	if last == line {
		return []underline{{line: line, from: from, to: to, label: p.Text}}
	}
	end := p.File.LineSpan(last)
	text := p.File.Slice(end)
	indent := len(text) - len(strings.TrimLeft(text, " \t"))
	stop := max(indent, min(int(span.End-end.Start), len(text)))
	return []underline{{line: line, from: from, to: to}, {line: last, from: indent, to: stop, label: p.Text}}
}

// snippet draws the lines of a file with what is underlined on them.
type snippet struct {
	c      *console
	file   *source.File
	gutter int // cells of the widest line number
}

// draw writes the excerpt of f. Lines that lie apart are joined by an ellipsis
// in the gutter.
func (s snippet) draw(f *finding.Finding) {
	s.bar("")
	last := 0
	marks := underlines(f)
	for i, u := range marks {
		switch {
		case last == 0 || u.line <= last+1:
		case u.line == last+2:
			s.line(last+1, underline{})
		default:
			s.c.print(s.c.paint(blue, "..."), "\n")
		}
		if u.line != last {
			s.line(u.line, marks[i])
		}
		s.carets(u, f.Severity)
		last = u.line
	}
}

// room is how many cells a line of source may take.
func (s snippet) room() int { return max(20, s.c.width()-s.gutter-3) }

func (s snippet) excerpt(line int, u underline) excerpt {
	return show(s.file.Slice(s.file.LineSpan(line)), u.from, u.to, s.room())
}

func (s snippet) line(n int, u underline) {
	number := strconv.Itoa(n)
	s.c.print(s.c.paint(blue, strings.Repeat(" ", s.gutter-len(number))+number+" |"))
	if text := s.excerpt(n, u).text; text != "" {
		s.c.print(" ", text)
	}
	s.c.print("\n")
}

func (s snippet) carets(u underline, sev finding.Severity) {
	e, mark, st := s.excerpt(u.line, u), "^", severityStyle(sev)
	if u.aside {
		mark, st = "-", blue
	}
	drawn := strings.Repeat(mark, e.to-e.from)
	if u.label != "" {
		drawn += " " + clean(u.label)
	}
	s.bar(" " + strings.Repeat(" ", e.from) + s.c.paint(st, drawn))
}

func (s snippet) bar(rest string) {
	s.c.print(s.c.paint(blue, strings.Repeat(" ", s.gutter)+" |"), rest, "\n")
}
