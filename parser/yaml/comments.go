package yaml

import (
	"cmp"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/source"
)

// comments returns the comments of the text: what begins with a # at the
// start of a line or after a blank, outside of scalars.
func (c *converter) comments() []Comment {
	if !strings.Contains(c.text, "#") {
		return nil
	}
	slices.SortFunc(c.scalars, func(a, b source.Span) int { return cmp.Compare(a.Start, b.Start) })
	var out []Comment
	next := 0
	for i := 0; i < len(c.text); i++ {
		for next < len(c.scalars) && int(c.scalars[next].End) <= i {
			next++
		}
		if next < len(c.scalars) && int(c.scalars[next].Start) <= i {
			i = int(c.scalars[next].End) - 1
			continue
		}
		if c.text[i] != '#' || i > 0 && !isBlank(c.text[i-1]) {
			continue
		}
		end := i + len(strings.TrimRight(c.text[i:i+lineLen(c.text[i:])], "\r\n"))
		out = append(out, Comment{source.Span{Start: int32(i), End: int32(end)}, c.text[i:end]})
		i = end
	}
	return out
}
