package ignore

import (
	"strings"

	"github.com/dbtvet/dbtvet/parser/source"
)

// templateComments returns the comments of a SQL template: -- to the end of
// the line, /* */ and {# #}. A mark inside a string is no comment, except
// {# #}: the template is read before the SQL, so it is one even there.
func templateComments(text string) []source.Span {
	s := scanner{text: text, open: map[string]bool{}}
	for s.i < len(text) {
		s.step()
	}
	s.close(len(text))
	return s.out
}

// lineLook is how many bytes of a line are looked at to understand a quote.
const lineLook = 1024

// scanner walks a template. Its state is where in the SQL it is; templates'
// own blocks may begin in any state and leave it as it was.
type scanner struct {
	text  string
	i     int
	state byte // 0 code, ' or " in a string, - in a line comment, * in a block comment
	start int  // of the comment
	out   []source.Span
	// open holds the marks that are known to be closed nowhere in the rest of
	// the text, so that it is not searched again for each of them.
	open map[string]bool
}

func (s *scanner) step() {
	rest := s.text[s.i:]
	switch {
	case strings.HasPrefix(rest, "{#") && s.jinjaComment():
	case (strings.HasPrefix(rest, "{{") || strings.HasPrefix(rest, "{%")) && s.jinjaBlock():
	case s.state == 0:
		s.code(rest)
	case s.state == '-':
		if rest[0] == '\n' {
			s.close(s.i)
		}
		s.i++
	case s.state == '*':
		if strings.HasPrefix(rest, "*/") {
			s.close(s.i + 2)
			s.i++
		}
		s.i++
	default:
		s.str(rest)
	}
}

// code looks for what begins a comment or a string.
func (s *scanner) code(rest string) {
	s.start = s.i
	switch {
	case strings.HasPrefix(rest, "--"):
		s.state, s.i = '-', s.i+1
	case strings.HasPrefix(rest, "/*"):
		s.state, s.i = '*', s.i+1
	case rest[0] == '\'' || rest[0] == '"':
		s.state = rest[0]
	}
	s.i++
}

// str goes on in a SQL string. A quote is doubled inside it, or in some
// dialects escaped by a backslash: which one this is shows in whether the
// quotes of the line come out even.
func (s *scanner) str(rest string) {
	quote := string(s.state)
	switch {
	case strings.HasPrefix(rest, quote+quote):
		s.i++
	case strings.HasPrefix(rest, `\\`):
		s.i++
	case strings.HasPrefix(rest, `\`+quote):
		line, _, _ := strings.Cut(rest[2:min(len(rest), lineLook)], "\n")
		if strings.Count(line, quote)%2 == 1 {
			s.i++
		}
	case rest[0] == s.state:
		s.state = 0
	}
	s.i++
}

// close ends a comment at byte end, without the carriage return of its line.
func (s *scanner) close(end int) {
	if s.state == '-' {
		end = s.start + len(strings.TrimRight(s.text[s.start:end], "\r"))
	}
	if s.state == '-' || s.state == '*' {
		s.out = append(s.out, source.Span{Start: int32(s.start), End: int32(end)})
	}
	s.state = 0
}

// jinjaComment takes {# #}; false if it is never closed.
func (s *scanner) jinjaComment() bool {
	if s.open["#}"] {
		return false
	}
	n := strings.Index(s.text[s.i+2:], "#}")
	if n < 0 {
		s.open["#}"] = true
		return false
	}
	end := s.i + 2 + n + 2
	s.out = append(s.out, source.Span{Start: int32(s.i), End: int32(end)})
	s.i = end
	return true
}

// jinjaBlock skips {{ }} or {% %} with the strings in it; false if it is never
// closed.
func (s *scanner) jinjaBlock() bool {
	closing := "}}"
	if s.text[s.i+1] == '%' {
		closing = "%}"
	}
	if s.open[closing] {
		return false
	}
	for i := s.i + 2; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case strings.HasPrefix(s.text[i:], closing):
			s.i = i + 2
			return true
		case c == '\'' || c == '"':
			i = stringEnd(s.text, i)
		}
	}
	s.open[closing] = true
	return false
}

// stringEnd returns the offset of the quote that closes the template string
// at i, or the end of the text.
func stringEnd(text string, i int) int {
	quote := text[i]
	for i++; i < len(text) && text[i] != quote; i++ {
		if text[i] == '\\' {
			i++
		}
	}
	return i
}
