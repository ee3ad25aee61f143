// Package source knows text and places in it: files with their encoding, byte
// spans, line and column positions, and the map from a rendered text back to
// the templates it was made of. It knows no language and does no I/O.
package source

import (
	"sort"
	"strings"
	"sync"
	"unicode/utf8"
)

// Span is a half-open range of bytes [Start, End) in one text.
type Span struct{ Start, End int32 }

// At returns the empty span at byte offset off.
func At(off int32) Span { return Span{off, off} }

// Len returns the number of bytes in the span.
func (s Span) Len() int { return int(s.End - s.Start) }

// Contains reports whether o lies inside s.
func (s Span) Contains(o Span) bool { return s.Start <= o.Start && o.End <= s.End }

// Overlaps reports whether s and o share at least one byte.
func (s Span) Overlaps(o Span) bool { return s.Start < o.End && o.Start < s.End }

// Union returns the smallest span that contains both s and o.
func (s Span) Union(o Span) Span { return Span{min(s.Start, o.Start), max(s.End, o.End)} }

// Clamp returns s moved inside a text of n bytes.
func (s Span) Clamp(n int) Span {
	s.Start = max(0, min(s.Start, int32(n)))
	s.End = max(s.Start, min(s.End, int32(n)))
	return s
}

// Position is a place for people: Line and Column are 1-based, Column counts
// runes; Offset counts bytes from 0.
type Position struct{ Line, Column, Offset int }

// File is the text of one file, decoded to UTF-8 and without a byte order
// mark. Spans in the project's trees are ranges of Text. A File is immutable
// and may be shared between goroutines.
type File struct {
	// Path is the slash-separated path from the root of the file system that
	// the file was read from.
	Path string
	Text string
	// Enc is how the bytes on disk were encoded. Only a file in UTF8 may be
	// edited: for the others, offsets in Text are not offsets on disk.
	Enc Encoding

	once  sync.Once
	lines []int32 // offset of the first byte of each line
}

// NewFile returns a file with the given text, which must be valid UTF-8.
func NewFile(path, text string) *File { return &File{Path: path, Text: text} }

// Slice returns the text of s, clamped to the file.
func (f *File) Slice(s Span) string {
	s = s.Clamp(len(f.Text))
	return f.Text[s.Start:s.End]
}

func (f *File) index() []int32 {
	f.once.Do(func() {
		f.lines = make([]int32, 1, strings.Count(f.Text, "\n")+1)
		for i := 0; i < len(f.Text); i++ {
			if f.Text[i] == '\n' {
				f.lines = append(f.lines, int32(i+1))
			}
		}
	})
	return f.lines
}

// LineCount returns the number of lines; an empty file has one.
func (f *File) LineCount() int { return len(f.index()) }

// LineOf returns the 1-based number of the line that holds byte offset off.
func (f *File) LineOf(off int32) int {
	lines := f.index()
	return sort.Search(len(lines), func(i int) bool { return lines[i] > off })
}

// LineSpan returns the span of the 1-based line n without its line ending;
// numbers outside the file give the nearest line.
func (f *File) LineSpan(n int) Span {
	lines := f.index()
	n = max(1, min(n, len(lines)))
	start, end := lines[n-1], int32(len(f.Text))
	if n < len(lines) {
		end = lines[n] - 1
	}
	if end > start && f.Text[end-1] == '\r' {
		end--
	}
	return Span{start, end}
}

// Position returns the line and column of byte offset off, clamped to the file.
func (f *File) Position(off int32) Position {
	off = At(off).Clamp(len(f.Text)).Start
	line := f.LineOf(off)
	start := f.index()[line-1]
	return Position{line, utf8.RuneCountInString(f.Text[start:off]) + 1, int(off)}
}

// Offset returns the byte offset of a 1-based line and rune column, clamped
// to the line.
func (f *File) Offset(line, column int) int32 {
	s := f.LineSpan(line)
	off := s.Start
	for ; column > 1 && off < s.End; column-- {
		_, n := utf8.DecodeRuneInString(f.Text[off:s.End])
		off += int32(n)
	}
	return off
}

// Range returns the span itself: a tree node that embeds a Span has it.
func (s Span) Range() Span { return s }
