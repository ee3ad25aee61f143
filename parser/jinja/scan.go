package jinja

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/source"
)

// maxUnclosed bounds how many blocks without an end a file may have before
// the scanner gives it up: each costs another look at the rest of the file.
const maxUnclosed = 20

// Scan finds the top-level blocks of the given kinds in a file of macros,
// snapshots, tests or docs. Like dbt it looks at nothing else: what stands
// between the blocks, Jinja or not, is ignored, and so are blocks in comments
// and raw text. A block inside another stays part of that one. The text of a
// macro block is parsed by Parse(f, block.Span).
func Scan(f *source.File, kinds ...string) ([]Block, []*Error) {
	s := &scanner{src: f.Text, file: f, kinds: kinds}
	s.run()
	return s.blocks, s.errors
}

// maxTag bounds the bytes of one tag, so that tags without an end do not each
// cost a look at the rest of the file.
const maxTag = 1 << 16

type scanner struct {
	src      string
	file     *source.File
	kinds    []string
	pos      int
	blocks   []Block
	errors   []*Error
	unclosed int
	between  int // where the last block ends
}

// tag is one {% ... %}.
type tag struct {
	name              string
	start, end        int // of the whole tag
	inside, insideEnd int // of what follows the name
}

func (s *scanner) fail(at source.Span, format string, args ...any) {
	s.errors = append(s.errors, &Error{
		Kind: SyntaxError, Msg: fmt.Sprintf(format, args...), Place: source.Place{File: s.file, Span: at},
	})
}

func (s *scanner) run() {
	var control []string // open if and for tags between the blocks
	for s.unclosed < maxUnclosed {
		t, ok := s.next()
		if !ok {
			return
		}
		switch {
		case t.name == "if" || t.name == "for":
			control = append(control, t.name)
		case t.name == "endif" || t.name == "endfor":
			if n := len(control) - 1; n >= 0 && "end"+control[n] == t.name {
				control = control[:n]
			} else {
				s.fail(span(t.start, t.end), "`%s` without a block that it could belong to", t.name)
			}
		case slices.Contains(s.kinds, t.name):
			s.block(t, len(control) > 0)
		case strings.HasPrefix(t.name, "end") && slices.Contains(s.kinds, t.name[len("end"):]):
			s.fail(span(t.start, t.end), "`%s` without a block that it could belong to%s", t.name, s.swallowed(t))
		}
	}
}

// swallowed says where the tag may be that the end tag t lacks: in what an
// opening delimiter between the blocks has made its own.
func (s *scanner) swallowed(t tag) string {
	for at := s.between; at < t.start; {
		i := strings.Index(s.src[at:t.start], "{{")
		if i < 0 {
			break
		}
		_, end := s.tagEnd(at+i+2, "}}")
		if end > t.start {
			break
		}
		if inside := s.src[at+i : end]; strings.Contains(inside, "{%") && strings.Contains(inside, t.name[len("end"):]) {
			return fmt.Sprintf(": the `{{` in line %d reaches over the tag that opens it", s.file.LineOf(int32(at+i)))
		}
		at = max(end, at+i+2)
	}
	return ""
}

// block finds the end of the block that t opens.
func (s *scanner) block(t tag, inControl bool) {
	at := span(t.start, t.end)
	if inControl {
		s.fail(at, "the %s is defined inside an `if` or `for`, where dbt does not allow it", t.name)
	}
	b := Block{Kind: t.name, Head: span(t.inside, t.insideEnd), Name: firstWord(s.src[t.inside:t.insideEnd])}
	depth, nested := 1, -1
	var inner []tag // blocks inside this one
	for {
		u, ok := s.next()
		if !ok {
			break
		}
		switch {
		case u.name == t.name:
			depth++
			if nested < 0 {
				nested = u.start
			}
			inner = append(inner, u)
		case u.name == "end"+t.name:
			depth--
		case slices.Contains(s.kinds, u.name):
			inner = append(inner, u)
		}
		if depth == 0 {
			for _, u := range inner {
				s.fail(span(u.start, u.end), "the %s is defined inside a %s, where dbt does not allow it", u.name, t.name)
			}
			b.Body, b.Span = span(t.end, u.start), span(t.start, u.end)
			s.blocks = append(s.blocks, b)
			s.between = u.end
			return
		}
	}
	// Its end tag is missing: it goes as far as the next block of the kind.
	end := len(s.src)
	if nested >= 0 {
		end = nested
	}
	s.fail(at, "expected `end%s`, found the end of the file", t.name)
	s.unclosed++
	s.pos = end
	b.Body, b.Span = span(t.end, end), span(t.start, end)
	s.blocks = append(s.blocks, b)
}

