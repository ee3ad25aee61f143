package check

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dbtvet/dbtvet/internal/proof"
)

// condition: what a row that passes the condition fulfils.
func (c *checker) condition(f *proof.Fact) bool {
	e := c.s.Expr
	if e == nil || !one(f.To) {
		return false
	}
	x := f.To[0]
	switch f.Kind {
	case proof.NotNull:
		return slices.Contains(rejects(e), x)
	case proof.Equal:
		return one(f.From) && e.Op == "=" && equal([]int{f.From[0], x}, []int{e.Args[0].Col, e.Args[1].Col})
	case proof.Depends:
		l, r, ok := nullSafe(e)
		return ok && one(f.From) && equal([]int{f.From[0], x}, []int{l, r})
	case proof.Constant:
		lit, ok := c.isOne(e, x)
		return ok && lit == f.Lit
	case proof.Compare:
		return c.compares(e, x, f.Lit)
	}
	return false
}

// rejects returns the columns whose NULL makes a condition not true.
func rejects(e *proof.Expr) []int {
	switch e.Op {
	case "and":
		return slices.Concat(rejects(e.Args[0]), rejects(e.Args[1]))
	case "or":
		l, r := rejects(e.Args[0]), rejects(e.Args[1])
		return slices.DeleteFunc(l, func(x int) bool { return !slices.Contains(r, x) })
	case "is not null", "is not unknown", "in query":
		return strict(e.Args[0])
	case "is true":
		return rejects(e.Args[0])
	case "is false", "unary not":
		return nulls(e.Args[0])
	}
	return nulls(e)
}

// nulls returns the columns whose NULL makes a condition NULL.
func nulls(e *proof.Expr) []int {
	switch e.Op {
	case "=", "<>", "<", "<=", ">", ">=", "match":
		return slices.Concat(strict(e.Args[0]), strict(e.Args[1]))
	case "and", "or":
		l, r := nulls(e.Args[0]), nulls(e.Args[1])
		return slices.DeleteFunc(l, func(x int) bool { return !slices.Contains(r, x) })
	case "unary not":
		return nulls(e.Args[0])
	case "between", "not between", "in", "not in", "like", "not like":
		return strict(e.Args[0])
	case "col", "cast":
		return strict(e)
	}
	return nil
}

// strictCalls are the functions that are NULL where an argument is.
var strictCalls = strings.Fields("abs lower upper trim ltrim rtrim length len char_length substr substring left right round floor ceil ceiling date_trunc " +
	"datetime_trunc timestamp_trunc trunc date to_date to_timestamp year month day hour minute second quarter week extract date_part datediff date_diff dateadd date_add " +
	"date_sub timestamp_add timestamp_sub timestampdiff timestamp_diff replace md5 reverse initcap nullif mod power sqrt sign exp ln split_part regexp_replace " +
	"to_char to_varchar parse_date strptime strftime date_format date_parse format_date format_timestamp last_day add_months months_between datetime timestamp time safe_cast try_cast " +
	"regexp_extract regexp_substr lpad rpad repeat to_number to_decimal try_to_number dayofweek dayofyear weekofyear unix_timestamp from_unixtime sha1 sha2 sha256 hash to_hex hex")

// strict returns the columns whose NULL makes the value of e NULL.
func strict(e *proof.Expr) []int {
	var out []int
	switch name, _ := strings.CutPrefix(e.Op, "call "); {
	case e.Op == "col", strings.HasPrefix(e.Op, "over "):
		return []int{e.Col}
	case e.Op == "cast", e.Op == "attimezone", e.Op == "unary -", e.Op == "unary +":
		return strict(e.Args[0])
	case slices.Contains([]string{"+", "-", "*", "/", "//", "%", "^", "||"}, e.Op):
		return slices.Concat(strict(e.Args[0]), strict(e.Args[1]))
	case name != e.Op && slices.Contains(strictCalls, name):
		for i, a := range e.Args {
			if name != "nullif" || i == 0 {
				out = append(out, strict(a)...)
			}
		}
	}
	return out
}

// nullSafe returns the columns that a condition says to be equal, or both NULL.
func nullSafe(e *proof.Expr) (l, r int, ok bool) {
	switch {
	case e.Op == "<=>" || e.Op == "call equal_null" && len(e.Args) == 2:
		return e.Args[0].Col, e.Args[1].Col, true
	case e.Op != "or":
		return 0, 0, false
	}
	for _, arm := range [][2]*proof.Expr{{e.Args[0], e.Args[1]}, {e.Args[1], e.Args[0]}} {
		eq, both := arm[0], arm[1]
		if eq.Op != "=" || both.Op != "and" || both.Args[0].Op != "is null" || both.Args[1].Op != "is null" {
			continue
		}
		l, r = eq.Args[0].Col, eq.Args[1].Col
		if equal([]int{l, r}, []int{both.Args[0].Args[0].Col, both.Args[1].Args[0].Col}) {
			return l, r, true
		}
	}
	return 0, 0, false
}

