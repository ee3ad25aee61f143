package reporters

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// tabStop is where a tab goes to when a line is shown.
const tabStop = 4

// longLine is how many bytes on each side of a range are looked at; a
// generated model may be one line of megabytes.
const longLine = 4096

// cluster is one user-perceived character of a line as it is shown.
type cluster struct {
	text     string
	from, to int // bytes of the source line that it shows
	col      int // display cells before it
	width    int // display cells that it takes, at least 1
}

// layout returns the clusters of a source line as a terminal would show them.
// What has no visible form (control characters, direction marks, zero-width
// characters standing alone) is shown as U+FFFD.
func layout(line string) []cluster {
	var out []cluster
	col := 0
	g := uniseg.NewGraphemes(line)
	for g.Next() {
		from, to := g.Positions()
		c := cluster{text: g.Str(), from: from, to: to, col: col, width: g.Width()}
		switch {
		case c.text == "\t":
			c.width = tabStop - col%tabStop
			c.text = strings.Repeat(" ", c.width)
		case c.width == 0 || strings.ContainsFunc(c.text, invisible):
			c.text, c.width = "\uFFFD", 1
		}
		col += c.width
		out = append(out, c)
	}
	return out
}

// invisible reports whether r could hide or reorder the text around it. The
// joiners and selectors that emoji and scripts need inside a cluster are not.
func invisible(r rune) bool {
	const joiner, nonJoiner = '\u200d', '\u200c'
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != joiner && r != nonJoiner && !unicode.Is(unicode.Prepended_Concatenation_Mark, r) && !tag(r)
}

// tag reports whether r is one of the tag characters that spell flag emoji.
func tag(r rune) bool { return r >= 0xE0020 && r <= 0xE007F }

// clean returns text on one line and with nothing invisible in it, so that a
// name or a message cannot steer the terminal.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case invisible(r):
			return utf8.RuneError
		}
		return r
	}, text)
}

// width returns the display cells that text takes.
func width(text string) int { return uniseg.StringWidth(text) }

// window returns the bytes of line around [from, to) that are worth laying
// out, on rune boundaries, and where they begin.
func window(line string, from, to int) (string, int) {
	start, end := max(0, from-longLine), min(len(line), to+longLine)
	end = min(end, start+4*longLine)
	for start > 0 && !utf8.RuneStart(line[start]) {
		start--
	}
	for end < len(line) && !utf8.RuneStart(line[end]) {
		end++
	}
	return line[start:end], start
}

// excerpt is one line of source as it is shown, and the cells to underline.
type excerpt struct {
	text     string
	from, to int // display columns, to > from
}

// show lays out the bytes [from, to) of line with as much of the line around
// them as fits in room cells. An empty range is shown one cell wide.
func show(line string, from, to, room int) excerpt {
	part, start := window(line, from, to)
	cells := layout(part)
	cutLeft, cutRight := start > 0, start+len(part) < len(line)
	from, to = from-start, to-start
	a, b := cover(cells, from, to)
	total := 0
	if len(cells) > 0 {
		last := cells[len(cells)-1]
		total = last.col + last.width
	}
	if total <= room && !cutLeft && !cutRight {
		return excerpt{text(cells), a, b}
	}
	left := max(0, min(a-max((room-(b-a))/2, room/8), total-room+1))
	if b < room-1 && !cutLeft {
		left = 0
	}
	return cut(cells, excerpt{from: a, to: b}, left, room, cutLeft, cutRight)
}

// cover returns the display columns of the clusters that hold bytes [from, to).
func cover(cells []cluster, from, to int) (a, b int) {
	a, b = -1, -1
	end := 0
	for _, c := range cells {
		if a < 0 && c.to > from {
			a = c.col
		}
		if c.from < to {
			b = c.col + c.width
		}
		end = c.col + c.width
	}
	if a < 0 {
		a = end
	}
	return a, max(b, a+1)
}

// cut keeps room cells from column left on, with an ellipsis where it cuts.
func cut(cells []cluster, e excerpt, left, room int, cutLeft, cutRight bool) excerpt {
	var kept []cluster
	limit := left + room - 2
	if last := cells[len(cells)-1]; !cutRight && last.col+last.width <= left+room-1 {
		limit++ // the end fits: no ellipsis there
	}
	for _, c := range cells {
		if c.col < left {
			cutLeft = true
			continue
		}
		if c.col+c.width > limit {
			cutRight = true
			break
		}
		kept = append(kept, c)
	}
	out := text(kept)
	shift := left
	if len(kept) > 0 {
		shift = kept[0].col
	}
	if cutLeft {
		out = "…" + out
		shift--
	}
	if cutRight {
		out += "…"
	}
	from := max(0, e.from-shift)
	return excerpt{out, from, max(from+1, min(e.to-shift, width(out)))}
}

func text(cells []cluster) string {
	var b strings.Builder
	for _, c := range cells {
		b.WriteString(c.text)
	}
	return b.String()
}

// wrap breaks text at spaces into lines of at most room cells; room 0 means
// no limit. Words longer than a line stay whole.
func wrap(text string, room int) []string {
	if room <= 0 || width(text) <= room {
		return []string{text}
	}
	var lines []string
	line := ""
	for word := range strings.SplitSeq(text, " ") {
		switch {
		case line == "":
			line = word
		case width(line)+1+width(word) > room:
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}