func firstWord(head string) string {
	l := lexer{src: head, limit: len(head)}
	from := skipSpace(head, 0, len(head))
	return head[from:l.nameEnd(from)]
}

// next returns the next tag outside of comments, expressions and raw text.
func (s *scanner) next() (tag, bool) {
	for {
		i := nextTag(s.src, s.pos, len(s.src))
		if i < 0 {
			s.pos = len(s.src)
			return tag{}, false
		}
		switch s.src[i+1] {
		case '#':
			end := strings.Index(s.src[i+2:], "#}")
			if end < 0 {
				s.fail(span(i, i+2), "expected `#}`, found the end of the file")
				s.pos = len(s.src)
				return tag{}, false
			}
			s.pos = i + 2 + end + 2
		case '{':
			start, end := s.tagEnd(i+2, "}}")
			if start == end && len(s.src)-i < maxTag {
				s.fail(span(i, i+2), "expected `}}`, found the end of the file")
			}
			s.pos = end
		default:
			if t, ok := s.tag(i); ok {
				return t, true
			}
		}
	}
}

// tag reads the tag at i. One without a name, or without an end, is text that
// dbt would not look at either.
func (s *scanner) tag(i int) (tag, bool) {
	inside := i + 2
	if inside < len(s.src) && (s.src[inside] == '-' || s.src[inside] == '+') {
		inside++
	}
	if after, ok := rawTag(s.src, inside, len(s.src), "raw"); ok {
		end, next, _ := findEndRaw(s.src, after, len(s.src))
		if end < 0 {
			s.fail(span(i, after), "expected `{%% endraw %%}`, found the end of the file")
		}
		s.pos = max(next, after)
		return tag{}, false
	}
	l := lexer{src: s.src, limit: len(s.src)}
	from := skipSpace(s.src, inside, len(s.src))
	to := l.nameEnd(from)
	if to == from {
		s.pos = i + 2
		return tag{}, false
	}
	end, next := s.tagEnd(to, "%}")
	s.pos = next
	if next <= end {
		return tag{}, false
	}
	insideEnd := end
	if insideEnd > to && (s.src[insideEnd-1] == '-' || s.src[insideEnd-1] == '+') {
		insideEnd--
	}
	head := skipSpace(s.src, to, insideEnd)
	return tag{s.src[from:to], i, next, head, max(head, trimRight(s.src, head, insideEnd))}, true
}

// tagEnd returns where the delimiter that closes the tag starts and ends; a
// delimiter inside a string does not count, if the string ends. Without one
// both are the offset from which to go on.
func (s *scanner) tagEnd(pos int, closer string) (start, end int) {
	from := pos
	limit := min(len(s.src), pos+maxTag)
	for pos < limit {
		i := strings.IndexAny(s.src[pos:limit], `'"`+closer[:1])
		if i < 0 {
			break
		}
		pos += i
		if s.src[pos] == closer[0] {
			if strings.HasPrefix(s.src[pos:], closer) {
				return pos, pos + 2
			}
			pos++
			continue
		}
		pos = s.stringEnd(pos, limit)
	}
	return from, from
}

// stringEnd returns the offset behind the string literal at pos; behind its
// quote only if the literal does not end.
func (s *scanner) stringEnd(pos, limit int) int {
	quote := s.src[pos]
	for i := pos + 1; i < limit; i++ {
		switch s.src[i] {
		case '\\':
			i++
		case quote:
			return i + 1
		}
	}
	return pos + 1
}