// fixedArg returns the literal that column x is compared with by operator op, the
// sides being exchanged where x stands on the right.
func (c *checker) fixedArg(e *proof.Expr, x int) (op, lit string, ok bool) {
	if len(e.Args) != 2 {
		return "", "", false
	}
	l, r := e.Args[0].Col, e.Args[1].Col
	fixed := func(k int) bool { return k >= 0 && c.p.Columns[k].Fixed }
	switch {
	case l == x && fixed(r):
		return e.Op, c.p.Columns[r].Lit, true
	case r == x && fixed(l):
		return flipped(e.Op), c.p.Columns[l].Lit, true
	}
	return "", "", false
}

func flipped(op string) string {
	switch op[0] {
	case '<':
		if op != "<>" && op != "<=>" {
			return ">" + op[1:]
		}
	case '>':
		return "<" + op[1:]
	}
	return op
}

// isOne returns the literal that x is in every row which passes the condition.
func (c *checker) isOne(e *proof.Expr, x int) (lit string, ok bool) {
	if op, lit, ok := c.fixedArg(e, x); ok && (op == "=" || op == "<=>") {
		return lit, true
	}
	if l, r, ok := nullSafe(e); ok && l >= 0 && r >= 0 && (l == x && c.p.Columns[r].Fixed || r == x && c.p.Columns[l].Fixed) {
		return c.p.Columns[l+r-x].Lit, true
	}
	for _, cmp := range c.comparisons(e, x) {
		switch op, lit := split(cmp); {
		case op == "=":
			return lit, true
		case op == "is null":
			return "null", true
		case cmp == "<= 1" || cmp == "< 2":
			if w := c.p.Columns[x].Window; w != nil && slices.Contains([]string{"row_number", "rank", "dense_rank"}, w.Func) {
				return "1", true
			}
		}
	}
	return "", false
}

// comparisons returns what a condition says of x compared with constants.
func (c *checker) comparisons(e *proof.Expr, x int) []string {
	if l, r, ok := nullSafe(e); ok && e.Op == "or" && l >= 0 && r >= 0 && (l == x && c.p.Columns[r].Fixed || r == x && c.p.Columns[l].Fixed) {
		if lit := c.p.Columns[l+r-x].Lit; lit != "null" {
			return []string{"= " + lit}
		}
		return []string{"is null "}
	}
	switch {
	case e.Op == "or":
		var lits []string
		for _, a := range e.Args {
			all := c.comparisons(a, x)
			if len(all) != 1 {
				return nil
			}
			op, lit := split(all[0])
			if op != "=" && op != "in" {
				return nil
			}
			lits = append(lits, strings.Split(lit, ",")...)
		}
		return []string{oneOf(lits)}
	case (e.Op == "is null" || e.Op == "is not null") && e.Args[0].Col == x:
		return []string{e.Op + " "}
	case e.Op == "is true" && e.Args[0].Col == x, e.Op == "col" && e.Col == x:
		return []string{"= true"}
	case (e.Op == "is false" || e.Op == "unary not") && e.Args[0].Col == x:
		return []string{"= false"}
	case e.Op == "in" && e.Args[0].Col == x:
		var lits []string
		for _, a := range e.Args[1:] {
			if a.Col < 0 || !c.p.Columns[a.Col].Fixed {
				return nil
			}
			lits = append(lits, c.p.Columns[a.Col].Lit)
		}
		return []string{oneOf(lits)}
	case e.Op == "between" && e.Args[0].Col == x && e.Args[1].Col >= 0 && e.Args[2].Col >= 0:
		return []string{">= " + c.p.Columns[e.Args[1].Col].Lit, "<= " + c.p.Columns[e.Args[2].Col].Lit}
	}
	op, lit, ok := c.fixedArg(e, x)
	switch {
	case !ok:
		return nil
	case op == "<=>":
		op = "="
	}
	if op == "=" && lit == "null" {
		return []string{"is null "}
	}
	return []string{op + " " + lit}
}

func oneOf(lits []string) string {
	slices.Sort(lits)
	if lits = slices.Compact(lits); len(lits) == 1 {
		return "= " + lits[0]
	}
	return "in " + strings.Join(lits, ",")
}

func (c *checker) compares(e *proof.Expr, x int, lit string) bool {
	return slices.Contains(c.comparisons(e, x), lit)
}

