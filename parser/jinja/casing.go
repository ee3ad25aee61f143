package jinja

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The case of letters as Python sees it: by Unicode's full mappings, in which one
// letter may become several, and with the small sigma that ends a word.

// specialCase lists the letters whose upper or title case is several letters: the
// letter, its upper case, its title case.
const specialCase = `
ß SS Ss | ŉ ʼN ʼN | ǰ J̌ J̌ | ΐ Ϊ́ Ϊ́ | ΰ Ϋ́ Ϋ́ | և ԵՒ Եւ | ẖ H̱ H̱ | ẗ T̈ T̈ | ẘ W̊ W̊
ẙ Y̊ Y̊ | ẚ Aʾ Aʾ | ὐ Υ̓ Υ̓ | ὒ Υ̓̀ Υ̓̀ | ὔ Υ̓́ Υ̓́ | ὖ Υ̓͂ Υ̓͂ | ᾀ ἈΙ ᾈ | ᾁ ἉΙ ᾉ | ᾂ ἊΙ ᾊ
ᾃ ἋΙ ᾋ | ᾄ ἌΙ ᾌ | ᾅ ἍΙ ᾍ | ᾆ ἎΙ ᾎ | ᾇ ἏΙ ᾏ | ᾈ ἈΙ ᾈ | ᾉ ἉΙ ᾉ | ᾊ ἊΙ ᾊ | ᾋ ἋΙ ᾋ | ᾌ ἌΙ ᾌ
ᾍ ἍΙ ᾍ | ᾎ ἎΙ ᾎ | ᾏ ἏΙ ᾏ | ᾐ ἨΙ ᾘ | ᾑ ἩΙ ᾙ | ᾒ ἪΙ ᾚ | ᾓ ἫΙ ᾛ | ᾔ ἬΙ ᾜ | ᾕ ἭΙ ᾝ | ᾖ ἮΙ ᾞ
ᾗ ἯΙ ᾟ | ᾘ ἨΙ ᾘ | ᾙ ἩΙ ᾙ | ᾚ ἪΙ ᾚ | ᾛ ἫΙ ᾛ | ᾜ ἬΙ ᾜ | ᾝ ἭΙ ᾝ | ᾞ ἮΙ ᾞ | ᾟ ἯΙ ᾟ | ᾠ ὨΙ ᾨ
ᾡ ὩΙ ᾩ | ᾢ ὪΙ ᾪ | ᾣ ὫΙ ᾫ | ᾤ ὬΙ ᾬ | ᾥ ὭΙ ᾭ | ᾦ ὮΙ ᾮ | ᾧ ὯΙ ᾯ | ᾨ ὨΙ ᾨ | ᾩ ὩΙ ᾩ | ᾪ ὪΙ ᾪ
ᾫ ὫΙ ᾫ | ᾬ ὬΙ ᾬ | ᾭ ὭΙ ᾭ | ᾮ ὮΙ ᾮ | ᾯ ὯΙ ᾯ | ᾲ ᾺΙ Ὰͅ | ᾳ ΑΙ ᾼ | ᾴ ΆΙ Άͅ | ᾶ Α͂ Α͂
ᾷ Α͂Ι ᾼ͂ | ᾼ ΑΙ ᾼ | ῂ ῊΙ Ὴͅ | ῃ ΗΙ ῌ | ῄ ΉΙ Ήͅ | ῆ Η͂ Η͂ | ῇ Η͂Ι ῌ͂ | ῌ ΗΙ ῌ | ῒ Ϊ̀ Ϊ̀
ΐ Ϊ́ Ϊ́ | ῖ Ι͂ Ι͂ | ῗ Ϊ͂ Ϊ͂ | ῢ Ϋ̀ Ϋ̀ | ΰ Ϋ́ Ϋ́ | ῤ Ρ̓ Ρ̓ | ῦ Υ͂ Υ͂ | ῧ Ϋ͂ Ϋ͂
ῲ ῺΙ Ὼͅ | ῳ ΩΙ ῼ | ῴ ΏΙ Ώͅ | ῶ Ω͂ Ω͂ | ῷ Ω͂Ι ῼ͂ | ῼ ΩΙ ῼ | ﬀ FF Ff | ﬁ FI Fi | ﬂ FL Fl
ﬃ FFI Ffi | ﬄ FFL Ffl | ﬅ ST St | ﬆ ST St | ﬓ ՄՆ Մն | ﬔ ՄԵ Մե | ﬕ ՄԻ Մի | ﬖ ՎՆ Վն | ﬗ ՄԽ Մխ
`

