package yaml

import (
	"fmt"
	"strings"

	library "go.yaml.in/yaml/v4"

	"github.com/dbtvet/dbtvet/parser/source"
)

const (
	// maxExpanded bounds the values a document has when every alias is
	// replaced by what it stands for: a page of aliases can mean billions.
	maxExpanded = 1_000_000
	maxDepth    = 1_000
)

// converter makes our trees of the library's, for one file.
type converter struct {
	doc   *Document
	text  string
	lines lines
	// done maps anchored nodes to theirs; nil while they are being made, which
	// is how an alias inside its own anchor is noticed.
	done map[*library.Node]*Node
	size map[*Node]int
	// scalars are the spans of all scalars, in the order of the text: no
	// comment begins in one of them.
	scalars []source.Span
}

// convert returns n as ours. indent is the indentation of the collection that
// n stands in, -1 at the top.
func (c *converter) convert(n *library.Node, indent, depth int) *Node {
	if n.Kind == library.AliasNode {
		return c.alias(n, depth)
	}
	if n.Anchor != "" {
		c.done[n] = nil
	}
	out := c.make(n, indent, depth)
	if n.Anchor != "" {
		c.done[n] = out
	}
	return out
}

func (c *converter) alias(n *library.Node, depth int) *Node {
	out, known := c.done[n.Alias]
	if out != nil {
		return out
	}
	at := c.start(n)
	if known || n.Alias == nil || depth > maxDepth {
		span := source.Span{Start: int32(at), End: int32(min(at+1+len(n.Value), len(c.text)))}
		c.report(Error{Span: span, Message: fmt.Sprintf("the alias `%s` stands inside of what it names", n.Value)})
		return &Node{Span: span}
	}
	return c.convert(n.Alias, -1, depth+1)
}

func (c *converter) make(n *library.Node, indent, depth int) *Node {
	start := c.start(n)
	out := &Node{Span: source.At(int32(start)), Style: style(n)}
	if n.Style&library.TaggedStyle != 0 {
		out.Tag = n.ShortTag()
	}
	if depth > maxDepth {
		return out
	}
	switch n.Kind {
	case library.MappingNode:
		c.mapping(out, n, start, indent, depth)
	case library.SequenceNode:
		c.list(out, n, start, indent, depth)
	case library.ScalarNode:
		c.scalar(out, n, start, indent)
	}
	return out
}

func style(n *library.Node) Style {
	switch {
	case n.Style&library.SingleQuotedStyle != 0:
		return SingleQuoted
	case n.Style&library.DoubleQuotedStyle != 0:
		return DoubleQuoted
	case n.Style&library.LiteralStyle != 0:
		return Literal
	case n.Style&library.FoldedStyle != 0:
		return Folded
	case n.Style&library.FlowStyle != 0:
		return Flow
	case n.Kind == library.ScalarNode:
		return Plain
	}
	return Block
}

// start returns the offset of a node's own text, past its anchor and tag.
func (c *converter) start(n *library.Node) int {
	at := int(c.lines.offset(c.text, n.Line, n.Column))
	if n.Anchor == "" && n.Style&library.TaggedStyle == 0 {
		return at
	}
	for at < len(c.text) && (c.text[at] == '&' || c.text[at] == '!') {
		end := at
		for end < len(c.text) && !isBlank(c.text[end]) {
			end++
		}
		next := c.skip(end, "")
		if next == len(c.text) || n.Kind == library.ScalarNode && n.Value == "" && style(n) == Plain {
			return end
		}
		at = next
	}
	return at
}

// skip returns the first offset from at on that is neither blank, in a
// comment, nor one of the bytes in also.
func (c *converter) skip(at int, also string) int {
	for at < len(c.text) {
		switch b := c.text[at]; {
		case isBlank(b) || strings.IndexByte(also, b) >= 0:
			at++
		case b == '#':
			at += lineLen(c.text[at:])
		default:
			return at
		}
	}
	return at
}

func (c *converter) scalar(out *Node, n *library.Node, start, indent int) {
	out.Kind, out.Value = Scalar, n.Value
	end := start
	switch {
	case start >= len(c.text):
	case out.Style == Literal || out.Style == Folded:
		_, end = blockEnd(c.text, start, indent)
	case out.Style == SingleQuoted || out.Style == DoubleQuoted:
		end = quotedEnd(c.text, start)
	default:
		end = plainEnd(c.text, start, n.Value)
	}
	out.Span.End = int32(end)
	if out.isNull() {
		out.Kind = Null
	}
	if end > start {
		c.scalars = append(c.scalars, out.Span)
	}
}

func (c *converter) list(out *Node, n *library.Node, start, indent, depth int) {
	out.Kind = List
	if out.Style == Block {
		indent = c.column(start)
	}
	out.Items = make([]*Node, 0, len(n.Content))
	for _, item := range n.Content {
		value := c.convert(item, indent, depth+1)
		out.Items = append(out.Items, value)
		c.grow(out, item, value)
	}
	c.close(out, '[', ']')
}

