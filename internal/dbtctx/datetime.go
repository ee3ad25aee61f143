package dbtctx

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/dbtvet/dbtvet/parser/jinja"
)

// datetimeModule is Python's datetime. What asks the clock is unknown, unless
// Options.Started tells the time.
func datetimeModule() map[string]jinja.Value {
	return map[string]jinja.Value{
		"date":      timeClass{date: true},
		"datetime":  timeClass{},
		"timedelta": strict("timedelta", newDelta),
	}
}

// timeClass is the class date or datetime.
type timeClass struct{ date bool }

// Call makes a date or time of its parts.
func (k timeClass) Call(c *jinja.CallArgs) (jinja.Value, error) {
	part := [7]int{1, 1, 1}
	for i, name := range [7]string{"year", "month", "day", "hour", "minute", "second", "microsecond"} {
		if n, ok := c.Int(i, name); ok {
			part[i] = n
		}
	}
	t := time.Date(part[0], time.Month(part[1]), part[2], part[3], part[4], part[5], part[6]*1000, time.UTC)
	if t.Day() != part[2] || int(t.Month()) != part[1] {
		return nil, hostError("there is no day " + fmt.Sprintf("%04d-%02d-%02d", part[0], part[1], part[2]))
	}
	return timeValue{t: t, date: k.date}, nil
}

// Attr returns a class method.
func (k timeClass) Attr(s *jinja.State, name string) (jinja.Value, bool) {
	started := runOf(s).ctx.o.Started
	switch name {
	case "now", "utcnow", "today":
		if started.IsZero() {
			break
		}
		return lazy(name, func(c *jinja.CallArgs) (jinja.Value, error) {
			if len(c.Args)+len(c.Named) > 0 { // a time zone
				return unknown(jinja.ScalarKind, "modules.datetime."+name, c.Place), nil
			}
			return timeValue{t: started.UTC(), date: k.date}, nil
		}), true
	case "strptime":
		return strict(name, parseTime), true
	case "fromisoformat":
		return strict(name, func(c *jinja.CallArgs) (jinja.Value, error) {
			text, _ := c.String(0, "date_string")
			v, ok := isoTime(text)
			if v.date = k.date; !ok {
				return nil, hostError("`" + text + "` is no date in ISO format")
			}
			return v, nil
		}), true
	}
	return unknown(jinja.ScalarKind, "modules.datetime."+name, s.Place()), true
}

// timeValue is a date or a time.
type timeValue struct {
	t    time.Time
	date bool
	zone string // the offset from UTC of a time that knows its zone, as it is printed
}

// Print writes the value as Python does.
func (v timeValue) Print() string {
	switch {
	case v.date:
		return v.t.Format("2006-01-02")
	case v.t.Nanosecond() != 0:
		return v.t.Format("2006-01-02 15:04:05.000000") + v.zone
	}
	return v.t.Format("2006-01-02 15:04:05") + v.zone
}

// Attr returns an attribute or method.
func (v timeValue) Attr(s *jinja.State, name string) (jinja.Value, bool) {
	switch name {
	case "year":
		return int64(v.t.Year()), true
	case "month":
		return int64(v.t.Month()), true
	case "day":
		return int64(v.t.Day()), true
	case "hour":
		return int64(v.t.Hour()), true
	case "minute":
		return int64(v.t.Minute()), true
	case "second":
		return int64(v.t.Second()), true
	case "microsecond":
		return int64(v.t.Nanosecond() / 1000), true
	case "weekday":
		return answer(name, int64((v.t.Weekday()+6)%7)), true
	case "isoweekday":
		return answer(name, int64((v.t.Weekday()+6)%7+1)), true
	case "date":
		day := v.t.Truncate(24 * time.Hour)
		return answer(name, timeValue{t: day, date: true}), true
	case "isoformat":
		return answer(name, jinja.NewStr(strings.Replace(v.Print(), " ", "T", 1))), true
	case "strftime":
		return strict(name, func(c *jinja.CallArgs) (jinja.Value, error) {
			format, _ := c.String(0, "format")
			text, ok := v.strftime(format)
			if !ok {
				return unknown(jinja.ScalarKind, "strftime", c.Place), nil
			}
			return jinja.NewStr(text), nil
		}), true
	case "replace":
		return strict(name, v.replaced), true
	case "astimezone":
		return strict(name, v.inZone), true
	}
	return unknown(jinja.ScalarKind, "`"+name+"` of a date", s.Place()), true
}

