package yaml

import (
	"strings"

	"github.com/dbtvet/dbtvet/parser/source"
)

// quotedEnd returns the offset after the closing quote of the scalar whose
// opening quote is at start.
func quotedEnd(text string, start int) int {
	quote := text[start]
	for i := start + 1; i < len(text); i++ {
		switch {
		case quote == '"' && text[i] == '\\':
			i++
		case text[i] != quote:
		case quote == '\'' && i+1 < len(text) && text[i+1] == '\'':
			i++
		default:
			return i + 1
		}
	}
	return len(text)
}

// plainEnd returns the offset after the plain scalar at start that was read as
// value. A plain scalar is written as it reads, except where it is folded: a
// line break with the blanks around it reads as a space, or as line breaks.
func plainEnd(text string, start int, value string) int {
	end, i := start, start
	for v := 0; v < len(value) && i < len(text); {
		switch {
		case text[i] == value[v]:
			i, v = i+1, v+1
			if !isBlank(text[i-1]) {
				end = i
			}
		case isBlank(text[i]):
			i++
		case isBlank(value[v]):
			v++
		default:
			return end
		}
	}
	return end
}

// blockEnd returns the offset after the last line of the block scalar whose
// indicator (| or >) is at start. parent is the indentation of the collection
// that it stands in, -1 at the top.
func blockEnd(text string, start, parent int) (content, end int) {
	header := start + lineLen(text[start:])
	end = start + len(strings.TrimRight(text[start:header], " \t\r\n"))
	if comment := strings.Index(text[start:header], " #"); comment >= 0 {
		end = start + len(strings.TrimRight(text[start:start+comment], " \t"))
	}
	indent := -1
	for _, c := range text[start:end] {
		if c >= '1' && c <= '9' {
			indent = max(parent, 0) + int(c-'0')
		}
	}
	content = header
	for i := header; i < len(text); {
		n := lineLen(text[i:])
		line := strings.TrimRight(text[i:i+n], "\r\n")
		body := strings.TrimLeft(line, " ")
		width := len(line) - len(body)
		switch {
		case body == "":
			i += n
			continue
		case indent < 0 && width <= parent, indent >= 0 && width < indent:
			return content, end
		case indent < 0:
			indent = width
		}
		if content == header {
			content = i + min(indent, len(line))
		}
		end = i + len(line)
		i += n
	}
	return content, end
}

// lineLen returns the number of bytes of the first line of text, its break
// included.
func lineLen(text string) int {
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		return i + 1
	}
	return len(text)
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// Inner returns the span of what stands between the quotes of a quoted
// scalar, and the span of any other value as it is.
func (n *Node) Inner() source.Span {
	quoted := n.Style == SingleQuoted || n.Style == DoubleQuoted
	if n.Kind != Scalar || !quoted || n.Span.Len() < 2 {
		return n.Span
	}
	return source.Span{Start: n.Span.Start + 1, End: n.Span.End - 1}
}

// Verbatim returns the span of a scalar's text in f, if the text stands there
// byte for byte: with no escapes and not folded or indented.
func (n *Node) Verbatim(f *source.File) (span source.Span, ok bool) {
	span = n.Inner()
	return span, n.Kind == Scalar && f.Slice(span) == n.Value
}
