package yaml

import (
	"strings"
	"unicode/utf8"
)

// lines holds the byte offsets at which the lines of a text start, as YAML 1.1
// counts them: besides the usual ones, U+0085, U+2028 and U+2029 end a line.
type lines []int32

func lineStarts(text string) lines {
	starts := make(lines, 1, strings.Count(text, "\n")+1)
	for i := 0; i < len(text); i++ {
		if n := breakAt(text, i); n > 0 {
			i += n - 1
			starts = append(starts, int32(i+1))
		}
	}
	return starts
}

// breakAt returns the length in bytes of the line break at i, 0 if there is none.
func breakAt(text string, i int) int {
	switch text[i] {
	case '\n':
		return 1
	case '\r':
		if i+1 < len(text) && text[i+1] == '\n' {
			return 2
		}
		return 1
	case 0xC2:
		if strings.HasPrefix(text[i:], "\u0085") {
			return 2
		}
	case 0xE2:
		if strings.HasPrefix(text[i:], "\u2028") || strings.HasPrefix(text[i:], "\u2029") {
			return 3
		}
	}
	return 0
}

// offset returns the byte offset of a 1-based line and rune column.
func (l lines) offset(text string, line, column int) int32 {
	if line < 1 {
		return 0
	}
	if line > len(l) {
		return int32(len(text))
	}
	off := l[line-1]
	for ; column > 1 && int(off) < len(text); column-- {
		if text[off] < utf8.RuneSelf {
			off++
			continue
		}
		_, n := utf8.DecodeRuneInString(text[off:])
		off += int32(n)
	}
	return off
}