func (c *converter) mapping(out *Node, n *library.Node, start, indent, depth int) {
	out.Kind = Map
	if out.Style == Block {
		indent = c.column(start)
	}
	out.Pairs = make([]Pair, 0, len(n.Content)/2)
	var merges []*Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := c.convert(n.Content[i], indent, depth+1)
		value := c.convert(n.Content[i+1], indent, depth+1)
		c.grow(out, n.Content[i], key)
		c.grow(out, n.Content[i+1], value)
		if key.Value == "<<" && key.Style == Plain {
			merges = append(merges, value)
			continue
		}
		out.Pairs = append(out.Pairs, Pair{Key: key, Value: value})
	}
	c.close(out, '{', '}')
	c.checkKeys(out)
	for _, from := range merges {
		merge(out, from)
	}
	if out.Style == Flow {
		c.checkJinja(out)
	}
}

// column returns the number of bytes before at on its line, which is the
// indentation of a collection whose first key or dash is there.
func (c *converter) column(at int) int {
	return at - (strings.LastIndexByte(c.text[:at], '\n') + 1)
}

// grow extends a collection to the end of an element written inside of it.
func (c *converter) grow(out *Node, n *library.Node, value *Node) {
	end := value.Span.End
	if n.Kind == library.AliasNode {
		at := int(c.lines.offset(c.text, n.Line, n.Column))
		end = int32(min(at+1+len(n.Value), len(c.text)))
	}
	out.Span.End = max(out.Span.End, end)
}

// close extends a collection in brackets to its closing bracket.
func (c *converter) close(out *Node, open, closing byte) {
	start, end := int(out.Span.Start), int(out.Span.End)
	if out.Style != Flow || start >= len(c.text) || c.text[start] != open {
		return
	}
	end = c.skip(max(end, start+1), ",:?")
	if end < len(c.text) && c.text[end] == closing {
		out.Span.End = int32(end + 1)
	}
}

// checkKeys reports the keys that a mapping has twice.
func (c *converter) checkKeys(m *Node) {
	if len(m.Pairs) < 2 {
		return
	}
	seen := make(map[string]Pair, len(m.Pairs))
	for _, p := range m.Pairs {
		if p.Key.Kind != Scalar {
			continue
		}
		first, twice := seen[p.Key.Value]
		if !twice {
			seen[p.Key.Value] = p
			continue
		}
		e := Error{
			Kind:    DuplicateKey,
			Span:    p.Key.Span,
			Related: first.Key.Span,
			Message: fmt.Sprintf("the key `%s` is here for the second time in one mapping, dbt forgets the first", p.Key.Value),
			Hint:    "merge the two entries",
		}
		if a, b := first.Value, p.Value; a.Tag == b.Tag && c.written(a) == c.written(b) {
			e.Same = true
			e.Message = fmt.Sprintf("the key `%s` is here for the second time in one mapping, with the same value", p.Key.Value)
			e.Hint = "leave one of them out"
		}
		c.report(e)
	}
}

// written is the text of a value.
func (c *converter) written(n *Node) string { return c.text[n.Span.Start:n.Span.End] }

// checkJinja recognises `{{ x }}` without quotes: a mapping whose only key is
// a mapping in braces.
func (c *converter) checkJinja(m *Node) {
	if len(m.Pairs) != 1 || m.Pairs[0].Key.Kind != Map || !strings.HasPrefix(c.text[m.Span.Start:], "{{") {
		return
	}
	c.report(Error{
		Kind:    UnquotedJinja,
		Span:    m.Span,
		Message: "the template expression is not in quotes, YAML takes its braces for a mapping",
		Hint:    "put the whole value in quotes: `\"" + strings.ReplaceAll(c.text[m.Span.Start:m.Span.End], `"`, `'`) + "\"`",
	})
}

// merge adds what `<<: from` brings: keys that m has not, the earlier of
// several sources first.
func merge(m, from *Node) {
	switch from.Kind {
	case List:
		for _, item := range from.Items {
			if item.Kind == Map {
				merge(m, item)
			}
		}
	case Map:
		for _, p := range from.Pairs {
			if k, _ := m.Entry(p.Key.Value); k == nil && p.Key.Kind == Scalar {
				m.Pairs = append(m.Pairs, Pair{Key: p.Key, Value: p.Value, Merged: true})
			}
		}
	}
}

func (c *converter) report(e Error) { c.doc.Errors = append(c.doc.Errors, e) }

// measure returns the number of values below n with aliases expanded, at most
// maxExpanded+1.
func (c *converter) measure(n *Node) int {
	if n == nil {
		return 0
	}
	if size, ok := c.size[n]; ok {
		return size
	}
	size := 1
	for _, p := range n.Pairs {
		size = min(size+c.measure(p.Key)+c.measure(p.Value), maxExpanded+1)
	}
	for _, item := range n.Items {
		size = min(size+c.measure(item), maxExpanded+1)
	}
	c.size[n] = size
	return size
}

// separator returns the `---` in front of a document.
func (c *converter) separator(doc *library.Node) source.Span {
	at := int(c.lines.offset(c.text, doc.Line, doc.Column))
	if i := strings.LastIndex(c.text[:min(at+3, len(c.text))], "---"); i >= 0 {
		return source.Span{Start: int32(i), End: int32(i + 3)}
	}
	return source.At(int32(at))
}
