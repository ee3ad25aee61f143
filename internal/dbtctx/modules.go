package dbtctx

import (
	"github.com/dbtvet/dbtvet/parser/jinja"
)

// modules is `modules`: the parts of Python's library that templates may use,
// as far as their results do not depend on the clock.
func modules() jinja.Value {
	return dict(
		"datetime", moduleObject{"datetime", datetimeModule()},
		"pytz", moduleObject{"pytz", pytzModule()},
		"re", moduleObject{"re", reModule()},
		"itertools", moduleObject{"itertools", itertoolsModule()},
	)
}

// moduleObject is a module; what it lacks here is unknown.
type moduleObject struct {
	name    string
	members map[string]jinja.Value
}

func (m moduleObject) Attr(s *jinja.State, name string) (jinja.Value, bool) {
	if v, ok := m.members[name]; ok {
		return v, true
	}
	return unknown(jinja.AnyKind, "modules."+m.name+"."+name, s.Place()), true
}

// Index is modules['re'].
func (m moduleObject) Index(s *jinja.State, key jinja.Value) (jinja.Value, bool) {
	name, ok := jinja.TextOf(key)
	if !ok {
		return nil, false
	}
	return m.Attr(s, name)
}

func (moduleObject) Is(test string) bool { return test == "mapping" }

// itertoolsModule is Python's itertools, as far as templates use it.
func itertoolsModule() map[string]jinja.Value {
	out := map[string]jinja.Value{}
	for name, fn := range map[string]func(lists [][]jinja.Value, n int) [][]jinja.Value{
		"product":      func(lists [][]jinja.Value, _ int) [][]jinja.Value { return product(lists) },
		"combinations": func(lists [][]jinja.Value, n int) [][]jinja.Value { return choose(lists[0], n, false) },
		"permutations": func(lists [][]jinja.Value, n int) [][]jinja.Value { return choose(lists[0], n, true) },
	} {
		out[name] = strict("itertools."+name, func(c *jinja.CallArgs) (jinja.Value, error) {
			lists, n, ok := iterables(c)
			if !ok || len(lists) == 0 {
				return unknown(jinja.ListKind, "itertools."+name, c.Place), nil
			}
			rows := fn(lists, n)
			if rows == nil {
				return unknown(jinja.ListKind, "itertools."+name, c.Place), nil
			}
			l := jinja.NewList()
			for _, row := range rows {
				l.Append(jinja.NewTuple(row...))
			}
			return l, nil
		})
	}
	out["chain"] = strict("itertools.chain", func(c *jinja.CallArgs) (jinja.Value, error) {
		lists, _, ok := iterables(c)
		if !ok {
			return unknown(jinja.ListKind, "itertools.chain", c.Place), nil
		}
		l := jinja.NewList()
		for _, items := range lists {
			l.Append(items...)
		}
		return l, nil
	})
	return out
}

// iterables returns the arguments that can be looped over, and the one that
// is a number.
func iterables(c *jinja.CallArgs) (lists [][]jinja.Value, n int, ok bool) {
	n = -1
	args := c.Args
	for _, a := range c.Named {
		args = append(args, a.Value)
	}
	for _, a := range args {
		if i, isInt := a.(int64); isInt && i >= 0 && i < 1000 {
			n = int(i)
			continue
		}
		items, ok := itemsOf(a)
		if !ok {
			return nil, 0, false
		}
		lists = append(lists, items)
	}
	return lists, n, true
}

// maxRows bounds what product and its like make; more is unknown.
const maxRows = 20_000

func product(lists [][]jinja.Value) [][]jinja.Value {
	rows := [][]jinja.Value{{}}
	for _, items := range lists {
		if len(rows)*len(items) > maxRows {
			return nil
		}
		next := make([][]jinja.Value, 0, len(rows)*len(items))
		for _, row := range rows {
			for _, x := range items {
				next = append(next, append(append([]jinja.Value{}, row...), x))
			}
		}
		rows = next
	}
	return rows
}

// choose returns the ways to take n of items, in order or in any order.
func choose(items []jinja.Value, n int, anyOrder bool) [][]jinja.Value {
	if n < 0 {
		n = len(items)
	}
	out := [][]jinja.Value{}
	used := make([]bool, len(items))
	var row []jinja.Value
	var take func(from int) bool
	take = func(from int) bool {
		if len(row) == n {
			out = append(out, append([]jinja.Value{}, row...))
			return len(out) <= maxRows
		}
		start := from
		if anyOrder {
			start = 0
		}
		for i := start; i < len(items); i++ {
			if used[i] {
				continue
			}
			used[i], row = true, append(row, items[i])
			more := take(i + 1)
			used[i], row = false, row[:len(row)-1]
			if !more {
				return false
			}
		}
		return true
	}
	if !take(0) {
		return nil
	}
	return out
}
