package ignore

import (
	"path"
	"strings"

	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// headLines is how far down ignore-file counts.
const headLines = 10

// Comment is one comment that is addressed to this program.
type Comment struct {
	File      *source.File
	Span      source.Span // the whole comment with its marks
	Verb      string      // ignore, ignore-file; anything else is a mistake
	VerbSpan  source.Span
	Codes     []Code
	Reason    string // what follows the codes after --
	WholeFile bool   // ignore-file
	Late      bool   // ignore-file below the first lines
	// First and Last are the 1-based lines that the comment stands on.
	First, Last int
}

// Code is a rule code in a comment.
type Code struct {
	Text string
	Span source.Span
}

func (c *Comment) texts() []string {
	out := make([]string, len(c.Codes))
	for i, code := range c.Codes {
		out[i] = code.Text
	}
	return out
}

// removal returns what to delete with the comment: its line if it is alone
// there, else the blanks before it.
func (c *Comment) removal() source.Span {
	text, s := c.File.Text, c.Span
	for s.Start > 0 && (text[s.Start-1] == ' ' || text[s.Start-1] == '\t') {
		s.Start--
	}
	alone := s.Start == 0 || text[s.Start-1] == '\n'
	rest := strings.TrimLeft(text[s.End:], " \t\r")
	if !alone || rest != "" && rest[0] != '\n' {
		return s
	}
	s.End = int32(len(text) - len(rest))
	if rest != "" {
		s.End++
	}
	return s
}

// scan returns the comments of f that are addressed to this program. Files
// other than SQL and YAML have none.
func scan(f *source.File) []Comment {
	if !strings.Contains(f.Text, "dbtvet:") {
		return nil
	}
	var spans []source.Span
	switch strings.ToLower(path.Ext(f.Path)) {
	case ".sql":
		spans = templateComments(f.Text)
	case ".yml", ".yaml":
		for _, c := range yaml.Parse(f).Comments {
			spans = append(spans, c.Span)
		}
	}
	var out []Comment
	for _, s := range spans {
		if c, ok := read(f, s); ok {
			out = append(out, c)
		}
	}
	return out
}

// read reads the comment at span; ok is false if it is for somebody else.
func read(f *source.File, span source.Span) (c Comment, ok bool) {
	body := inner(f.Text, span)
	at := cursor{f.Text[:body.End], int(body.Start)}
	at.blanks()
	if !at.eat("dbtvet:") {
		return Comment{}, false
	}
	at.blanks()
	c = Comment{File: f, Span: span, First: f.LineOf(span.Start), Last: f.LineOf(max(span.Start, span.End-1))}
	c.Verb, c.VerbSpan = at.word()
	c.WholeFile = c.Verb == "ignore-file"
	c.Late = c.WholeFile && c.First > headLines
	for {
		at.blanks()
		if at.eat("--") {
			c.Reason = strings.TrimSpace(at.text[at.i:])
			return c, true
		}
		text, s := at.word()
		if text == "" {
			return c, true
		}
		c.Codes = append(c.Codes, Code{text, s})
	}
}

// inner returns the comment without its marks.
func inner(text string, s source.Span) source.Span {
	body := text[s.Start:s.End]
	for _, marks := range [][2]string{{"{#-", "-#}"}, {"{#", "-#}"}, {"{#", "#}"}, {"/*", "*/"}, {"--", ""}, {"#", ""}} {
		if strings.HasPrefix(body, marks[0]) && strings.HasSuffix(body, marks[1]) && len(body) >= len(marks[0])+len(marks[1]) {
			return source.Span{Start: s.Start + int32(len(marks[0])), End: s.End - int32(len(marks[1]))}
		}
	}
	return s
}

// cursor reads words from a text.
type cursor struct {
	text string
	i    int
}

// blanks skips white space and the commas between codes.
func (c *cursor) blanks() {
	for c.i < len(c.text) && strings.IndexByte(" \t\r\n,", c.text[c.i]) >= 0 {
		c.i++
	}
}

func (c *cursor) eat(word string) bool {
	if !strings.HasPrefix(c.text[c.i:], word) {
		return false
	}
	c.i += len(word)
	return true
}

// word reads up to white space, a comma, or the -- that begins the reason.
func (c *cursor) word() (string, source.Span) {
	start := c.i
	for c.i < len(c.text) && strings.IndexByte(" \t\r\n,", c.text[c.i]) < 0 && !strings.HasPrefix(c.text[c.i:], "--") {
		c.i++
	}
	return c.text[start:c.i], source.Span{Start: int32(start), End: int32(c.i)}
}
