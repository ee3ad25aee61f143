package dbtctx

import (
	"cmp"
	"fmt"
	"math"
	"slices"
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
	if t.Day() != part[2] || int(t.Month()) != part[1] || !inCalendar(t) {
		return nil, hostError("there is no day " + fmt.Sprintf("%04d-%02d-%02d", part[0], part[1], part[2]))
	}
	if t.Hour() != part[3] || t.Minute() != part[4] || t.Second() != part[5] || t.Nanosecond() != part[6]*1000 {
		return nil, hostError("there is no time " + fmt.Sprintf("%02d:%02d:%02d", part[3], part[4], part[5]))
	}
	return timeValue{t: t, date: k.date}, nil
}

// inCalendar reports whether Python's dates reach to t.
func inCalendar(t time.Time) bool { return t.Year() >= 1 && t.Year() <= 9999 }

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
			v.date = k.date
			switch {
			case !ok && (strings.Contains(text, "W") || !strings.Contains(text, "-")): // the forms of weeks and without hyphens
				return unknown(jinja.ScalarKind, "a date in ISO format", c.Place), nil
			case !ok, k.date && len(text) > len("2006-01-02"):
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
	if v.date && slices.Contains([]string{"hour", "minute", "second", "microsecond", "date", "astimezone"}, name) {
		return nil, false
	}
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
		return strict(name, func(c *jinja.CallArgs) (jinja.Value, error) {
			sep, given := c.String(0, "sep")
			switch {
			case given && v.date:
				return nil, hostError("isoformat of a date takes no arguments")
			case !given:
				sep = "T"
			}
			return jinja.NewStr(strings.Replace(v.Print(), " ", sep, 1)), nil
		}), true
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

// replaced is replace(year, month, day, ...).
func (v timeValue) replaced(c *jinja.CallArgs) (jinja.Value, error) {
	fields := []string{"year", "month", "day", "hour", "minute", "second", "microsecond"}
	if v.date {
		fields = fields[:3]
	}
	zone := v.zone
	for _, a := range c.Named {
		switch z, _ := a.Value.(zoneValue); {
		case slices.Contains(fields, a.Name):
		case v.date || a.Name != "tzinfo":
			return nil, hostError("replace has no argument `" + a.Name + "`")
		case a.Value == nil:
			zone = ""
		case z.name == "UTC":
			zone = "+00:00"
		default:
			return unknown(jinja.ScalarKind, "a time in another zone", c.Place), nil
		}
	}
	parts := []jinja.Named{}
	for i, name := range fields {
		n, _ := v.Attr(c.State, name)
		if given, ok := c.Arg(i, name); ok {
			n = given
		}
		parts = append(parts, jinja.Named{Name: name, Value: n})
	}
	made, err := timeClass{v.date}.Call(&jinja.CallArgs{State: c.State, Named: parts, Place: c.Place})
	if t, ok := made.(timeValue); ok {
		t.zone = zone
		made = t
	}
	return made, err
}

// plus is v and a duration; to a date only whole days are added. ok is false
// if no date is that far away.
func (v timeValue) plus(d deltaValue) (jinja.Value, bool) {
	if d.days > maxDays || d.days < -maxDays {
		return nil, false
	}
	t := v.t.AddDate(0, 0, int(d.days))
	if !v.date {
		t = t.Add(d.rest)
	}
	return timeValue{t, v.date, v.zone}, inCalendar(t)
}

// Arith is + and - with durations and other dates.
func (v timeValue) Arith(op jinja.Op, other jinja.Value, right bool) (jinja.Value, bool) {
	switch o := other.(type) {
	case deltaValue:
		if op == jinja.Add {
			return v.plus(o)
		}
		if op == jinja.Sub && !right {
			if v.date { // which looks at the days only, rounded down
				return v.plus(deltaValue{days: -o.days})
			}
			return v.plus(o.times(-1))
		}
	case timeValue:
		if op == jinja.Sub && !right && v.date == o.date && (v.zone == "") == (o.zone == "") {
			seconds := v.t.Unix() - o.t.Unix()
			rest := time.Duration(seconds%secondsOfDay)*time.Second + time.Duration(v.t.Nanosecond()-o.t.Nanosecond())
			return delta(seconds/secondsOfDay, rest), true
		}
	}
	return nil, false
}

// Order compares with another date, or a time with a time.
func (v timeValue) Order(other jinja.Value) (int, bool) {
	o, ok := other.(timeValue)
	return v.t.Compare(o.t), ok && v.date == o.date && (v.zone == "") == (o.zone == "")
}

const (
	day          = 24 * time.Hour
	secondsOfDay = 24 * 60 * 60
	maxDays      = 999_999_999 // of a timedelta
)

// deltaValue is a timedelta: whole days, rounded down, and the rest, which is
// not negative.
type deltaValue struct {
	days int64
	rest time.Duration
}

func delta(days int64, rest time.Duration) deltaValue {
	days, rest = days+int64(rest/day), rest%day
	if rest < 0 {
		days, rest = days-1, rest+day
	}
	return deltaValue{days, rest}
}

// times is v multiplied by n, which is small.
func (v deltaValue) times(n int64) deltaValue {
	seconds := int64(v.rest/time.Second) * n
	return delta(v.days*n+seconds/secondsOfDay, time.Duration(seconds%secondsOfDay)*time.Second+v.rest%time.Second*time.Duration(n))
}

func newDelta(c *jinja.CallArgs) (jinja.Value, error) {
	var d deltaValue
	units := []time.Duration{day, time.Second, time.Microsecond, time.Millisecond, time.Minute, time.Hour, 7 * day}
	for i, name := range []string{"days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"} {
		switch n, _ := c.Arg(i, name); n := n.(type) {
		case int64:
			if n > maxDays || n < -maxDays {
				return nil, hostError("timedelta out of range")
			}
			part := delta(0, units[i]).times(n)
			d = delta(d.days+part.days, d.rest+part.rest)
		case float64:
			if math.Abs(n*float64(units[i])) > math.MaxInt64/2 {
				return unknown(jinja.ScalarKind, "a long timedelta", c.Place), nil
			}
			d = delta(d.days, d.rest+time.Duration(n*float64(units[i])).Round(time.Microsecond))
		}
	}
	return d, nil
}

// Print writes the value as Python does.
func (v deltaValue) Print() string {
	clock := fmt.Sprintf("%d:%02d:%02d", int(v.rest.Hours()), int(v.rest.Minutes())%60, int(v.rest.Seconds())%60)
	if us := v.rest % time.Second / time.Microsecond; us != 0 {
		clock += fmt.Sprintf(".%06d", us)
	}
	switch v.days {
	case 0:
		return clock
	case 1, -1:
		return fmt.Sprintf("%d day, %s", v.days, clock)
	}
	return fmt.Sprintf("%d days, %s", v.days, clock)
}

// Attr returns days, seconds and total_seconds.
func (v deltaValue) Attr(_ *jinja.State, name string) (jinja.Value, bool) {
	switch name {
	case "days":
		return v.days, true
	case "seconds":
		return int64(v.rest / time.Second), true
	case "microseconds":
		return int64(v.rest % time.Second / time.Microsecond), true
	case "total_seconds":
		return answer(name, float64(v.days*secondsOfDay)+v.rest.Seconds()), true
	}
	return nil, false
}

// Arith is + and - of durations, and multiplication by a number.
func (v deltaValue) Arith(op jinja.Op, other jinja.Value, right bool) (jinja.Value, bool) {
	switch o := other.(type) {
	case deltaValue:
		switch op {
		case jinja.Add:
			return delta(v.days+o.days, v.rest+o.rest), true
		case jinja.Sub:
			return delta(v.days-o.days, v.rest-o.rest), true
		}
	case int64:
		if op == jinja.Mul && o < 1_000_000 && o > -1_000_000 {
			d := v.times(o)
			return d, d.days <= maxDays && d.days >= -maxDays
		}
	}
	return nil, false
}

// Order compares with another duration.
func (v deltaValue) Order(other jinja.Value) (int, bool) {
	o, ok := other.(deltaValue)
	return cmp.Or(cmp.Compare(v.days, o.days), cmp.Compare(v.rest, o.rest)), ok
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
	if t.Year() == 0 { // the format has no year
		t = t.AddDate(1900, 0, 0)
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
