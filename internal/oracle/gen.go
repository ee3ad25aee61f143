package oracle

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// kind is the type of an expression, as far as the generator has to care.
type kind uint8

const (
	number kind = iota
	text
	truth
)

// column is an output column of a query or a name in scope.
type column struct {
	ref  string // as it is written where it is in scope
	name string
	kind kind
}

// generator writes random queries. It aims at what the analyser has rules for,
// and at their near misses: a key under a coalesce, a lax key under IS NOT
// DISTINCT FROM, rank() where row_number() would be one.
type generator struct {
	*rand.Rand
	schema []*Table
	ctes   []namedQuery
	alias  int
	depth  int
	simple bool // no subqueries in predicates: DuckDB refuses them in outer joins
}

type namedQuery struct {
	name string
	cols []column
}

// RandomQuery returns a query over the schema with at most depth nested
// queries.
func RandomQuery(r *rand.Rand, schema []*Table, depth int) *Query {
	g := &generator{Rand: r, schema: schema, depth: depth}
	q, _ := g.query(depth)
	return q
}

func (g *generator) one(n int) bool { return g.IntN(n) == 0 }

func pick[T any](g *generator, list ...T) T { return list[g.IntN(len(list))] }

func (g *generator) fresh(prefix string) string {
	g.alias++
	return fmt.Sprintf("%s%d", prefix, g.alias)
}

// query returns a query and its output columns.
func (g *generator) query(depth int) (*Query, []column) {
	if depth == g.depth && g.one(3) {
		return g.with(depth)
	}
	switch n := g.IntN(20); {
	case n < 3 && depth > 1:
		return g.setOp(depth)
	case n == 4 && depth > 1 && depth < g.depth:
		return g.with(depth)
	case n == 3 && depth < g.depth:
		return g.values()
	}
	return g.selects(depth)
}

// with is a query over CTEs, of which one within another query may have the name
// of one around it.
func (g *generator) with(depth int) (*Query, []column) {
	outer, recursive := g.ctes, false
	var ctes []CTE
	for range 1 + g.IntN(2) {
		q, cols := g.query(depth - 1)
		name := g.fresh("w")
		switch {
		case len(outer) > 0 && len(ctes) == 0 && g.one(2):
			name = pick(g, outer...).name
		case depth == g.depth && g.one(6) && q.Op == "" && q.Rows == nil && q.Tail == "":
			q, cols = g.recursive(name)
			recursive = true
		}
		ctes = append(ctes, CTE{name, q})
		g.ctes = append(slices.DeleteFunc(slices.Clone(g.ctes), func(n namedQuery) bool { return n.name == name }), namedQuery{name, cols})
	}
	q, cols := g.selects(depth)
	q.With, q.Recursive, g.ctes = ctes, recursive, outer
	return q, cols
}

// recursive is a query that reads itself under the given name, a few times.
func (g *generator) recursive(name string) (*Query, []column) {
	t, x, y := pick(g, g.schema...), g.fresh("x"), g.fresh("x")
	a, b := pick(g, t.Cols...), pick(g, t.Cols...)
	q := &Query{Op: pick(g, "union all", "union all", "union")}
	q.Left = &Query{From: []Source{{Table: t.Name, Alias: x}}, Items: []Item{{x + "." + a, "a"}, {pick(g, x+"."+b, "1"), "b"}, {"1", "k"}}}
	q.Right = &Query{From: []Source{{Table: name, Alias: y}}, Where: []string{y + ".k < 3"},
		Items: []Item{{pick(g, y+".a", "2", "("+y+".a + 1)"), "a"}, {pick(g, y+".b", "2"), "b"}, {"(" + y + ".k + 1)", "k"}}}
	if g.one(3) {
		q.Left.Distinct = "distinct"
	}
	return q, []column{{name: "a"}, {name: "b"}, {name: "k"}}
}

