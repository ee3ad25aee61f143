package sema

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// valueKind is what the values of a column are, by how the query uses it.
type valueKind uint8

const (
	numbers valueKind = iota
	texts
	truths
	times
)

// domain is the values that an example takes for a column.
type domain struct {
	kind valueKind
	// said are values that the query compares the column with.
	said []any
	wide bool  // the query puts its values into buckets, or moves them
	sure bool  // that the values are times is more than a guess by the name
	list []any // of values, when they are asked for the first time
}

var epoch = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC) // a Monday

// hours are the distances from the epoch that examples take times at: within a
// day, on the next, beyond a lookback of days.
var hours = []int{0, 6, 12, 24, 30, 48, 96, 240, 900}

var counts = []int64{1, 2, 3, 5, 8, 12, 14, 25, 48}

// values are those of the domain, which is known in full by now.
func (d *domain) values() []any {
	if d.list == nil {
		d.list = d.all()
	}
	return d.list
}

func (d *domain) all() []any {
	switch d.kind {
	case times:
		var out []any
		for _, h := range hours {
			out = append(out, epoch.Add(time.Duration(h)*time.Hour))
		}
		return out
	case texts:
		return slices.Concat(d.said, []any{"a", "b"})
	case truths:
		return []any{true, false}
	}
	out := slices.Clone(d.said)
	if d.wide {
		for _, n := range counts {
			if !slices.Contains(out, any(n)) {
				out = append(out, n)
			}
		}
		return out
	}
	return append(out, int64(1), int64(2), int64(3))
}

// few are the values that plain examples are made of.
const few = 4

func (d *domain) pick(r *rand.Rand, plain bool) any {
	v := d.values()
	if plain {
		v = v[:min(few, len(v))]
	}
	return v[r.IntN(len(v))]
}

// after returns a value that is no earlier than newest, or later than it.
func (d *domain) after(r *rand.Rand, newest any, later, plain bool) any {
	var fit []any
	for _, v := range d.values() {
		if plain && len(fit) >= 2 {
			break
		}
		if c := compareValues(v, newest); c > 0 || c == 0 && !later {
			fit = append(fit, v)
		}
	}
	if len(fit) == 0 || !plain {
		switch n := newest.(type) {
		case int64:
			fit = append(fit, n+1, n+7)
		case time.Time:
			fit = append(fit, n.Add(time.Hour), n.Add(30*time.Hour))
		}
	}
	if len(fit) == 0 {
		return newest
	}
	return fit[r.IntN(len(fit))]
}

// kinds holds the domains of names, which are shared by all relations: a name
// that is joined to itself has one.
type kinds map[string]*domain

var timeLike = regexp.MustCompile(`(?i)(^|_)(at|ts|time|timestamp|date|day|datetime|hour|week|month|on)$|timestamp`)

// of returns the domain of a column.
func (k kinds) of(fold, name string) *domain {
	if d := k[fold]; d != nil {
		return d
	}
	d := &domain{}
	if timeLike.MatchString(name) {
		d.kind = times
	}
	k[fold] = d
	return d
}

// kinds reads the domains of all names off the query.
func (f *finder) kinds() kinds {
	k := kinds{}
	for range 2 { // what is compared with a column learns from it
		for _, w := range f.m.Worlds() {
			for n := range sql.Walk(w.Tree.Query()) {
				k.use(w, n)
			}
		}
	}
	for _, w := range f.m.Worlds() {
		for _, s := range w.Scans {
			for _, c := range s.Relation.Columns {
				if kind, ok := kindOfType(c.Type); ok {
					k[c.Fold] = &domain{kind: kind, wide: true}
				}
			}
		}
	}
	for _, g := range f.m.Guards() {
		for n := range sql.Walk(g.Expr) {
			if c, ok := n.(*sql.Column); ok {
				k.name(g.World, c).wide = true
			}
		}
	}
	return k
}

func (k kinds) name(w *World, c *sql.Column) *domain {
	last := c.Parts[len(c.Parts)-1]
	fold := w.Dialect.Fold(last)
	if k[fold] == nil {
		k[fold] = &domain{}
		if timeLike.MatchString(last.Name) {
			k[fold].kind = times
		}
	}
	return k[fold]
}

func kindOfType(t string) (valueKind, bool) {
	t = strings.ToLower(t)
	switch {
	case t == "":
		return 0, false
	case strings.Contains(t, "date"), strings.Contains(t, "time"):
		return times, true
	case strings.Contains(t, "char"), t == "text", t == "string", t == "uuid":
		return texts, true
	case strings.HasPrefix(t, "bool"):
		return truths, true
	}
	return numbers, true
}

