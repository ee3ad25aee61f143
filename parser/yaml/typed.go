package yaml

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Typed returns the value of a scalar as YAML 1.1 types it: nil, bool, int64,
// float64 or string. Quoted and block scalars are strings, dates are too. It
// returns nil for lists and mappings.
func (n *Node) Typed() any {
	if !n.IsScalar() {
		return nil
	}
	switch {
	case n.Tag == "!!str" || n.Style != Plain && n.Tag == "":
		return n.Value
	case n.Value == "":
		return ""
	}
	if b, ok := truth(n.Value); ok {
		return b
	}
	if c := n.Value[0]; c != '-' && c != '+' && c != '.' && (c < '0' || c > '9') {
		return n.Value
	}
	if i, ok := integer(n.Value); ok {
		return i
	}
	if f, ok := float(n.Value); ok {
		return f
	}
	return n.Value
}

// isNull reports whether a scalar reads as null.
func (n *Node) isNull() bool {
	if n.Style != Plain || n.Tag == "!!str" {
		return false
	}
	switch n.Value {
	case "", "~", "null", "Null", "NULL":
		return true
	}
	return n.Tag == "!!null"
}

func truth(s string) (value, ok bool) {
	switch s {
	case "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON":
		return true, true
	case "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF":
		return false, true
	}
	return false, false
}

// integer reads the integers of YAML 1.1: binary, octal with a leading zero,
// decimal, hexadecimal, and base 60 with colons, all with underscores.
func integer(s string) (int64, bool) {
	body, negative := strings.CutPrefix(s, "-")
	if !negative {
		body = strings.TrimPrefix(body, "+")
	}
	if body == "" || body[0] < '0' || body[0] > '9' {
		return 0, false
	}
	if strings.Contains(body, ":") {
		return sexagesimal(body, negative)
	}
	base, digits := 10, strings.ReplaceAll(body, "_", "")
	switch {
	case strings.HasPrefix(digits, "0b"):
		base, digits = 2, digits[2:]
	case strings.HasPrefix(digits, "0x"):
		base, digits = 16, digits[2:]
	case len(digits) > 1 && digits[0] == '0':
		base = 8
	}
	if negative {
		digits = "-" + digits
	}
	i, err := strconv.ParseInt(digits, base, 64)
	return i, err == nil
}

func sexagesimal(body string, negative bool) (int64, bool) {
	var total int64
	for i, part := range strings.Split(body, ":") {
		digit, err := strconv.ParseInt(strings.ReplaceAll(part, "_", ""), 10, 32)
		if err != nil || digit < 0 || i > 0 && (digit > 59 || len(part) > 2) || i == 0 && part[0] == '0' {
			return 0, false
		}
		total = total*60 + digit
		if total > math.MaxInt64/120 {
			return 0, false
		}
	}
	if negative {
		total = -total
	}
	return total, true
}

// floats are the numbers with a dot of YAML 1.1; an exponent needs a sign.
var floats = regexp.MustCompile(`^[-+]?(?:[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)$`)

func float(s string) (float64, bool) {
	switch strings.TrimLeft(s, "-+") {
	case ".inf", ".Inf", ".INF":
		if s[0] == '-' {
			return math.Inf(-1), true
		}
		return math.Inf(1), true
	case ".nan", ".NaN", ".NAN":
		return math.NaN(), s[0] == '.'
	}
	if !floats.MatchString(s) {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64)
	return f, err == nil
}