var upperOf, titleOf = specialCases()

func specialCases() (upper, title map[rune]string) {
	upper, title = map[rune]string{}, map[rune]string{}
	for entry := range strings.SplitSeq(strings.ReplaceAll(specialCase, "\n", "|"), "|") {
		if f := strings.Fields(entry); len(f) == 3 {
			r, _ := utf8.DecodeRuneInString(f[0])
			upper[r], title[r] = f[1], f[2]
		}
	}
	return upper, title
}

// otherDigits are digits of which no number can be written, such as superscripts.
var otherDigits = &unicode.RangeTable{
	R16:         []unicode.Range16{{0x00b2, 0x00b3, 1}, {0x00b9, 0x00b9, 1}, {0x1369, 0x1371, 1}, {0x19da, 0x19da, 1}, {0x2070, 0x2070, 1}, {0x2074, 0x2079, 1}, {0x2080, 0x2089, 1}, {0x2460, 0x2468, 1}, {0x2474, 0x247c, 1}, {0x2488, 0x2490, 1}, {0x24ea, 0x24ea, 1}, {0x24f5, 0x24fd, 1}, {0x24ff, 0x24ff, 1}, {0x2776, 0x277e, 1}, {0x2780, 0x2788, 1}, {0x278a, 0x2792, 1}},
	R32:         []unicode.Range32{{0x10a40, 0x10a43, 1}, {0x10e60, 0x10e68, 1}, {0x11052, 0x1105a, 1}, {0x1f100, 0x1f10a, 1}},
	LatinOffset: 2,
}

// numerals are the ideographs that are numbers.
const numerals = "㐅㒃㠪㭍一七万三九二五亖亿什仟仨伍佰億兆兩八六十千卄卅卌叁参參叄四壱壹幺廾廿弌弍弎弐拾捌柒漆玖百肆萬貮貳贰阡陆陌陸零參拾兩零六陸什"

func isUpperCase(r rune) bool {
	return unicode.IsUpper(r) || unicode.Is(unicode.Other_Uppercase, r)
}

func isLowerCase(r rune) bool {
	return unicode.IsLower(r) || unicode.Is(unicode.Other_Lowercase, r)
}

func isCased(r rune) bool { return isUpperCase(r) || isLowerCase(r) || unicode.IsTitle(r) }

// isIgnorable reports whether r does not part the letters of a word.
func isIgnorable(r rune) bool {
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk) || strings.ContainsRune("'.:·’․‧︓﹒﹕＇．：", r)
}

func upperRune(r rune) string {
	if s, ok := upperOf[r]; ok {
		return s
	}
	return string(unicode.ToUpper(r))
}

func titleRune(r rune) string {
	if s, ok := titleOf[r]; ok {
		return s
	}
	return string(unicode.ToTitle(r))
}

// lowerRune is the rune of text at offset at, of n bytes, in lower case.
func lowerRune(text string, at, n int) string {
	switch text[at : at+n] {
	case "İ":
		return "i̇"
	case "Σ":
		if endsWord(text[:at], text[at+n:]) {
			return "ς"
		}
	}
	r, _ := utf8.DecodeRuneInString(text[at:])
	return string(unicode.ToLower(r))
}

// endsWord reports whether a letter between the two texts is the last one of a word.
func endsWord(before, behind string) bool {
	before = strings.TrimRightFunc(before, isIgnorable)
	behind = strings.TrimLeftFunc(behind, isIgnorable)
	last, _ := utf8.DecodeLastRuneInString(before)
	next, _ := utf8.DecodeRuneInString(behind)
	return isCased(last) && !isCased(next)
}

