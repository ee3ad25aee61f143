package docs

import (
	"regexp"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// stubs returns the fix that lists columns in the properties of a node, in the
// order of the model, for somebody to describe. ok is false where the entry is
// written in a way that text cannot simply be added to: in braces, by an
// anchor, in a file that is not UTF-8.
func stubs(n *manifest.Node, columns []string) (fix finding.Fix, ok bool) {
	f := n.Patch.File
	if len(columns) == 0 || f.Enc != source.UTF8 || n.Patch.Version != nil {
		return fix, false
	}
	dash, after, head, ok := place(f, n.Patch.Entry)
	if !ok {
		return fix, false
	}
	blank := strings.Repeat(" ", len(dash))
	text := head
	for _, c := range columns {
		text += "\n" + dash + "name: " + scalar(c) + "\n" + blank + `description: ""`
	}
	if strings.Contains(f.Text, "\r\n") {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return finding.Fix{
		Title: "list the columns that have no entry", Grade: finding.Safe,
		Edits: []finding.Edit{{File: f, Span: source.At(after), New: text}},
	}, true
}

// place returns where entries of columns are to be added: what their first line
// begins with (blanks, a dash, a blank), the offset at the end of a line to
// insert at, and the text that must come before the first of them.
func place(f *source.File, entry *yaml.Node) (dash string, after int32, head string, ok bool) {
	key, list := entry.Entry("columns")
	switch {
	case key == nil:
		return newList(f, entry)
	case !list.IsList() || list.Style != yaml.Block || len(list.Items) == 0:
		return "", 0, "", false
	}
	dash, ok = before(f, list.Items[0])
	last := list.Items[len(list.Items)-1]
	if other, same := before(f, last); !same || other != dash {
		return "", 0, "", false
	}
	return dash, lineEnd(f, last), "", ok
}

// newList is place for an entry that has no `columns` yet.
func newList(f *source.File, entry *yaml.Node) (dash string, after int32, head string, ok bool) {
	prefix, ok := before(f, entry)
	if !ok || entry.Style != yaml.Block {
		return "", 0, "", false
	}
	indent := strings.Repeat(" ", len(prefix))
	return indent + "  - ", lineEnd(f, entry), "\n" + indent + "columns:", true
}

var item = regexp.MustCompile(`^ *- +$`)

// before returns what stands before an item of a list on its first line: blanks
// and a dash. ok is false when there is anything else.
func before(f *source.File, n *yaml.Node) (prefix string, ok bool) {
	line := f.LineSpan(f.LineOf(n.Span.Start))
	prefix = f.Slice(source.Span{Start: line.Start, End: n.Span.Start})
	return prefix, item.MatchString(prefix) && n.Style == yaml.Block
}

// lineEnd returns the end of the last line that a value stands on.
func lineEnd(f *source.File, n *yaml.Node) int32 {
	text := strings.TrimRight(f.Slice(n.Span), " \t\r\n")
	return f.LineSpan(f.LineOf(n.Span.Start + int32(len(text)))).End
}

var plainScalar = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// scalar writes a name as YAML: in quotes where it would be read as something
// else than text.
func scalar(name string) string {
	words := []string{"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
	if plainScalar.MatchString(name) && !slices.Contains(words, strings.ToLower(name)) {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", "''") + "'"
}