// inZone is astimezone(zone); only what UTC shows is known.
func (v timeValue) inZone(c *jinja.CallArgs) (jinja.Value, error) {
	zone, _ := c.Arg(0, "tz")
	if z, ok := zone.(zoneValue); ok && z.name == "UTC" && v.zone != "" {
		return timeValue{t: v.t.UTC(), zone: "+00:00"}, nil
	}
	return unknown(jinja.ScalarKind, "a time in another zone", c.Place), nil
}

func (v timeValue) replaced(c *jinja.CallArgs) (jinja.Value, error) {
	parts := []jinja.Named{}
	for _, name := range []string{"year", "month", "day", "hour", "minute", "second", "microsecond"} {
		n, _ := v.Attr(c.State, name)
		if given, ok := c.Arg(byName, name); ok {
			n = given
		}
		parts = append(parts, jinja.Named{Name: name, Value: n})
	}
	return timeClass{v.date}.Call(&jinja.CallArgs{State: c.State, Named: parts, Place: c.Place})
}

// Arith is + and - with durations and other dates.
func (v timeValue) Arith(op jinja.Op, other jinja.Value, right bool) (jinja.Value, bool) {
	switch o := other.(type) {
	case deltaValue:
		if op == jinja.Add {
			return timeValue{v.t.Add(o.d), v.date, v.zone}, true
		}
		if op == jinja.Sub && !right {
			return timeValue{v.t.Add(-o.d), v.date, v.zone}, true
		}
	case timeValue:
		if op == jinja.Sub && !right {
			return deltaValue{v.t.Sub(o.t)}, true
		}
	}
	return nil, false
}

// Order compares with another date.
func (v timeValue) Order(other jinja.Value) (int, bool) {
	o, ok := other.(timeValue)
	return v.t.Compare(o.t), ok
}

// deltaValue is a timedelta.
type deltaValue struct{ d time.Duration }

func newDelta(c *jinja.CallArgs) (jinja.Value, error) {
	var d time.Duration
	units := []time.Duration{24 * time.Hour, time.Second, time.Microsecond, time.Millisecond, time.Minute, time.Hour, 7 * 24 * time.Hour}
	for i, name := range []string{"days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"} {
		switch n, _ := c.Arg(i, name); n := n.(type) {
		case int64:
			if n > 100_000_000 || n < -100_000_000 {
				return nil, hostError("timedelta out of range")
			}
			d += time.Duration(n) * units[i]
		case float64:
			d += time.Duration(n * float64(units[i]))
		}
	}
	return deltaValue{d}, nil
}

// Print writes the value as Python does.
func (v deltaValue) Print() string {
	days, rest := v.days()
	clock := fmt.Sprintf("%d:%02d:%02d", int(rest.Hours()), int(rest.Minutes())%60, int(rest.Seconds())%60)
	switch days {
	case 0:
		return clock
	case 1, -1:
		return fmt.Sprintf("%d day, %s", days, clock)
	}
	return fmt.Sprintf("%d days, %s", days, clock)
}

// days returns whole days, rounded down, and the rest.
func (v deltaValue) days() (int64, time.Duration) {
	const day = 24 * time.Hour
	days := v.d / day
	if v.d < 0 && v.d%day != 0 {
		days--
	}
	return int64(days), v.d - days*day
}

// Attr returns days, seconds and total_seconds.
func (v deltaValue) Attr(_ *jinja.State, name string) (jinja.Value, bool) {
	days, rest := v.days()
	switch name {
	case "days":
		return days, true
	case "seconds":
		return int64(rest / time.Second), true
	case "microseconds":
		return int64(rest % time.Second / time.Microsecond), true
	case "total_seconds":
		return answer(name, v.d.Seconds()), true
	}
	return nil, false
}

// Arith is + and - of durations, and multiplication by a number.
func (v deltaValue) Arith(op jinja.Op, other jinja.Value, right bool) (jinja.Value, bool) {
	switch o := other.(type) {
	case deltaValue:
		switch op {
		case jinja.Add:
			return deltaValue{v.d + o.d}, true
		case jinja.Sub:
			return deltaValue{v.d - o.d}, true
		}
	case int64:
		if op == jinja.Mul {
			return deltaValue{v.d * time.Duration(o)}, true
		}
	}
	return nil, false
}