func (g *generator) values() (*Query, []column) {
	q := &Query{}
	width := 1 + g.IntN(3)
	for range 1 + g.IntN(3) {
		row := make([]string, width)
		for i := range row {
			row[i] = pick(g, "1", "2", "3", "4", "NULL", "1+1")
		}
		q.Rows = append(q.Rows, "("+strings.Join(row, ", ")+")")
	}
	var cols []column
	for i := range width {
		cols = append(cols, column{name: fmt.Sprintf("col%d", i)})
	}
	return q, cols
}

// setOp lines two queries up: the right one selects from itself as many columns
// of the same kinds as the left one has.
func (g *generator) setOp(depth int) (*Query, []column) {
	q := &Query{Op: pick(g, "union all", "union all", "union all", "union", "except", "intersect", "except all", "intersect all", "union by name")}
	width := 1 + g.IntN(3)
	var cols []column
	q.Left, cols = g.shaped(depth-1, nil, width)
	q.Right, _ = g.shaped(depth-1, cols, width)
	if g.one(4) {
		// A branch of each side with a literal that tells them apart, or not.
		q.Left.Items = append(q.Left.Items, Item{"'l'", "s"})
		q.Right.Items = append(q.Right.Items, Item{pick(g, "'r'", "'r'", "'l'"), "s"})
		cols = append(cols, column{name: "s", kind: text})
	}
	if g.one(12) {
		q.Tail = "limit 1"
	}
	return q, cols
}

// shaped is a plain SELECT with the given output.
func (g *generator) shaped(depth int, like []column, width int) (*Query, []column) {
	q := &Query{}
	scope := g.from(q, depth)
	var out []column
	for i := range width {
		k := number
		name := names[i]
		if like != nil {
			k, name = like[i].kind, like[i].name
		} else if g.one(8) {
			k = text
		}
		c, ok := g.ofKind(scope, k)
		e := c.ref
		if !ok || g.one(4) {
			e = g.expr(scope, k, 1)
		}
		q.Items = append(q.Items, Item{e, name})
		out = append(out, column{name: name, kind: k})
	}
	g.where(q, scope)
	if g.one(6) {
		q.Distinct = "distinct"
	}
	return q, out
}

// selects is a SELECT of any form.
func (g *generator) selects(depth int) (*Query, []column) {
	q := &Query{}
	scope := g.from(q, depth)
	g.where(q, scope)
	var out []column
	switch n := g.IntN(10); {
	case n < 3:
		out = g.grouped(q, scope)
	case n < 4:
		out = g.star(q, scope)
	default:
		out = g.plain(q, scope)
	}
	if g.one(8) {
		q.Distinct = "distinct"
	} else if g.one(25) && !strings.HasPrefix(out[0].name, "m") && len(q.Group) == 0 {
		if c, ok := g.ofKind(scope, number); ok {
			q.Distinct = "distinct on (" + c.ref + ")"
		}
	}
	if g.one(14) {
		q.Tail = pick(g, "limit 1", "limit 2", "limit 1 offset 1", "order by 1 limit 1", "limit 0", "order by 1")
	}
	return q, out
}

// from fills FROM and returns the names in scope.
func (g *generator) from(q *Query, depth int) []column {
	var scope []column
	q.From, scope = g.sources(depth, g.IntN(3)+g.IntN(2))
	return scope
}

func (g *generator) sources(depth, joins int) ([]Source, []column) {
	first, scope := g.source(depth)
	out := []Source{first}
	if g.one(10) && g.base(first) {
		if s, right := g.source(1); g.base(s) {
			out, scope = append(out, g.asof(s, scope, right)), append(scope, right...)
		}
	}
	for range joins {
		var s Source
		s, scope = g.joined(depth, scope)
		out = append(out, s)
	}
	for i := range out[:len(out)-1] {
		// A comma binds weaker than JOIN: what stands left of it cannot be named
		// in a later ON.
		if out[i].Join == "," {
			out[i].Join = "cross join"
		}
	}
	return out, scope
}