// eachRune builds a text of what f makes of every character.
func eachRune(text string, f func(r rune, at, n int) string) string {
	var b strings.Builder
	b.Grow(len(text))
	for at := 0; at < len(text); {
		r, n := utf8.DecodeRuneInString(text[at:])
		if r == utf8.RuneError && n == 1 {
			b.WriteByte(text[at])
		} else {
			b.WriteString(f(r, at, n))
		}
		at += n
	}
	return b.String()
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func upperCase(text string) string {
	if isASCII(text) {
		return strings.ToUpper(text)
	}
	return eachRune(text, func(r rune, _, _ int) string { return upperRune(r) })
}

func lowerCase(text string) string {
	if isASCII(text) {
		return strings.ToLower(text)
	}
	return eachRune(text, func(_ rune, at, n int) string { return lowerRune(text, at, n) })
}

// caseFold is lower case for comparisons: that of the upper case, letter by letter.
func caseFold(text string) string {
	if isASCII(text) {
		return strings.ToLower(text)
	}
	return eachRune(text, func(r rune, _, _ int) string {
		switch {
		case r == 'ı':
			return "ı"
		case unicode.Is(unicode.Cherokee, r):
			return string(unicode.ToUpper(r))
		}
		return strings.ToLower(strings.ReplaceAll(upperRune(r), "İ", "i̇"))
	})
}

// titleCase is Python's str.title: letters behind a letter with case in lower
// case, all others in title case.
func titleCase(text string) string {
	cased := false
	return eachRune(text, func(r rune, at, n int) string {
		was := cased
		cased = isCased(r)
		if was {
			return lowerRune(text, at, n)
		}
		return titleRune(r)
	})
}

// isTitleCase reports whether capitals begin words and nothing else does.
func isTitleCase(text string) bool {
	cased, any := false, false
	for _, r := range text {
		switch {
		case isUpperCase(r) || unicode.IsTitle(r):
			if cased {
				return false
			}
			cased, any = true, true
		case isLowerCase(r):
			if !cased {
				return false
			}
			any = true
		default:
			cased = false
		}
	}
	return any
}

// titleFilter is the filter title: words are what is between white space,
// hyphens and opening brackets.
func titleFilter(text string) string {
	var b strings.Builder
	between := func(r rune) bool { return isPythonSpace(r) || strings.ContainsRune("-({[<", r) }
	for text != "" {
		word := strings.IndexFunc(text, func(r rune) bool { return !between(r) })
		if word < 0 {
			word = len(text)
		}
		b.WriteString(text[:word])
		text = text[word:]
		end := strings.IndexFunc(text, between)
		if end < 0 {
			end = len(text)
		}
		_, n := utf8.DecodeRuneInString(text[:end])
		b.WriteString(upperCase(text[:n]) + lowerCase(text[n:end]))
		text = text[end:]
	}
	return b.String()
}

func capitalize(text string) string {
	if text == "" {
		return ""
	}
	return eachRune(text, func(r rune, at, n int) string {
		if at == 0 {
			return titleRune(r)
		}
		return lowerRune(text, at, n)
	})
}

func swapCase(text string) string {
	return eachRune(text, func(r rune, at, n int) string {
		switch {
		case isUpperCase(r):
			return lowerRune(text, at, n)
		case isLowerCase(r):
			return upperRune(r)
		}
		return string(r)
	})
}

// plainDigits writes the decimal digits of every script as 0 to 9.
func plainDigits(text string) string {
	if isASCII(text) {
		return text
	}
	return eachRune(text, func(r rune, _, _ int) string {
		if d, ok := decimalDigit(r); ok {
			return string('0' + d)
		}
		return string(r)
	})
}

// decimalDigit returns the value of a decimal digit: digits stand ten in a row.
func decimalDigit(r rune) (rune, bool) {
	for _, t := range unicode.Nd.R16 {
		if lo, hi := rune(t.Lo), rune(t.Hi); lo <= r && r <= hi {
			return (r - lo) % 10, true
		}
	}
	for _, t := range unicode.Nd.R32 {
		if lo, hi := rune(t.Lo), rune(t.Hi); lo <= r && r <= hi {
			return (r - lo) % 10, true
		}
	}
	return 0, false
}