// use learns from one node what the columns in it are.
func (k kinds) use(w *World, n sql.Node) {
	switch n := n.(type) {
	case *sql.Cast:
		if n.Type != nil {
			if kind, ok := kindOfType(n.Type.Name); ok && kind == times {
				k.times(w, n.X)
			}
		}
	case *sql.Call:
		name := funcName(n)
		switch {
		case grainFuncs[name] > 0 || strings.HasSuffix(name, "_trunc") || unitFuncs[name] && name != "trunc":
			for _, a := range n.Args {
				if _, unit := unitArg(name, a.X); !unit && a.X != nil {
					k.times(w, a.X)
				}
			}
		case name == "sum" || name == "avg":
			for _, a := range n.Args {
				k.numeric(w, a.X)
			}
		}
	case *sql.Binary:
		k.useBinary(w, n)
	case *sql.In:
		if c, ok := sql.Unparen(n.X).(*sql.Column); ok {
			for _, x := range n.List {
				k.says(w, c, x)
			}
		}
	case *sql.Select:
		for _, e := range conjuncts(n.Where) {
			if u, ok := sql.Unparen(e).(*sql.Unary); ok && u.Op == sql.OpNot {
				e = u.X
			}
			if c, ok := sql.Unparen(e).(*sql.Column); ok {
				k.name(w, c).kind = truths
			}
		}
	}
}

// times learns that an expression is one over times.
func (k kinds) times(w *World, e sql.Node) {
	for n := range sql.Walk(e) {
		if c, ok := n.(*sql.Column); ok {
			d := k.name(w, c)
			d.kind, d.sure, d.wide = times, true, true
		}
	}
}

func (k kinds) numeric(w *World, e sql.Expr) {
	if c, ok := sql.Unparen(e).(*sql.Column); ok {
		k.name(w, c).kind = numbers
	}
}

func (k kinds) useBinary(w *World, n *sql.Binary) {
	for _, pair := range [][2]sql.Expr{{n.L, n.R}, {n.R, n.L}} {
		if iv, ok := sql.Unparen(pair[1]).(*sql.Interval); ok && iv != nil {
			k.times(w, pair[0])
		}
		if _, number := wholeNumber(pair[1]); number && (n.Op == sql.OpAdd || n.Op == sql.OpSub) {
			for x := range sql.Walk(pair[0]) {
				if c, ok := x.(*sql.Column); ok && !k.name(w, c).sure {
					k.name(w, c).kind, k.name(w, c).wide = numbers, true
				}
			}
		}
		c, ok := sql.Unparen(pair[0]).(*sql.Column)
		if !ok {
			continue
		}
		switch n.Op {
		case sql.OpMul, sql.OpIntDiv, sql.OpMod, sql.OpDiv:
			d := k.name(w, c)
			d.kind, d.wide = numbers, true
		case sql.OpEq, sql.OpNe, sql.OpLt, sql.OpLe, sql.OpGt, sql.OpGe:
			k.says(w, c, pair[1])
			if o, ok := sql.Unparen(pair[1]).(*sql.Column); ok && k.name(w, o).kind != numbers {
				k.name(w, c).kind = k.name(w, o).kind
			}
		}
	}
}

// says learns from a value that a column is compared with.
func (k kinds) says(w *World, c *sql.Column, e sql.Expr) {
	l, ok := sql.Unparen(e).(*sql.Literal)
	if !ok {
		return
	}
	d := k.name(w, c)
	switch l.Kind {
	case sql.NumberLit:
		if n, err := strconv.ParseInt(l.Text, 10, 64); err == nil {
			d.kind = numbers
			d.add(n)
			d.add(n + 1)
		}
	case sql.StringLit:
		if l.Type != "" || len(l.Text) >= 8 && l.Text[0] >= '0' && l.Text[0] <= '9' && strings.Contains(l.Text, "-") {
			d.kind = times
			return
		}
		d.kind = texts
		d.add(l.Text)
	case sql.BoolLit:
		d.kind = truths
	}
}

func (d *domain) add(v any) {
	d.said = slices.DeleteFunc(d.said, func(o any) bool { _, a := o.(string); _, b := v.(string); return a != b })
	if !slices.Contains(d.said, v) {
		d.said = append(d.said, v)
	}
}
