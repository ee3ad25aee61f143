package rows

import (
	"slices"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// windows computes the window functions of a SELECT at each of its rows.
func (d *Database) windows(s *sql.Select, envs []*env) {
	var calls []*sql.Call
	find := func(n sql.Node) {
		sql.Inspect(n, func(n sql.Node) bool {
			c, ok := n.(*sql.Call)
			if ok && isWindow(c) {
				calls = append(calls, c)
			}
			_, query := n.(*sql.Query)
			return !query
		})
	}
	for _, it := range s.Items {
		find(it.X)
	}
	if s.Qualify != nil {
		find(s.Qualify)
	}
	for _, e := range envs {
		if len(calls) > 0 {
			e.win = map[*sql.Call]any{}
		}
	}
	for _, c := range calls {
		over(c, envs)
	}
}

// over computes one window function.
func over(c *sql.Call, envs []*env) {
	w := c.Over
	if w == nil || w.Base != nil || len(w.Holes) > 0 || c.Nulls < 0 || c.Filter() != nil || c.Distinct {
		fail(unknown("a window"))
	}
	parts := map[string][]*env{}
	var order []string
	for _, e := range envs {
		var key []any
		for _, p := range w.PartitionBy {
			key = append(key, e.eval(p))
		}
		k := text(key)
		if parts[k] == nil {
			order = append(order, k)
		}
		parts[k] = append(parts[k], e)
	}
	for _, k := range order {
		partition(c, parts[k])
	}
}

// partition computes a window function over the rows of one partition.
func partition(c *sql.Call, rows []*env) {
	w := c.Over
	keys := make(map[*env][]any, len(rows))
	for _, e := range rows {
		for _, o := range w.OrderBy {
			v := e.eval(o.X)
			if v == nil && len(rows) > 1 {
				fail(ErrOpen) // engines differ in where NULL stands
			}
			keys[e] = append(keys[e], v)
		}
	}
	cmp := func(a, b *env) int {
		for i, o := range w.OrderBy {
			if n := compare(keys[a][i], keys[b][i]); n != 0 {
				if o.Desc {
					return -n
				}
				return n
			}
		}
		return 0
	}
	slices.SortStableFunc(rows, cmp)
	for i, e := range rows {
		e.win[c] = windowAt(c, rows, i, cmp)
	}
}

// windowAt returns the value at row i of a sorted partition.
func windowAt(c *sql.Call, rows []*env, i int, cmp func(a, b *env) int) any {
	name := funcName(c)
	first := i // of the peers of row i
	for first > 0 && cmp(rows[first-1], rows[i]) == 0 {
		first--
	}
	arg := func(e *env) any {
		if len(c.Args) == 0 {
			fail(unknown("a window"))
		}
		return e.eval(c.Args[0].X)
	}
	switch name {
	case "rank":
		return int64(first + 1)
	case "dense_rank":
		n := int64(1)
		for k := 1; k <= i; k++ {
			if cmp(rows[k-1], rows[k]) != 0 {
				n++
			}
		}
		return n
	case "row_number", "lag", "lead", "first_value", "last_value":
		for k := 1; k < len(rows); k++ {
			if cmp(rows[k-1], rows[k]) == 0 {
				fail(ErrOpen)
			}
		}
		if name != "row_number" && name != "lag" && name != "lead" {
			break
		}
		if name == "row_number" {
			return int64(i + 1)
		}
		return offset(c, rows, i, name == "lead")
	}
	lo, hi := frame(c.Over, rows, i, cmp)
	switch name {
	case "first_value", "last_value":
		if lo >= hi {
			return nil
		}
		if name == "first_value" {
			return arg(rows[lo])
		}
		return arg(rows[hi-1])
	case "sum", "avg", "min", "max", "count":
		var in [][]any
		for _, e := range rows[lo:hi] {
			if len(c.Args) == 0 || c.Star {
				in = append(in, nil)
				continue
			}
			in = append(in, []any{arg(e)})
		}
		return fold(name, in, false)
	}
	fail(unknown("the window function " + name))
	return nil
}

func offset(c *sql.Call, rows []*env, i int, ahead bool) any {
	n := int64(1)
	if len(c.Args) > 1 {
		v, ok := rows[i].eval(c.Args[1].X).(int64)
		if !ok {
			fail(unknown("an offset"))
		}
		n = v
	}
	if !ahead {
		n = -n
	}
	k := int64(i) + n
	if k < 0 || k >= int64(len(rows)) {
		if len(c.Args) > 2 {
			return rows[i].eval(c.Args[2].X)
		}
		return nil
	}
	return rows[k].eval(c.Args[0].X)
}

// frame returns the rows that a window function sees from row i.
func frame(w *sql.Window, rows []*env, i int, cmp func(a, b *env) int) (lo, hi int) {
	f := w.Frame
	if f == nil {
		if len(w.OrderBy) == 0 {
			return 0, len(rows)
		}
		hi = i + 1
		for hi < len(rows) && cmp(rows[hi], rows[i]) == 0 {
			hi++
		}
		return 0, hi
	}
	if f.Exclude != "" {
		fail(unknown("a frame"))
	}
	if f.Unit == sql.Range && f.Start.Kind == sql.UnboundedPreceding && f.End.Kind == sql.CurrentRow {
		return frame(&sql.Window{OrderBy: w.OrderBy}, rows, i, cmp)
	}
	whole := f.Start.Kind == sql.UnboundedPreceding && f.End.Kind == sql.UnboundedFollowing
	if f.Unit != sql.Rows && !whole {
		fail(unknown("a frame"))
	}
	if !whole {
		for k := 1; k < len(rows); k++ {
			if cmp(rows[k-1], rows[k]) == 0 {
				fail(ErrOpen)
			}
		}
	}
	return max(0, bound(f.Start, rows[i], i)), min(len(rows), bound(f.End, rows[i], i)+1)
}

func bound(b sql.Bound, e *env, i int) int {
	switch b.Kind {
	case sql.UnboundedPreceding:
		return 0
	case sql.CurrentRow:
		return i
	case sql.UnboundedFollowing:
		return maxRows
	}
	n, ok := e.eval(b.X).(int64)
	if !ok {
		fail(unknown("a frame"))
	}
	if b.Kind == sql.Preceding {
		return i - int(n)
	}
	return i + int(n)
}