// source is a table, a CTE or a derived query.
func (g *generator) source(depth int) (Source, []column) {
	alias := g.fresh("x")
	qualify := func(cols []column) []column {
		out := make([]column, len(cols))
		for i, c := range cols {
			out[i] = column{alias + "." + c.name, c.name, c.kind}
		}
		return out
	}
	if len(g.ctes) > 0 && g.one(2) {
		c := pick(g, g.ctes...)
		return Source{Table: c.name, Alias: alias}, qualify(c.cols)
	}
	if depth > 1 && g.one(2) {
		q, cols := g.query(depth - 1)
		return Source{Query: q, Alias: alias}, qualify(cols)
	}
	t := pick(g, g.schema...)
	if g.one(16) && len(t.Cols) > 2 {
		return g.turned(t, alias, qualify)
	}
	var cols []column
	for _, c := range t.Cols {
		cols = append(cols, column{name: c})
	}
	return Source{Table: t.Name, Alias: alias}, qualify(cols)
}

// turned is a table turned by PIVOT or UNPIVOT.
func (g *generator) turned(t *Table, alias string, qualify func([]column) []column) (Source, []column) {
	var cols []column
	if g.one(2) {
		for _, c := range t.Cols[2:] {
			cols = append(cols, column{name: c})
		}
		values := "1, 2"
		if g.one(2) {
			values = "1 as p, 2 as q"
			cols = append(cols, column{name: "p"}, column{name: "q"})
		}
		return Source{Text: fmt.Sprintf("(from %s pivot (sum(%s) for %s in (%s))) as %s", t.Name, t.Cols[0], t.Cols[1], values, alias)}, qualify(cols)
	}
	for _, c := range t.Cols[2:] {
		cols = append(cols, column{name: c})
	}
	cols = append(cols, column{name: "n", kind: text}, column{name: "v"})
	return Source{Text: fmt.Sprintf("(from %s unpivot %s(v for n in (%s, %s))) as %s", t.Name, pick(g, "", "include nulls "), t.Cols[0], t.Cols[1], alias)}, qualify(cols)
}

// joined is one more source, with what is in scope after it.
func (g *generator) joined(depth int, left []column) (Source, []column) {
	switch g.IntN(14) {
	case 0:
		return g.lateral(left)
	case 1:
		return g.unnest(left)
	case 2:
		nested, scope := g.sources(depth-1, 1)
		s := Source{Nested: nested, Join: pick(g, "join", "left join", "full join")}
		for i := range nested {
			if nested[i].Join == "," {
				nested[i].Join = "cross join"
			}
		}
		s.On = g.on(left, scope)
		return s, append(left, scope...)
	}
	s, right := g.source(depth)
	if g.one(10) && len(right) > 1 && right[0].kind == number && right[1].kind == number {
		if l, ok := g.ofKind(left, number); ok {
			s.Join = pick(g, "join", "left join")
			s.On = []string{pick(g, l.ref+" >= "+right[0].ref, l.ref+" > "+right[0].ref), pick(g, l.ref+" < "+right[1].ref, right[1].ref+" > "+l.ref, l.ref+" <= "+right[1].ref)}
			if g.one(4) {
				s.On = []string{l.ref + " between " + right[0].ref + " and " + right[1].ref}
			}
			return s, append(left[:len(left):len(left)], right...)
		}
	}
	s.Join = pick(g, "join", "join", "left join", "left join", "left join", "right join", "full join", "cross join", ",", "semi join", "anti join")
	if natural := naturally(left, right); len(natural) > 0 && strings.HasSuffix(s.Join, " join") && s.Join != "cross join" && g.one(8) {
		s.Join, s.Using = "natural "+s.Join, natural
		scope := afterUsing(s, left, right)
		s.Using = nil
		return s, scope
	}
	if common := shared(left, right); len(common) > 0 && s.Join != "cross join" && s.Join != "," && g.one(4) {
		for _, c := range common {
			if len(s.Using) == 0 || g.one(3) {
				s.Using = append(s.Using, c)
			}
		}
		return s, afterUsing(s, left, right)
	}
	if s.Join != "cross join" && s.Join != "," {
		s.On = g.on(left, right)
	}
	if s.Join == "semi join" || s.Join == "anti join" {
		return s, left
	}
	return s, append(left[:len(left):len(left)], right...)
}

