package yaml

import (
	"errors"
	"fmt"
	"io"
	"strings"

	library "go.yaml.in/yaml/v4"

	"github.com/dbtvet/dbtvet/parser/source"
)

// retries bounds how often a broken file is cut back and read again.
const retries = 4

// Parse reads a file. It accepts any text; what is wrong with it is in the
// document's Errors. Of a file with a syntax error, Root is what can be read
// from the lines before it.
func Parse(f *source.File) *Document {
	d := &Document{File: f}
	text := f.Text
	for range retries {
		nodes, err := load(text)
		if err == nil {
			d.build(nodes, text)
			return d
		}
		at := d.locate(err, text)
		if d.Partial = true; len(d.Errors) == 0 {
			d.Errors = append(d.Errors, d.explain(err, at))
		}
		text = cutBefore(text, at.Start)
	}
	return d
}

// load runs the library over text and returns the root of every document.
func load(text string) (nodes []*library.Node, err error) {
	defer func() {
		// The library is young; what it panics over, dbt cannot read either.
		if r := recover(); r != nil {
			nodes, err = nil, fmt.Errorf("%v", r)
		}
	}()
	loader, err := library.NewLoader(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	for {
		node := new(library.Node)
		switch err := loader.Load(node); {
		case errors.Is(err, io.EOF):
			return nodes, nil
		case err != nil:
			return nil, err
		}
		nodes = append(nodes, node)
	}
}

// build turns the library's trees into the document's.
func (d *Document) build(docs []*library.Node, text string) {
	c := &converter{
		doc:   d,
		text:  text,
		lines: lineStarts(text),
		done:  map[*library.Node]*Node{},
		size:  map[*Node]int{},
	}
	for i, doc := range docs {
		var root *Node
		if len(doc.Content) > 0 {
			root = c.convert(doc.Content[0], -1, 0)
		}
		switch {
		case i == 0:
			d.Root = root
		default:
			d.Rest = append(d.Rest, root)
		}
	}
	if len(docs) > 1 {
		d.Errors = append(d.Errors, Error{
			Span:    c.separator(docs[1]),
			Message: "a second document begins here, dbt reads only files of one",
			Hint:    "remove the `---`, or move what follows to a file of its own",
		})
	}
	if c.measure(d.Root) > maxExpanded {
		d.Root, d.Partial = nil, true
		d.Errors = append(d.Errors, Error{
			Message: fmt.Sprintf("aliases expand to more than %d values", maxExpanded),
		})
		return
	}
	d.Comments = c.comments()
}

// cutBefore returns text up to the line that holds byte at; if that is all of
// it, or the rest is not smaller, up to the last line that is not indented.
func cutBefore(text string, at int32) string {
	at = min(at, int32(len(text)))
	head := text[:strings.LastIndexByte(text[:at], '\n')+1]
	if len(head) < len(text) {
		return head
	}
	for head != "" {
		head = head[:strings.LastIndexByte(head[:len(head)-1], '\n')+1]
		rest := text[len(head):]
		if rest != "" && !strings.ContainsRune(" \t\r\n#-", rune(rest[0])) {
			return head
		}
	}
	return ""
}

// locate returns the place of an error of the library in text.
func (d *Document) locate(err error, text string) source.Span {
	var load *library.LoadError
	if !errors.As(err, &load) || load.Mark.Line <= 0 {
		return source.At(int32(len(text)))
	}
	lines := lineStarts(text)
	at := lines.offset(text, load.Mark.Line, max(load.Mark.Column, 1))
	if load.ContextMark.Line > 0 && strings.TrimSpace(text[at:]) == "" {
		// Met the end of the file inside of something: that is what to blame.
		at = lines.offset(text, load.ContextMark.Line, max(load.ContextMark.Column, 1))
	}
	end := at
	for int(end) < len(text) && text[end] != '\n' && text[end] != '\r' {
		end++
	}
	return source.Span{Start: at, End: end}
}

// explain words an error of the library for people who write dbt projects.
func (d *Document) explain(err error, at source.Span) Error {
	line := d.File.LineSpan(d.File.LineOf(at.Start))
	text := d.File.Slice(line)
	if span, ok := bareJinja(text); ok {
		return Error{
			Kind:    UnquotedJinja,
			Span:    source.Span{Start: line.Start + span.Start, End: line.Start + span.End},
			Message: "the template expression is not in quotes, YAML takes its braces for a mapping",
			Hint:    "put the whole value in quotes",
		}
	}
	out := Error{Span: at, Message: "not valid YAML: " + reason(err)}
	indent := text[:len(text)-len(strings.TrimLeft(text, " \t"))]
	switch {
	case strings.Contains(indent, "\t"):
		tab := line.Start + int32(strings.IndexByte(text, '\t'))
		out.Span = source.Span{Start: tab, End: tab + 1}
		out.Message = "a tab indents the line, YAML allows only spaces there"
		out.Hint = "replace the tab by spaces"
	case strings.Contains(out.Message, "mapping values are not allowed"):
		out.Hint = "the text has a colon: put it in quotes, or mind the indentation of the line"
	}
	return out
}

// reason returns the library's message without its position.
func reason(err error) string {
	var load *library.LoadError
	if !errors.As(err, &load) {
		return oneLine(err.Error())
	}
	if load.ContextMsg != "" {
		return oneLine(load.ContextMsg + ", " + load.Message)
	}
	return oneLine(load.Message)
}

func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.TrimPrefix(s, "yaml: ")), " ")
}

// bareJinja finds a value of the line that begins with template braces outside
// of quotes.
func bareJinja(line string) (source.Span, bool) {
	for _, open := range []string{"{{", "{%"} {
		i := strings.Index(line, open)
		if i < 0 {
			continue
		}
		before := strings.TrimRight(line[:i], " \t")
		if before != "" && !strings.HasSuffix(before, ":") && !strings.HasSuffix(before, "-") {
			continue
		}
		end := len(strings.TrimRight(line, " \t\r"))
		return source.Span{Start: int32(i), End: int32(end)}, true
	}
	return source.Span{}, false
}