// split parts a comparison with a constant.
func split(cmp string) (op, lit string) {
	for _, op := range []string{"is null", "is not null"} {
		if strings.HasPrefix(cmp, op) {
			return op, ""
		}
	}
	op, lit, _ = strings.Cut(cmp, " ")
	return op, lit
}

// fallback: coalesce(x, a) = b says x = b where a is another value, or x is never
// NULL.
func (c *checker) fallback(f *proof.Fact) bool {
	e := c.s.Expr
	if e == nil || e.Op != "=" || !one(f.To) {
		return false
	}
	for _, arm := range [][2]*proof.Expr{{e.Args[0], e.Args[1]}, {e.Args[1], e.Args[0]}} {
		call, k := arm[0], arm[1].Col
		if !slices.Contains([]string{"call coalesce", "call ifnull", "call nvl"}, call.Op) || len(call.Args) != 2 || k < 0 || call.Args[0].Col != f.To[0] {
			continue
		}
		lit, other := c.p.Columns[k].Lit, call.Args[1].Col
		apart := other >= 0 && c.p.Columns[other].Fixed && lit != "" && (differ(c.p.Columns[other].Lit, lit) || (lit == "null") != (c.p.Columns[other].Lit == "null") && c.p.Columns[other].Lit != "")
		if !c.p.Columns[k].Fixed || !apart && !slices.Contains(c.filled(f.In), f.To[0]) {
			continue
		}
		return f.Kind == proof.NotNull || f.Kind == proof.Constant && f.Lit == lit || f.Kind == proof.Compare && (f.Lit == "= "+lit || lit == "null" && f.Lit == "is null ")
	}
	return false
}

// differ reports whether two literals are different values, whatever their type.
func differ(a, b string) bool {
	text := func(s string) (string, bool) {
		return strings.TrimRight(strings.ToLower(strings.Trim(s, "'")), " "), strings.HasPrefix(s, "'")
	}
	x, t1 := text(a)
	y, t2 := text(b)
	if p, q, ok := numbers(a, b); ok {
		return p != q
	}
	bools := func(s string) bool { return s == "true" || s == "false" }
	return (t1 && t2 || bools(a) && bools(b)) && x != y
}

func numbers(a, b string) (x, y float64, ok bool) {
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	return x, y, err1 == nil && err2 == nil
}

// order compares two literals of one kind: numbers, or texts of one length that
// begin with a digit, as dates do.
func order(a, b string) (int, bool) {
	if x, y, ok := numbers(a, b); ok {
		switch {
		case x < y:
			return -1, true
		case x > y:
			return 1, true
		}
		return 0, true
	}
	date := func(s string) bool {
		i := strings.IndexByte(s, '\'')
		return i >= 0 && i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9'
	}
	return strings.Compare(a, b), a == b || len(a) == len(b) && date(a) && date(b)
}

// implies reports whether a row that compares as a compares as b.
func implies(a, b string) bool {
	op, lit := split(a)
	want, with := split(b)
	switch {
	case a == b:
		return true
	case want == "is not null":
		return op != "is null"
	case op == "in":
		return !slices.ContainsFunc(strings.Split(lit, ","), func(l string) bool { return !implies("= "+l, b) })
	case op == "=" && want == "in":
		return slices.Contains(strings.Split(with, ","), lit)
	case want == "in" || op == "is null" || want == "is null":
		return false
	}
	n, ok := order(lit, with)
	switch {
	case want == "<>" && op == "=":
		return differ(lit, with)
	case !ok:
		return false
	case want == "<>":
		return op == "<" && n <= 0 || op == "<=" && n < 0 || op == ">" && n >= 0 || op == ">=" && n > 0
	case want[0] == '<' && (op[0] == '<' && op != "<>" || op == "="):
		return n < 0 || n == 0 && (want == "<=" || op == "<")
	case want[0] == '>' && (op[0] == '>' || op == "="):
		return n > 0 || n == 0 && (want == ">=" || op == ">")
	}
	return false
}