// shared returns the names that USING can name: once on each side.
func shared(left, right []column) []string {
	count := map[string]int{}
	for _, c := range left {
		count[c.name]++
	}
	var out []string
	for _, c := range right {
		if count[c.name] == 1 && c.kind == number {
			out = append(out, c.name)
		}
	}
	return out
}

// naturally returns the names that NATURAL joins by; none where one of them stands
// for more than one column of a side.
func naturally(left, right []column) []string {
	count, numbers := map[string]int{}, map[string]bool{}
	for _, c := range left {
		count[c.name]++
		numbers[c.name] = c.kind == number
	}
	seen := map[string]bool{}
	var out []string
	for _, c := range right {
		switch {
		case seen[c.name] && count[c.name] > 0, count[c.name] > 1, count[c.name] == 1 && (c.kind != number || !numbers[c.name]):
			return nil
		case count[c.name] == 1:
			out = append(out, c.name)
		}
		seen[c.name] = true
	}
	return out
}

// base reports whether a source is a table of the schema.
func (g *generator) base(s Source) bool {
	return slices.ContainsFunc(g.schema, func(t *Table) bool { return t.Name == s.Table })
}

// asof is a join that takes the one row of its right side which is next by an
// order, among those that are equal otherwise. Without its optimizer DuckDB 1.5
// matches NULL by the order, and crashes on or confuses the columns of what is no
// table: so none of these is written.
func (g *generator) asof(s Source, left, right []column) Source {
	l, r := pick(g, left...), pick(g, right...)
	s.Join = pick(g, "asof join", "asof left join")
	s.On = []string{"coalesce(" + l.ref + ", 1)" + pick(g, " >= ", " > ", " <= ", " < ") + r.ref}
	for range g.IntN(2) {
		l, r := g.other(left, l), g.other(right, r)
		s.On = append(s.On, l.ref+" = "+r.ref)
	}
	return s
}

func afterUsing(s Source, left, right []column) []column {
	out := left[:len(left):len(left)]
	if strings.HasSuffix(s.Join, "semi join") || strings.HasSuffix(s.Join, "anti join") {
		return out
	}
	out = append(out, right...)
	for _, u := range s.Using {
		out = append(out, column{ref: u, name: u + "_merged"})
	}
	return out
}

func (g *generator) lateral(left []column) (Source, []column) {
	t, alias, in := pick(g, g.schema...), g.fresh("x"), g.fresh("y")
	c := pick(g, t.Cols...)
	out := []column{{alias + ".m", "m", number}}
	body := fmt.Sprintf("select %s.%s as m from %s as %s", in, c, t.Name, in)
	switch g.IntN(3) {
	case 0:
		body = fmt.Sprintf("select max(%s.%s) as m from %s as %s", in, c, t.Name, in)
	case 1:
		body += " limit 1"
	}
	if l, ok := g.ofKind(left, number); ok && !strings.HasSuffix(body, "limit 1") {
		body += fmt.Sprintf(" where %s.%s = %s", in, pick(g, t.Cols...), l.ref)
	}
	if g.one(2) {
		return Source{Join: "cross join lateral", Text: "(" + body + ") as " + alias}, append(left, out...)
	}
	return Source{Join: "left join lateral", Text: "(" + body + ") as " + alias, On: []string{"true"}}, append(left, out...)
}

func (g *generator) unnest(left []column) (Source, []column) {
	alias := g.fresh("x")
	list := pick(g, "[1, 2]", "[1]", "range(1, 3)")
	if l, ok := g.ofKind(left, number); ok && g.one(2) {
		list = "[" + l.ref + ", 1]"
	}
	return Source{Join: "cross join", Text: fmt.Sprintf("unnest(%s) as %s(v)", list, alias)}, append(left, column{alias + ".v", "v", number})
}

