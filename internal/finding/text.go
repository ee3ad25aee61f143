package finding

import "strings"

// OneLine puts text on one line for a message: white space is squeezed, and
// what is longer than width runes is cut. A width of 0 cuts nothing.
func OneLine(text string, width int) string {
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); width > 0 && len(r) > width {
		return string(r[:width-3]) + "..."
	}
	return text
}
