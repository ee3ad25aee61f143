package jinja

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dbtvet/dbtvet/parser/source"
)

// mapCase applies f, which changes the case of letters, to all of s but holes.
func (s *Str) mapCase(f func(string) string) *Str {
	text := f(s.text)
	if !s.open {
		return s.altered(text)
	}
	if len(text) != len(s.text) {
		return s
	}
	b := []byte(text)
	for at := 0; ; {
		from, to := nextHole(s.text, at)
		if from < 0 {
			return s.altered(string(b))
		}
		copy(b[from:to], s.text[from:to])
		at = to
	}
}

func isPythonSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

// trim removes characters of cutset, or white space if it is nil, at the left
// and right end.
func (s *Str) trim(cutset *string, left, right bool) *Str {
	in := isPythonSpace
	if cutset != nil {
		in = func(r rune) bool { return strings.ContainsRune(*cutset, r) }
	}
	before, behind := s.known()
	from, to := 0, len(s.text)
	if right {
		to = behind + len(strings.TrimRightFunc(s.text[behind:], in))
	}
	if left {
		end := min(before, to)
		from = end - len(strings.TrimLeftFunc(s.text[:end], in))
	}
	return s.slice(from, to)
}

// replace replaces up to n (all if negative) occurrences of old by with.
func (s *Str) replace(old string, with *Str, n int) *Str {
	if old == "" {
		return s.intersperse(with, n)
	}
	if !strings.Contains(s.text, old) {
		return s
	}
	var w buffer
	gap, _ := s.origin()
	at := 0
	for ; n != 0; n-- {
		i := strings.Index(s.text[at:], old)
		if i < 0 {
			break
		}
		w.str(s.slice(at, at+i), source.Segment{})
		w.str(with, gap)
		at += i + len(old)
	}
	w.str(s.slice(at, len(s.text)), source.Segment{})
	return w.take()
}

// intersperse is replace of the empty string: with before every character and
// at the end.
func (s *Str) intersperse(with *Str, n int) *Str {
	var w buffer
	gap, _ := s.origin()
	at := 0
	for ; n != 0; n-- {
		w.str(with, gap)
		if at >= len(s.text) {
			break
		}
		_, size := utf8.DecodeRuneInString(s.text[at:])
		w.str(s.slice(at, at+size), source.Segment{})
		at += size
	}
	w.str(s.slice(min(at, len(s.text)), len(s.text)), source.Segment{})
	return w.take()
}

// split cuts s at up to n (all if negative) separators from the left.
func (s *Str) split(sep string, n int) []Value {
	var out []Value
	at := 0
	for ; n != 0; n-- {
		i := strings.Index(s.text[at:], sep)
		if i < 0 {
			break
		}
		out = append(out, s.slice(at, at+i))
		at += i + len(sep)
	}
	return append(out, s.slice(at, len(s.text)))
}

// rsplit cuts s at up to n separators from the right.
func (s *Str) rsplit(sep string, n int) []Value {
	cuts := []int{len(s.text)}
	for end := len(s.text); n != 0; n-- {
		i := strings.LastIndex(s.text[:end], sep)
		if i < 0 {
			break
		}
		cuts = append(cuts, i)
		end = i
	}
	var out []Value
	from := 0
	for k := len(cuts) - 1; k >= 0; k-- {
		out = append(out, s.slice(from, cuts[k]))
		from = cuts[k] + len(sep)
	}
	return out
}

// fields cuts s at runs of white space, at up to n of them.
func (s *Str) fields(n int) []Value {
	out := []Value{}
	at := skipRunes(s.text, 0, true)
	for at < len(s.text) {
		if n == 0 {
			return append(out, s.slice(at, len(s.text)).trim(nil, false, true))
		}
		n--
		end := skipRunes(s.text, at, false)
		out = append(out, s.slice(at, end))
		at = skipRunes(s.text, end, true)
	}
	return out
}

// rfields is fields from the right.
func (s *Str) rfields(n int) []Value {
	all := s.fields(-1)
	if n < 0 || len(all) <= n {
		return all
	}
	first := s.trim(nil, false, true)
	for range n {
		cut := len(first.text)
		for cut > 0 {
			r, size := utf8.DecodeLastRuneInString(first.text[:cut])
			if isPythonSpace(r) {
				break
			}
			cut -= size
		}
		first = first.slice(0, cut).trim(nil, false, true)
	}
	return append([]Value{first}, all[len(all)-n:]...)
}

// skipRunes returns the end of the run of white space, or of anything else,
// that begins at at.
func skipRunes(text string, at int, space bool) int {
	for at < len(text) {
		r, n := utf8.DecodeRuneInString(text[at:])
		if isPythonSpace(r) != space {
			break
		}
		at += n
	}
	return at
}

// lines cuts s behind or, without keep, at its line endings.
func (s *Str) lines(keep bool) []*Str {
	var out []*Str
	for at := 0; at < len(s.text); {
		end, next := len(s.text), len(s.text)
		if i := strings.IndexAny(s.text[at:], lineEnds); i >= 0 {
			end = at + i
			_, n := utf8.DecodeRuneInString(s.text[end:])
			next = end + n
			if strings.HasPrefix(s.text[end:], "\r\n") {
				next = end + 2
			}
		}
		if keep {
			end = next
		}
		out = append(out, s.slice(at, end))
		at = next
	}
	return out
}

// indent puts pad before every line but, unless first, the first one, and
// unless blank, lines without text. Line endings become line feeds.
func (s *Str) indent(pad *Str, first, blank bool) *Str {
	var w buffer
	gap, _ := s.origin()
	newline := &Str{text: "\n"}
	lines := s.lines(false)
	if last, _ := utf8.DecodeLastRuneInString(s.text); s.text == "" || strings.ContainsRune(lineEnds, last) {
		lines = append(lines, &Str{})
	}
	for i, line := range lines {
		if i > 0 {
			w.str(newline, gap)
		}
		if i == 0 && first || i > 0 && (blank || line.text != "") {
			w.str(pad, gap)
		}
		w.str(line, gap)
	}
	return w.take()
}

// lineEnds are the characters that end a line.
const lineEnds = "\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029"

// pad fills s with n copies of fill on the left and m on the right.
func (st *State) pad(s *Str, fill string, n, m int) *Str {
	n, m = max(0, min(n, st.budget.Output)), max(0, min(m, st.budget.Output))
	st.spend(n*len(fill) + m*len(fill) + len(s.text))
	var w buffer
	gap, _ := s.origin()
	w.write(strings.Repeat(fill, n), gap)
	w.str(s, gap)
	w.write(strings.Repeat(fill, m), gap)
	return w.take()
}

// join writes items with sep between them; elements that are no strings are
// printed.
func (s *State) join(sep *Str, items []Value, at source.Span) *Str {
	var w buffer
	for i, item := range items {
		if i > 0 {
			s.spend(len(sep.text))
			w.str(sep, s.seg(at))
		}
		s.print(&w, item, at)
	}
	return w.take()
}