// on is the condition of a join.
func (g *generator) on(left, right []column) []string {
	var out []string
	g.simple = true
	defer func() { g.simple = false }()
	for range 1 + g.IntN(2) {
		l, ok1 := g.ofKind(left, number)
		r, ok2 := g.ofKind(right, number)
		if !ok1 || !ok2 {
			return []string{"true"}
		}
		if g.one(2) {
			l, r = r, l
		}
		switch g.IntN(13) {
		case 0:
			out = append(out, l.ref+" is not distinct from "+r.ref)
		case 1:
			out = append(out, fmt.Sprintf("(%s = %s or (%s is null and %s is null))", l.ref, r.ref, l.ref, r.ref))
		case 2:
			out = append(out, g.predicate(left))
		case 3:
			out = append(out, g.predicate(right))
		case 4:
			out = append(out, g.expr(left, number, 1)+" = "+g.expr(right, number, 1))
		case 5:
			out = append(out, l.ref+" "+pick(g, "<", ">=", "<>", "is distinct from")+" "+r.ref)
		case 6:
			out = append(out, r.ref+pick(g, " = 1", " is null", " is not null", " in (1, 2)", " = 2 - 1"))
		default:
			out = append(out, l.ref+" = "+r.ref)
		}
	}
	return out
}

// plain fills a select list without grouping, with windows now and then.
func (g *generator) plain(q *Query, scope []column) []column {
	var out []column
	add := func(expr, name string, k kind) {
		q.Items = append(q.Items, Item{expr, name})
		out = append(out, column{name: name, kind: k})
	}
	for _, c := range scope {
		if !g.one(3) && !has(out, c.name) {
			add(c.ref, c.name, c.kind)
		}
	}
	for range g.IntN(3) {
		k := pick(g, number, number, text)
		add(g.expr(scope, k, 2), g.fresh("e"), k)
	}
	if len(out) == 0 {
		add(g.expr(scope, number, 1), g.fresh("e"), number)
	}
	if g.one(4) {
		w := g.window(scope)
		if f, over, ok := strings.Cut(w, " over "); ok && g.one(4) {
			name := g.fresh("win")
			q.Windows, w = []string{name + " as " + over}, f+" over "+name
		}
		add(w, g.fresh("n"), number)
	}
	if g.one(4) {
		q.Qualify = append(q.Qualify, g.ranked(scope))
	}
	if g.one(40) {
		if c, ok := g.ofKind(scope, number); ok {
			add("unnest(["+c.ref+", 1])", g.fresh("u"), number)
		}
	}
	return out
}

// isNumber reports whether an expression is an integer literal.
func isNumber(e string) bool {
	_, err := strconv.Atoi(e)
	return err == nil
}

func has(cols []column, name string) bool {
	for _, c := range cols {
		if c.name == name {
			return true
		}
	}
	return false
}

// star selects everything, where the names are different.
func (g *generator) star(q *Query, scope []column) []column {
	var out []column
	for _, c := range scope {
		if has(out, c.name) || strings.HasSuffix(c.name, "_merged") {
			return g.plain(q, scope)
		}
		out = append(out, column{name: c.name, kind: c.kind})
	}
	q.Items = append(q.Items, Item{Expr: "*"})
	if i := g.IntN(len(out)); g.one(4) {
		name := out[i].name
		switch {
		case g.one(2) && len(out) > 1:
			q.Items[0].Expr, out = "* exclude ("+name+")", slices.Delete(out, i, i+1)
		case scope[i].kind == number:
			q.Items[0].Expr = "* replace (" + g.expr(scope, number, 1) + " as " + name + ")"
		}
	}
	if g.one(2) {
		n := g.fresh("n")
		q.Items = append(q.Items, Item{g.window(scope), n})
		out = append(out, column{name: n})
	}
	return out
}

