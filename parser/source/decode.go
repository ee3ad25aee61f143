package source

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Encoding is how the bytes of a file on disk were encoded.
type Encoding uint8

const (
	UTF8    Encoding = iota
	UTF8BOM          // UTF-8 that begins with a byte order mark
	UTF16            // UTF-16, either byte order, with or without a mark
	CP1252           // not valid UTF-8: read as Windows-1252
)

func (e Encoding) String() string {
	return [...]string{"UTF-8", "UTF-8 with a byte order mark", "UTF-16", "Windows-1252"}[e]
}

// Decode returns the file at path with data as its content. Any bytes are
// accepted: a byte order mark decides, then UTF-16 without one (every second
// byte of the beginning is zero), then UTF-8; what is none of these is read as
// Windows-1252, in which every byte has a meaning.
func Decode(path string, data []byte) *File {
	f := &File{Path: path}
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) && utf8.Valid(data):
		f.Text, f.Enc = string(data[3:]), UTF8BOM
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		f.Text, f.Enc = decodeUTF16(data[2:], binary.LittleEndian), UTF16
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		f.Text, f.Enc = decodeUTF16(data[2:], binary.BigEndian), UTF16
	case zeroEverySecond(data, 1):
		f.Text, f.Enc = decodeUTF16(data, binary.LittleEndian), UTF16
	case zeroEverySecond(data, 0):
		f.Text, f.Enc = decodeUTF16(data, binary.BigEndian), UTF16
	case utf8.Valid(data):
		f.Text = string(data)
	default:
		f.Text, f.Enc = decode1252(data), CP1252
	}
	return f
}

// zeroEverySecond reports whether data looks like ASCII text in UTF-16: the
// bytes at offsets first, first+2, ... of its beginning are all zero.
func zeroEverySecond(data []byte, first int) bool {
	if len(data) < 4 || len(data)%2 != 0 {
		return false
	}
	for i := 0; i < min(len(data), 64); i += 2 {
		if data[i+first] != 0 || data[i+1-first] == 0 {
			return false
		}
	}
	return true
}

func decodeUTF16(data []byte, order binary.ByteOrder) string {
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	return string(utf16.Decode(units))
}

// high1252 holds the runes of bytes 0x80-0x9f in Windows-1252; bytes without a
// meaning there keep their value.
const high1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"

func decode1252(data []byte) string {
	high := []rune(high1252)
	var b strings.Builder
	b.Grow(len(data) + len(data)/8)
	for _, c := range data {
		if c >= 0x80 && c <= 0x9f {
			b.WriteRune(high[c-0x80])
			continue
		}
		b.WriteRune(rune(c))
	}
	return b.String()
}
