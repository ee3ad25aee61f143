package rows

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// interval is a span of time: calendar months and a duration.
type interval struct {
	months int
	rest   time.Duration
}

// Text writes a value as SQL shows it.
func Text(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case time.Time:
		if v.Equal(day(v)) {
			return v.Format(time.DateOnly)
		}
		return v.Format(time.DateTime)
	}
	return fmt.Sprint(v)
}

// tri is a truth value of SQL.
type tri uint8

const (
	no tri = iota
	null
	yes
)

func truth(v any) tri {
	switch v := v.(type) {
	case nil:
		return null
	case bool:
		if v {
			return yes
		}
		return no
	case int64:
		if v != 0 {
			return yes
		}
		return no
	}
	fail(unknown("a condition that is no truth value"))
	return null
}

func (t tri) value() any {
	if t == null {
		return nil
	}
	return t == yes
}

func (t tri) not() tri { return yes - t }

// compare orders two values other than NULL.
func compare(a, b any) int {
	switch x := a.(type) {
	case time.Time:
		return x.Compare(asTime(b))
	case string:
		switch y := b.(type) {
		case string:
			return strings.Compare(x, y)
		case time.Time:
			return asTime(a).Compare(y)
		}
	case bool:
		if y, ok := b.(bool); ok {
			return cmp.Compare(number(x), number(y))
		}
	case int64:
		switch y := b.(type) {
		case int64:
			return cmp.Compare(x, y)
		case float64:
			return cmp.Compare(float64(x), y)
		}
	case float64:
		switch y := b.(type) {
		case int64:
			return cmp.Compare(x, float64(y))
		case float64:
			return cmp.Compare(x, y)
		}
	}
	fail(unknown("a comparison of values of two kinds"))
	return 0
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

// equal is `=`: NULL if one of the values is.
func equal(a, b any) tri {
	if a == nil || b == nil {
		return null
	}
	if compare(a, b) == 0 {
		return yes
	}
	return no
}

var timeForms = []string{time.DateOnly, time.DateTime, "2006-01-02T15:04:05", time.RFC3339}

func asTime(v any) time.Time {
	switch v := v.(type) {
	case time.Time:
		return v
	case string:
		for _, f := range timeForms {
			if t, err := time.Parse(f, v); err == nil {
				return t
			}
		}
	}
	fail(unknown("a time that could not be read"))
	return time.Time{}
}

func day(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }

// truncate returns the beginning of the unit that t is in.
func truncate(t time.Time, unit string) time.Time {
	switch strings.ToLower(unit) {
	case "second":
		return t.Truncate(time.Second)
	case "minute":
		return t.Truncate(time.Minute)
	case "hour":
		return t.Truncate(time.Hour)
	case "day":
		return day(t)
	case "week", "isoweek":
		return day(t).AddDate(0, 0, -(int(t.Weekday())+6)%7)
	case "month":
		return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
	case "quarter":
		return time.Date(t.Year(), (t.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)
	case "year":
		return time.Date(t.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	}
	fail(unknown("the unit " + unit))
	return t
}

// span returns n units as an interval.
func span(n int, unit string) interval {
	switch strings.TrimSuffix(strings.ToLower(unit), "s") {
	case "second":
		return interval{rest: time.Duration(n) * time.Second}
	case "minute":
		return interval{rest: time.Duration(n) * time.Minute}
	case "hour":
		return interval{rest: time.Duration(n) * time.Hour}
	case "day":
		return interval{rest: time.Duration(n) * 24 * time.Hour}
	case "week":
		return interval{rest: time.Duration(n) * 7 * 24 * time.Hour}
	case "month":
		return interval{months: n}
	case "quarter":
		return interval{months: 3 * n}
	case "year":
		return interval{months: 12 * n}
	}
	fail(unknown("the unit " + unit))
	return interval{}
}

// parseInterval reads '3 days'.
func parseInterval(text, unit string) interval {
	words := strings.Fields(text)
	if len(words) == 2 && unit == "" {
		unit = words[1]
	} else if len(words) != 1 || unit == "" {
		fail(unknown("an interval"))
	}
	n, err := strconv.Atoi(words[0])
	if err != nil {
		fail(unknown("an interval"))
	}
	return span(n, unit)
}

func (i interval) negate() interval { return interval{-i.months, -i.rest} }

func shift(t time.Time, i interval) time.Time {
	if i.months != 0 && t.Day() > 28 {
		fail(unknown("the end of a month"))
	}
	return t.AddDate(0, i.months, 0).Add(i.rest)
}

// arithmetic computes a op b of values other than NULL.
func arithmetic(op sql.Op, a, b any) any {
	if t, ok := a.(time.Time); ok {
		return timeArithmetic(op, t, b)
	}
	if t, ok := b.(time.Time); ok && op == sql.OpAdd {
		return timeArithmetic(op, t, a)
	}
	x, ok1 := a.(int64)
	y, ok2 := b.(int64)
	if ok1 && ok2 {
		return integers(op, x, y)
	}
	f, g := float(a), float(b)
	switch op {
	case sql.OpAdd:
		return f + g
	case sql.OpSub:
		return f - g
	case sql.OpMul:
		return f * g
	case sql.OpDiv:
		if g != 0 {
			return f / g
		}
	}
	fail(unknown("an operator"))
	return nil
}

func timeArithmetic(op sql.Op, t time.Time, b any) any {
	var i interval
	switch b := b.(type) {
	case interval:
		i = b
	case int64:
		if !t.Equal(day(t)) {
			fail(unknown("a number added to a time"))
		}
		i = span(int(b), "day")
	default:
		fail(unknown("arithmetic over times"))
	}
	switch op {
	case sql.OpAdd:
		return shift(t, i)
	case sql.OpSub:
		return shift(t, i.negate())
	}
	fail(unknown("arithmetic over times"))
	return nil
}

func integers(op sql.Op, x, y int64) any {
	switch op {
	case sql.OpAdd:
		return x + y
	case sql.OpSub:
		return x - y
	case sql.OpMul:
		return x * y
	}
	if y == 0 || x < 0 || y < 0 {
		fail(unknown("a division"))
	}
	switch op {
	case sql.OpIntDiv:
		return x / y
	case sql.OpMod:
		return x % y
	case sql.OpDiv:
		if x%y == 0 {
			return x / y
		}
	}
	fail(unknown("a division")) // engines differ in what it gives
	return nil
}

func float(v any) float64 {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case float64:
		return v
	}
	fail(unknown("arithmetic over a value that is no number"))
	return math.NaN()
}

func literal(l *sql.Literal) any {
	switch l.Kind {
	case sql.NullLit:
		return nil
	case sql.BoolLit:
		return strings.EqualFold(l.Text, "true")
	case sql.NumberLit:
		if n, err := strconv.ParseInt(l.Text, 10, 64); err == nil {
			return n
		}
		if f, err := strconv.ParseFloat(l.Text, 64); err == nil {
			return f
		}
	case sql.StringLit:
		switch l.Type {
		case "":
			return l.Text
		case "date":
			return day(asTime(l.Text))
		case "timestamp", "datetime":
			return asTime(l.Text)
		}
	}
	fail(unknown("a literal"))
	return nil
}