// sets groups by several sets of the group columns, and shows now and then which.
func (g *generator) sets(q *Query, out []column) []column {
	q.Sets = pick(g, "rollup", "cube")
	if len(q.Group) == 0 {
		return out
	}
	groups := q.Group
	if g.one(2) {
		q.Sets, q.Group = "grouping sets", nil
		for _, e := range groups {
			q.Group = append(q.Group, "("+e+")")
		}
		q.Group = append(q.Group, pick(g, "()", q.Group[0], "("+strings.Join(groups, ", ")+")"))
	}
	for _, e := range groups {
		if g.one(2) && !strings.HasPrefix(e, "'") && !strings.Contains(e, "select") {
			name := g.fresh("l")
			q.Items = append(q.Items, Item{"grouping(" + e + ")", name})
			out = append(out, column{name: name})
		}
	}
	return out
}

// filter is a condition on the rows of an aggregate, now and then.
func (g *generator) filter(scope []column) string {
	if !g.one(8) {
		return ""
	}
	return " filter (where " + g.predicate(scope) + ")"
}

// grouped fills a select list with groups and aggregates.
func (g *generator) grouped(q *Query, scope []column) []column {
	var out []column
	add := func(expr, name string, k kind) {
		q.Items = append(q.Items, Item{expr, name})
		out = append(out, column{name: name, kind: k})
	}
	all, sets := g.one(8), g.one(8)
	for range g.IntN(4) {
		k := number
		if g.one(6) {
			k = text
		}
		c, ok := g.ofKind(scope, k)
		if !ok {
			continue
		}
		e, name := c.ref, c.name
		if g.one(4) {
			e, name = g.expr(scope, k, 1), g.fresh("e")
		}
		if has(out, name) {
			continue
		}
		add(e, name, k)
		switch {
		case all:
		case !sets && (g.one(5) || isNumber(e)):
			// A number in GROUP BY is a position. One that hits a column which
			// another term groups already makes DuckDB 1.5 select 42 where a
			// literal stands: `select a as x, 1 as e from t group by x, 1`.
			q.Group = append(q.Group, fmt.Sprint(len(q.Items)))
		case !sets && g.one(8) && name != c.name:
			q.Group = append(q.Group, name)
		default:
			q.Group = append(q.Group, e)
		}
	}
	keys := out[:len(out):len(out)]
	if all && len(out) > 0 {
		q.Group = []string{"all"}
	} else if sets {
		out = g.sets(q, out)
	}
	c, ok := g.ofKind(scope, number)
	if !ok {
		c.ref = "1"
	}
	for range g.IntN(3) + 1 - min(1, len(keys)) {
		x := pick(g, "count(*)", "max("+c.ref+")", "min("+c.ref+")", "sum("+c.ref+")", "count("+c.ref+")", "count(distinct "+c.ref+")", "max("+c.ref+") + 1", "coalesce(max("+c.ref+"), 0)", "any_value("+c.ref+")", "arg_max("+c.ref+", "+c.ref+")", "first("+c.ref+")")
		if strings.HasSuffix(x, ")") && !strings.HasPrefix(x, "coalesce") {
			x += g.filter(scope)
		}
		add(x, g.fresh("m"), number)
	}
	if len(out) == len(keys) && len(keys) > 1 {
		add("count(*)", g.fresh("m"), number)
	}
	if len(keys) > 1 && q.Sets == "" && g.one(5) {
		q.Items, out = q.Items[len(keys):], out[len(keys):] // group columns that are not shown
		if len(q.Group) > 0 {
			q.Group = g.refs(scope)
		}
	}
	if g.one(6) {
		q.Having = append(q.Having, pick(g, "count(*) = 1", "count(*) > 1", "max("+c.ref+") is not null", "max("+c.ref+") = 1", "min("+c.ref+") = max("+c.ref+")"))
	}
	if g.one(10) && !all {
		q.Qualify = append(q.Qualify, "row_number() over (order by count(*)) = 1")
	}
	return out
}
