package jinja

import (
	"sort"
	"strings"

	"github.com/dbtvet/dbtvet/parser/source"
)

// Str is an immutable string that knows where its bytes came from. Its
// segments, if there are any, begin at 0, are sorted and cover the text; a
// segment without a File stands for bytes of no known origin.
type Str struct {
	text string
	segs []source.Segment
	open bool // some of the text is the token of a hole
	// chosen says that an unknown condition decided that it is this text and
	// not another one. It prints as it is, and decides nothing.
	chosen bool
}

// NewStr returns a string of no known origin.
func NewStr(text string) *Str { return &Str{text: text} }

// Text returns the characters.
func (s *Str) Text() string { return s.text }

// Open reports whether the text holds a hole: an unknown value was written
// into it.
func (s *Str) Open() bool { return s.open }

// oneSeg is a Str and its only segment in one piece of memory.
type oneSeg struct {
	s   Str
	seg [1]source.Segment
}

// end returns where segment i of s ends.
func (s *Str) end(i int) int32 {
	if i+1 < len(s.segs) {
		return s.segs[i+1].Out
	}
	return int32(len(s.text))
}

// buffer builds a text with its segments: the output of a template, the body
// of a macro, the result of an operation on strings.
type buffer struct {
	b      []byte
	segs   []source.Segment
	open   bool
	chosen bool
}

func (w *buffer) len() int { return len(w.b) }

// add notes that the next n bytes, about to be written, have the origin seg.
func (w *buffer) add(seg source.Segment, n int) {
	if n == 0 {
		return
	}
	seg.Out = int32(len(w.b))
	if k := len(w.segs) - 1; k >= 0 && continues(&w.segs[k], &seg, seg.Out) {
		w.segs[k].Src.End = seg.Src.End
		return
	}
	w.segs = append(w.segs, seg)
}

// continues reports whether next, at output offset out, only prolongs prev.
func continues(prev, next *source.Segment, out int32) bool {
	if prev.File != next.File || prev.Call != next.Call || prev.Fid != next.Fid || prev.Mark != next.Mark {
		return false
	}
	if prev.File == nil {
		return true
	}
	if prev.Fid == source.Whole {
		return prev.Mark == 0 && prev.Src == next.Src
	}
	return prev.Src.End == next.Src.Start && prev.Mark == 0 && prev.Src.Len() == int(out-prev.Out)
}

// written is how far a buffer was filled.
type written struct {
	bytes, segs int
	last        source.Segment
}

// mark returns how far w is filled, for reset.
func (w *buffer) mark() written {
	m := written{bytes: len(w.b), segs: len(w.segs)}
	if m.segs > 0 {
		m.last = w.segs[m.segs-1]
	}
	return m
}

// reset takes back what was written since m.
func (w *buffer) reset(m written) {
	w.b, w.segs = w.b[:m.bytes], w.segs[:m.segs]
	if m.segs > 0 {
		w.segs[m.segs-1] = m.last
	}
}

// write adds text of one origin.
func (w *buffer) write(text string, seg source.Segment) {
	w.add(seg, len(text))
	w.b = append(w.b, text...)
}

// str adds s; what has no origin in it gets that of fill.
func (w *buffer) str(s *Str, fill source.Segment) {
	w.open, w.chosen = w.open || s.open, w.chosen || s.chosen
	if len(s.segs) == 0 {
		w.write(s.text, fill)
		return
	}
	for i := range s.segs {
		seg := s.segs[i]
		if seg.File == nil {
			seg = fill
		}
		w.write(s.text[s.segs[i].Out:s.end(i)], seg)
	}
}

// take returns what was written as a string; the buffer must not be used after.
func (w *buffer) take() *Str {
	return &Str{text: string(w.b), segs: w.segs, open: w.open, chosen: w.chosen}
}

// slice returns s[i:j] in bytes.
func (s *Str) slice(i, j int) *Str {
	if i == 0 && j == len(s.text) {
		return s
	}
	if i >= j {
		return &Str{chosen: s.chosen}
	}
	if len(s.segs) == 0 {
		return &Str{text: s.text[i:j], open: s.open, chosen: s.chosen}
	}
	var w buffer
	first := sort.Search(len(s.segs), func(k int) bool { return int(s.end(k)) > i })
	for k := first; k < len(s.segs) && int(s.segs[k].Out) < j; k++ {
		seg, from, to := s.segs[k], max(int(s.segs[k].Out), i), min(int(s.end(k)), j)
		if from >= to {
			continue
		}
		if seg.Fid != source.Whole && seg.File != nil {
			start := seg.Src.Start + int32(from) - seg.Out
			seg.Src = source.Span{Start: start, End: start + int32(to-from)}
		}
		seg.Out = int32(from - i)
		w.segs = append(w.segs, seg)
	}
	out := &Str{text: s.text[i:j], segs: w.segs, chosen: s.chosen}
	out.open = s.open && strings.Contains(out.text, holePrefix)
	return out
}

const holePrefix = "__hole_"

// origin returns the one place that all of s came from: the union of its
// spans if they lie in one file under one call.
func (s *Str) origin() (source.Segment, bool) {
	if len(s.segs) == 0 || s.segs[0].File == nil {
		return source.Segment{}, false
	}
	out := source.Segment{File: s.segs[0].File, Src: s.segs[0].Src, Call: s.segs[0].Call, Fid: source.Whole}
	for _, seg := range s.segs[1:] {
		if seg.File != out.File || seg.Call != out.Call {
			return source.Segment{}, false
		}
		out.Src = out.Src.Union(seg.Src)
	}
	return out, true
}

// whole returns text as made from all of s.
func (s *Str) whole(text string) *Str {
	out := &Str{text: text, open: s.open, chosen: s.chosen}
	if seg, ok := s.origin(); ok && text != "" {
		out.segs = []source.Segment{seg}
	}
	return out
}

// altered returns text, whose bytes correspond one to one to those of s.
func (s *Str) altered(text string) *Str {
	if text == s.text {
		return s
	}
	if len(text) != len(s.text) {
		return s.whole(text)
	}
	out := &Str{text: text, segs: make([]source.Segment, len(s.segs)), open: s.open, chosen: s.chosen}
	copy(out.segs, s.segs)
	for i := range out.segs {
		if seg := &out.segs[i]; seg.Fid == source.Exact && text[seg.Out:s.end(i)] != s.text[seg.Out:s.end(i)] {
			seg.Fid = source.Altered
		}
	}
	return out
}
