package source

import (
	"fmt"
	"sort"
)

// Fidelity says how the bytes of an output segment relate to their source.
type Fidelity uint8

const (
	// Exact: the output bytes are the source bytes, one to one.
	Exact Fidelity = iota
	// Altered: byte i of the output stems from byte i of the source, but its
	// value changed (upper, lower).
	Altered
	// Whole: the output as a whole stems from the source span as a whole (the
	// number printed by an expression, a literal with escapes).
	Whole
)

// CallID names an entry of a Map's call table; 0 is the model file itself.
type CallID int32

// Call is one active macro call: where it was written and from which call.
type Call struct {
	Parent CallID
	Name   string // what was called, as written
	File   *File
	Span   Span // the call expression
}

// Segment is a run of output bytes of one origin. It ends where the next
// segment of its map begins.
type Segment struct {
	Out  int32 // offset of its first output byte
	File *File
	Src  Span
	Fid  Fidelity
	Call CallID
	// Mark is 0, or 1 + the index in Map.Marks of the value that was printed
	// here: a relation, a hole.
	Mark int32
}

// Map tells for every byte of a rendered text which template bytes it was made
// of, and through which macro calls. Segments are sorted by Out, the first
// starts at 0, and together they cover the text.
type Map struct {
	Segments []Segment
	Calls    []Call // Calls[0] is unused: CallID 0 is "no call"
	Marks    []any
	Len      int32 // bytes in the rendered text
}

// Index returns the index of the segment that holds output byte off, or -1 for
// an empty map.
func (m *Map) Index(off int32) int {
	return sort.Search(len(m.Segments), func(i int) bool { return m.Segments[i].Out > off }) - 1
}

// End returns the output offset at which segment i ends.
func (m *Map) End(i int) int32 {
	if i+1 < len(m.Segments) {
		return m.Segments[i+1].Out
	}
	return m.Len
}

// Place is a range in a file, with the macro call that put it there.
type Place struct {
	File *File
	Span Span
	Call CallID
}

// Source returns the template range that the output range s was made of: the
// range in the innermost call (or the model file) that both ends of s were made
// in. What that call was given as an argument and printed in between stems from
// outside of it and does not count. exact is true when the output bytes are the
// template bytes, so that an edit of one is an edit of the other.
func (m *Map) Source(s Span) (p Place, exact bool) {
	s = s.Clamp(int(m.Len))
	first := m.Index(s.Start)
	if first < 0 {
		return Place{}, false
	}
	last := first
	if s.End > s.Start {
		last = m.Index(s.End - 1)
	}
	call := m.common(m.Segments[first].Call, m.Segments[last].Call)
	exact = true
	for i := first; i <= last; i++ {
		seg := m.Segments[i]
		if m.common(call, seg.Call) != call {
			exact = false
			continue
		}
		q, ok := m.within(seg, call, Span{max(s.Start, seg.Out), min(s.End, m.End(i))})
		exact = exact && ok
		switch {
		case p.File == nil:
			p = q
		case p.File == q.File:
			// A loop may print an earlier piece of template after a later one.
			exact = exact && q.Span.Start == p.Span.End
			p.Span = p.Span.Union(q.Span)
		default: // two files under no common call: keep the first, the best a reader can have
			exact = false
		}
	}
	return p, exact
}

// within returns the place of output range s of seg as seen from call.
func (m *Map) within(seg Segment, call CallID, s Span) (Place, bool) {
	if seg.Call != call {
		for c := seg.Call; c != 0; c = m.Calls[c].Parent {
			if m.Calls[c].Parent == call {
				return Place{m.Calls[c].File, m.Calls[c].Span, call}, false
			}
		}
		return Place{seg.File, seg.Src, seg.Call}, false
	}
	if seg.Fid == Whole {
		return Place{seg.File, seg.Src, call}, false
	}
	src := Span{seg.Src.Start + s.Start - seg.Out, seg.Src.Start + s.End - seg.Out}
	return Place{seg.File, src, call}, seg.Fid == Exact
}

// common returns the innermost call that both a and b are in.
func (m *Map) common(a, b CallID) CallID {
	for da, db := m.depth(a), m.depth(b); a != b; {
		if da >= db {
			a, da = m.Calls[a].Parent, da-1
		} else {
			b, db = m.Calls[b].Parent, db-1
		}
	}
	return a
}

func (m *Map) depth(c CallID) int {
	n := 0
	for ; c != 0; c = m.Calls[c].Parent {
		n++
	}
	return n
}

// Chain returns the places from which the text at p was called, innermost
// first: the call of the macro that p is in, the call of its caller, and so on
// up to the model file.
func (m *Map) Chain(p Place) []Call {
	var out []Call
	for c := p.Call; c != 0; c = m.Calls[c].Parent {
		out = append(out, m.Calls[c])
	}
	return out
}

// Mark returns the marked value printed at output byte off and the output
// range it was printed to, or nil.
func (m *Map) Mark(off int32) (any, Span) {
	i := m.Index(off)
	if i < 0 || m.Segments[i].Mark == 0 {
		return nil, Span{}
	}
	mark, j := m.Segments[i].Mark, i
	for i > 0 && m.Segments[i-1].Mark == mark {
		i--
	}
	for j+1 < len(m.Segments) && m.Segments[j+1].Mark == mark {
		j++
	}
	return m.Marks[mark-1], Span{m.Segments[i].Out, m.End(j)}
}

// Check reports how the map breaks what it promises of text: to cover it in
// order, and that bytes which are said to be exact are those of the source.
// Tests call it on every render.
func (m *Map) Check(text string) error {
	if int(m.Len) != len(text) {
		return fmt.Errorf("the map is for %d bytes, the text has %d", m.Len, len(text))
	}
	next := int32(0)
	for i, s := range m.Segments {
		end := m.End(i)
		switch {
		case s.Out != next || end <= s.Out:
			return fmt.Errorf("segment %d begins at %d and ends at %d, the one before ends at %d", i, s.Out, end, next)
		case s.File == nil || s.Src.Start < 0 || s.Src.End < s.Src.Start || int(s.Src.End) > len(s.File.Text):
			return fmt.Errorf("segment %d has no place: %+v", i, s)
		case s.Fid != Whole && s.Src.Len() != int(end-s.Out):
			return fmt.Errorf("segment %d is %d bytes made of %d", i, end-s.Out, s.Src.Len())
		case s.Fid == Exact && s.File.Slice(s.Src) != text[s.Out:end]:
			return fmt.Errorf("segment %d is not exact: %q of %q", i, text[s.Out:end], s.File.Slice(s.Src))
		case s.Call < 0 || s.Call > 0 && int(s.Call) >= len(m.Calls) || int(s.Mark) > len(m.Marks):
			return fmt.Errorf("segment %d: call %d of %d, mark %d of %d", i, s.Call, len(m.Calls), s.Mark, len(m.Marks))
		}
		next = end
	}
	if next != m.Len {
		return fmt.Errorf("the segments end at %d of %d", next, m.Len)
	}
	return nil
}