// Order compares with another duration.
func (v deltaValue) Order(other jinja.Value) (int, bool) {
	o, ok := other.(deltaValue)
	return cmp.Compare(v.d, o.d), ok
}

// directives are the letters of strftime and strptime by Go's layouts.
var directives = map[byte]string{
	'Y': "2006", 'm': "01", 'd': "02", 'H': "15", 'M': "04", 'S': "05", 'y': "06", 'B': "January", 'b': "Jan",
	'A': "Monday", 'a': "Mon", 'I': "03", 'p': "PM", 'j': "002", 'F': "2006-01-02", 'T': "15:04:05", 'z': "", 'Z': "",
}

// strftime formats v; ok is false for a directive that is not known.
func (v timeValue) strftime(format string) (text string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		i++
		if format[i] == '-' && i+1 < len(format) { // without the leading zero
			i++
			part, ok := v.strftime("%" + format[i:i+1])
			if !ok {
				return "", false
			}
			b.WriteString(cmp.Or(strings.TrimLeft(part, "0"), "0"))
			continue
		}
		layout, known := directives[format[i]]
		switch {
		case format[i] == '%':
			b.WriteByte('%')
		case format[i] == 'f':
			fmt.Fprintf(&b, "%06d", v.t.Nanosecond()/1000)
		case format[i] == 'z':
			b.WriteString(strings.ReplaceAll(v.zone, ":", ""))
		case format[i] == 'Z' && v.zone != "":
			b.WriteString("UTC")
		case known:
			b.WriteString(v.t.Format(layout))
		default:
			return "", false
		}
	}
	return b.String(), true
}

// ISOTime returns the time, as Python's datetime, that text has in ISO format.
func ISOTime(text string) (jinja.Value, bool) { return isoTime(text) }

func isoTime(text string) (timeValue, bool) {
	for _, layout := range []string{
		"2006-01-02", "2006-01-02T15", "2006-01-02T15:04", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05.999999999", "2006-01-02T15:04:05.999999999Z07:00",
	} {
		day := strings.Replace(text, " ", "T", 1)
		t, err := time.Parse(layout, day)
		if err != nil {
			continue
		}
		v := timeValue{t: t}
		if strings.Contains(layout, "Z07") {
			v.zone = t.Format("-07:00")
		}
		return v, true
	}
	return timeValue{}, false
}

// parseTime is datetime.strptime(text, format).
func parseTime(c *jinja.CallArgs) (jinja.Value, error) {
	text, _ := c.String(0, "date_string")
	format, _ := c.String(1, "format")
	var layout strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			layout.WriteByte(format[i])
			continue
		}
		i++
		part, ok := directives[format[i]]
		if format[i] == 'f' {
			part, ok = "000000", true
		}
		if !ok || part == "" {
			return unknown(jinja.ScalarKind, "strptime", c.Place), nil
		}
		layout.WriteString(part)
	}
	t, err := time.Parse(layout.String(), text)
	if err != nil {
		return nil, hostError("time data '" + text + "' does not match format '" + format + "'")
	}
	return timeValue{t: t}, nil
}

// pytzModule is Python's pytz, as far as zones are named by it. What time it is
// in one is not known here.
func pytzModule() map[string]jinja.Value {
	return map[string]jinja.Value{
		"utc": zoneValue{"UTC"},
		"UTC": zoneValue{"UTC"},
		"timezone": strict("timezone", func(c *jinja.CallArgs) (jinja.Value, error) {
			name, _ := c.String(0, "zone")
			return zoneValue{name}, nil
		}),
	}
}

// zoneValue is a time zone.
type zoneValue struct{ name string }

// Print writes the name of the zone, as Python does.
func (v zoneValue) Print() string { return v.name }

// Attr returns the name of the zone; the rest would need its history.
func (v zoneValue) Attr(s *jinja.State, name string) (jinja.Value, bool) {
	if name == "zone" {
		return jinja.NewStr(v.name), true
	}
	return lazy(name, func(c *jinja.CallArgs) (jinja.Value, error) {
		return unknown(jinja.ScalarKind, "`"+name+"` of a time zone", c.Place), nil
	}), true
}
