package jinja

import (
	"strings"
	"unicode/utf8"

	"github.com/dbtvet/dbtvet/parser/source"
)

// What is done to the characters of a string must spare the tokens of its
// holes: a hole stands for a text of which nobody knows a single character.

// nextHole returns the bounds of the next hole token in text, or -1.
func nextHole(text string, at int) (from, to int) {
	i := strings.Index(text[at:], holePrefix)
	if i < 0 {
		return -1, -1
	}
	from = at + i
	to = from + len(holePrefix)
	for to < len(text) && text[to] >= '0' && text[to] <= '9' {
		to++
	}
	return from, min(to+len("__"), len(text))
}

// known returns where the first hole of s begins and where the last one ends:
// what is before and behind is known. Without a hole it is all known, from
// either side.
func (s *Str) known() (before, behind int) {
	if !s.open {
		return len(s.text), 0
	}
	before = -1
	for at := 0; ; {
		from, to := nextHole(s.text, at)
		if from < 0 {
			return max(before, 0), behind
		}
		if before < 0 {
			before = from
		}
		at, behind = to, to
	}
}

// knows reports whether nobody doubts which character of s, or which place
// between two, the index i means.
func (s *Str) knows(i int64) bool {
	before, behind := s.known()
	if i < 0 {
		return -i <= int64(utf8.RuneCountInString(s.text[behind:]))
	}
	return i <= int64(utf8.RuneCountInString(s.text[:before]))
}

// knowsSlice is knows of s[lo:hi:step].
func (s *Str) knowsSlice(parts [3]Value) bool {
	if !s.open {
		return true
	}
	step, stepped := toInt(parts[2])
	lo, from := toInt(parts[0])
	hi, to := toInt(parts[1])
	switch {
	case stepped && step != 1, from && !s.knows(lo), to && !s.knows(hi):
		return false
	}
	return !from || !to || lo >= 0 || hi < 0
}

// replaceAround replaces old by with in all that is known of s.
func (s *Str) replaceAround(old string, with *Str) *Str {
	var w buffer
	gap, _ := s.origin()
	at := 0
	for {
		from, to := nextHole(s.text, at)
		if from < 0 {
			break
		}
		w.str(s.slice(at, from).replace(old, with, -1), gap)
		w.str(s.slice(from, to), source.Segment{})
		at = to
	}
	w.str(s.slice(at, len(s.text)).replace(old, with, -1), gap)
	return w.take()
}

// knowsAt reports whether nobody doubts which character the index i means.
func (s *Str) knowsAt(i Value) bool {
	n, _ := toInt(i)
	if s.open && n >= 0 {
		n++
	}
	return !s.open || s.knows(n)
}