// contradict reports whether no value compares as a and as b.
func contradict(a, b string) bool {
	negated := map[string]string{"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
	op, lit := split(b)
	other, with := split(a)
	if op == "is null" || other == "is null" {
		return a != b && a != "" && b != ""
	}
	if op == "in" {
		return !slices.ContainsFunc(strings.Split(lit, ","), func(l string) bool { return !contradict(a, "= "+l) })
	}
	if other == "in" {
		return contradict(b, a)
	}
	if op == "=" && other == "=" {
		return differ(lit, with)
	}
	if n, ok := negated[op]; ok && implies(a, n+" "+lit) {
		return true
	}
	n, ok := negated[other]
	return ok && implies(b, n+" "+with)
}

// implied: a key under a condition that every row fulfils.
func (c *checker) implied(f *proof.Fact) bool {
	for _, p := range c.premises(proof.Partial, f.In) {
		n := len(p.To) - 1
		for _, k := range c.premises(proof.Compare, f.In) {
			if f.Kind == proof.Depends && k.To[0] == p.To[n] && implies(k.Lit, p.Lit) {
				return equal(p.From, f.From) && within(f.To, p.To[:n]) && (f.Lax || !p.Lax)
			}
		}
	}
	return false
}

// spread: what equals a constant is one.
func (c *checker) spread(f *proof.Fact) bool {
	e, k := c.premise(proof.Equal, f.In), c.premise(proof.Constant, f.In)
	return f.Kind == proof.Constant && e != nil && k != nil && f.Lit == k.Lit && equal(append(slices.Clone(f.To), k.To...), append(slices.Clone(e.From), e.To...))
}

// impossible: no row fulfils all comparisons of a column.
func (c *checker) impossible(f *proof.Fact) bool {
	all := c.premises(proof.Compare, f.In)
	filled := c.filled(f.In)
	for _, a := range all {
		if strings.HasPrefix(a.Lit, "is null") && slices.Contains(filled, a.To[0]) {
			return f.Kind == proof.Depends
		}
		for _, b := range all {
			if a.To[0] == b.To[0] && contradict(a.Lit, b.Lit) {
				return f.Kind == proof.Depends
			}
		}
	}
	return false
}

// countIsOne: the partition of a row has no other.
func (c *checker) countIsOne(f *proof.Fact) bool {
	k := c.premise(proof.Compare, f.In)
	if k == nil || f.Kind != proof.Depends || f.Lax || k.Lit != "= 1" && k.Lit != "<= 1" && k.Lit != "< 2" {
		return false
	}
	w := c.p.Columns[k.To[0]].Window
	return w != nil && w.Func == "count" && len(w.Order) == 0 && within(w.Partition, f.From) && within(f.To, c.tids(f.In))
}

// neverNull are the functions whose value is given whatever their arguments, or
// without any.
var neverNull = strings.Fields("count count_if countif approx_count_distinct row_number rank dense_rank current_timestamp current_date now uuid")

// throughout are the functions that are NULL only where an argument is.
var throughout = strings.Fields("md5 lower upper concat sha2 sha256 md5_hex to_hex to_char to_varchar date_trunc trim ltrim rtrim")

// certainValue: the expression is never NULL.
func (c *checker) certainValue(f *proof.Fact) bool {
	filled := c.filled(f.In)
	for _, i := range c.s.From { // of a query in the expression
		if p := &c.p.Steps[i].Says; p.Kind == proof.NotNull && !c.holds(p, f.In) {
			filled = append(filled, p.To...)
		}
	}
	return f.Kind == proof.NotNull && c.s.Expr != nil && one(f.To) && c.s.Expr.Col == f.To[0] && c.certain(c.s.Expr, filled)
}

func (c *checker) certain(e *proof.Expr, filled []int) bool {
	if (e.Op == "col" || strings.HasPrefix(e.Op, "over ")) && slices.Contains(filled, e.Col) {
		return true
	}
	all := len(e.Args) > 0 && !slices.ContainsFunc(e.Args, func(a *proof.Expr) bool { return !c.certain(a, filled) })
	name, call := strings.CutPrefix(e.Op, "call ")
	if over, ok := strings.CutPrefix(e.Op, "over "); ok {
		return slices.Contains(neverNull, over)
	}
	switch {
	case e.Op == "lit":
		return e.Lit != "null"
	case e.Op == "subquery":
		return len(e.Args) == 1 && e.Args[0].Op == "one row" && (slices.Contains(filled, e.Args[0].Col) || c.p.Columns[e.Args[0].Col].Given())
	case strings.HasPrefix(e.Op, "is "), e.Op == "exists", e.Op == "<=>", e.Op == "is distinct from":
		return true
	case call && slices.Contains(neverNull, name):
		return true
	case call && (name == "coalesce" || name == "ifnull" || name == "nvl"):
		return slices.ContainsFunc(e.Args, func(a *proof.Expr) bool { return c.certain(a, filled) })
	case call:
		return all && slices.Contains(throughout, name)
	case e.Op == "cast", e.Op == "case":
		return all
	}
	return all && slices.Contains([]string{"+", "-", "*", "||", "=", "<>", "<", "<=", ">", ">=", "and", "or"}, e.Op)
}
