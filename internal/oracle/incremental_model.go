package oracle

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/sema"
	dsql "github.com/dbtvet/dbtvet/parser/sql"
)

// Incremental is a random incremental model over src(id, g, k, ts, v), more(id,
// g, k, ts, v) and dim(k, w), where rows arrive in src and more: a chain of
// SELECTs per branch of a UNION ALL, one of which holds the guard.
type Incremental struct {
	Branches [][]*Layer
	Load     sema.Load
	Arrival  sema.Arrival
	// Times says that ts is a timestamp, not a number.
	Times bool
	// Keyed says that id is unique in src and more, DimKeyed that k is in dim,
	// Nulls that g is NULL in some rows.
	Keyed, DimKeyed, Nulls bool
	// Untied lets no two rows have one ts.
	Untied bool
	// EventTime are the columns by which a microbatch model is given its rows, by
	// table.
	EventTime map[string]string
}

// Layer is one SELECT over the one before it, or over a table.
type Layer struct {
	From     string // of the first layer
	Join     string
	Items    []Item
	Where    []string
	Group    []string
	Having   []string
	Qualify  []string
	Distinct bool
	// Guard is what an incremental run adds, in the clause At.
	Guard, At string
}

// Text returns the query of a full refresh or of an incremental run.
func (m *Incremental) Text(incremental bool) string {
	var with, last []string
	for b, layers := range m.Branches {
		for i, l := range layers {
			from := l.From
			if i > 0 {
				from = fmt.Sprintf("b%dl%d", b, i-1)
			}
			text := l.text(from, incremental)
			if i == len(layers)-1 {
				last = append(last, text)
				continue
			}
			with = append(with, fmt.Sprintf("b%dl%d as (%s)", b, i, text))
		}
	}
	out := strings.Join(last, " union all ")
	if len(with) > 0 {
		out = "with " + strings.Join(with, ", ") + " " + out
	}
	return out
}

func (l *Layer) text(from string, incremental bool) string {
	var b strings.Builder
	b.WriteString("select ")
	if l.Distinct {
		b.WriteString("distinct ")
	}
	for i, it := range l.Items {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(it.Expr)
		if it.Alias != "" && it.Alias != it.Expr {
			b.WriteString(" as " + it.Alias)
		}
	}
	b.WriteString(" from " + strings.ReplaceAll(l.Join, "{from}", from))
	if l.Join == "" {
		b.WriteString(from)
	}
	clause := func(word string, parts []string, sep string) {
		if incremental && l.At == word && l.Guard != "" {
			parts = append(slices.Clone(parts), strings.ReplaceAll(l.Guard, "{from}", from))
		}
		if len(parts) > 0 {
			b.WriteString(" " + word + " " + strings.Join(parts, sep))
		}
	}
	clause("where", l.Where, " and ")
	clause("group by", l.Group, ", ")
	clause("having", l.Having, " and ")
	clause("qualify", l.Qualify, " and ")
	return b.String()
}

func (m *Incremental) String() string {
	return fmt.Sprintf("%s\n  full: %s\n  %v by %v %s%s, arrival %d, keyed %t dim %t nulls %t times %t", m.Text(true), m.Text(false), m.Load.Effect, m.Load.Key, m.Load.Unit, strings.Join(m.Load.Predicates, " and "), m.Arrival, m.Keyed, m.DimKeyed, m.Nulls, m.Times)
}

// Summary is what the analyser is told of a table.
func (m *Incremental) Summary(name string) *sema.Summary {
	s := &sema.Summary{ID: "model.p." + name, Name: name, Type: "model", Card: sema.Card{Max: sema.Many}}
	cols := []string{"id", "g", "k", "ts", "v"}
	if name == "dim" {
		cols = []string{"k", "w"}
	}
	s.EventTime = m.EventTime[name]
	for _, c := range cols {
		s.Columns = append(s.Columns, sema.Column{Name: c, Fold: c, NotNull: c != "g" || !m.Nulls})
	}
	if name != "dim" && m.Nulls {
		s.Columns[1].Empty = &sema.Step{Text: "a row without `g`", Strength: finding.Data}
	}
	for i := range s.Columns {
		s.Columns[i].Type = "bigint"
		if s.Columns[i].Name == "ts" && m.Times {
			s.Columns[i].Type = "timestamp"
		}
	}
	if m.Keyed && name != "dim" || m.DimKeyed && name == "dim" {
		s.Keys = append(s.Keys, sema.Key{Cols: []int{0}, Strength: finding.Tested})
	}
	return s
}

// Model is the model as the analyser gets it.
func (m *Incremental) Model() (*sema.Model, error) {
	dialect, _ := dsql.Lookup("duckdb")
	out := &sema.Model{Dialect: dialect, Adapter: sema.Adapter{Name: "duckdb", Sure: true}}
	tables := map[string]*sema.Summary{}
	for _, n := range []string{"src", "more", "dim"} {
		tables[n] = m.Summary(n)
	}
	texts := []string{m.Text(false)}
	if t := m.Text(true); t != texts[0] {
		texts = append(texts, t)
	}
	for i, text := range texts {
		tree := dsql.Parse(text, dialect)
		if len(tree.Errors) > 0 {
			return nil, fmt.Errorf("parse: %s in %s", tree.Errors[0].Message, text)
		}
		r := &dbtctx.Rendered{World: dbtctx.World{Incremental: i > 0, Possible: true}, Text: text}
		w := sema.Analyse(sema.Input{Tree: tree, Dialect: dialect, Rendered: r, Relation: func(t *dsql.Table) *sema.Summary {
			if s := tables[t.Name[0].Name]; s != nil {
				return s
			}
			return &sema.Summary{Name: "tgt", This: true, Open: true, Card: sema.Card{Max: sema.Many}}
		}})
		out.Variants = append(out.Variants, &sema.Variant{Rendered: r, Tree: tree, World: w})
	}
	return out, nil
}

// builder writes a random incremental model.
type builder struct {
	*rand.Rand
	m    *Incremental
	cols []role // in scope of the layer that comes next
	n    int
}

// role is a column with what it means.
type role struct {
	name, is string // is: id, g, k, ts, d (a bucket of ts), v, w, number
}

// RandomIncremental returns a model that leans to what people write, and to its
// near misses.
func RandomIncremental(r *rand.Rand) *Incremental {
	b := &builder{Rand: r, m: &Incremental{Times: r.IntN(2) == 0, Keyed: r.IntN(8) > 0, DimKeyed: r.IntN(4) > 0, Nulls: r.IntN(12) == 0}}
	b.m.Arrival = []sema.Arrival{sema.InOrder, sema.InOrder, sema.InOrder, sema.InOrder, sema.Later, sema.Later, sema.Anytime}[r.IntN(7)]
	b.branch("src")
	if r.IntN(8) == 0 {
		b.union()
	}
	b.guard()
	b.load()
	return b.m
}

func (b *builder) has(is string) (role, bool) {
	for _, c := range b.cols {
		if c.is == is {
			return c, true
		}
	}
	return role{}, false
}

func (b *builder) chance(n int) bool { return b.IntN(n) == 0 }

func one[T any](b *builder, list ...T) T { return list[b.IntN(len(list))] }

// bucket writes ts put into buckets.
func (b *builder) bucket(ts string) string {
	if b.m.Times {
		return one(b, "cast("+ts+" as date)", "cast("+ts+" as date)", "date_trunc('day', "+ts+")", "date_trunc('month', "+ts+")")
	}
	return ts + " // 10"
}

func (b *builder) branch(table string) {
	b.cols = nil
	var layers []*Layer
	base := &Layer{From: table}
	for _, c := range []string{"id", "g", "k", "ts", "v"} {
		base.Items = append(base.Items, Item{c, c})
		b.cols = append(b.cols, role{c, c})
	}
	if b.chance(2) {
		base.Items = append(base.Items, Item{b.bucket("ts"), "d"})
		b.cols = append(b.cols, role{"d", "d"})
	}
	if b.chance(4) {
		base.Where = append(base.Where, one(b, "v > 1", "g <> 3", "v <> 2"))
	}
	if b.m.Times && b.chance(6) {
		base.Where = append(base.Where, one(b, "ts < localtimestamp", "ts <= localtimestamp", "cast(ts as date) < current_date", "cast(ts as date) < current_date", "date_trunc('month', ts) < date_trunc('month', localtimestamp)",
			"ts > localtimestamp - interval '3 days'", "cast(ts as date) <> current_date"))
	}
	layers = append(layers, base)
	for range b.IntN(4) {
		layers = append(layers, b.layer()...)
	}
	b.m.Branches = append(b.m.Branches, layers)
}

// pass lists the columns in scope as items.
func (b *builder) pass() []Item {
	var out []Item
	for _, c := range b.cols {
		out = append(out, Item{c.name, c.name})
	}
	return out
}

func (b *builder) layer() []*Layer {
	switch b.IntN(12) {
	case 0, 1, 2, 3:
		return []*Layer{b.grouped()}
	case 4, 5:
		return []*Layer{b.windowed()}
	case 6, 7:
		return b.deduped()
	case 8, 9:
		return []*Layer{b.joined()}
	case 10:
		return []*Layer{b.distinct()}
	}
	l := &Layer{Items: b.pass()}
	if v, ok := b.has("v"); ok {
		l.Where = append(l.Where, v.name+one(b, " > 1", " <> 2", " is not null"))
	}
	return []*Layer{l}
}

// some picks columns of the given meanings that are in scope.
func (b *builder) some(of ...string) []role {
	var out []role
	for _, c := range b.cols {
		if slices.Contains(of, c.is) && !slices.ContainsFunc(out, func(o role) bool { return o.is == c.is }) && b.chance(2) {
			out = append(out, c)
		}
	}
	return out
}

func (b *builder) grouped() *Layer {
	l := &Layer{}
	keys := b.some("g", "d", "k", "d")
	if len(keys) == 0 && !b.chance(10) {
		keys = b.cols[:1]
		if c, ok := b.has(one(b, "g", "d", "k")); ok {
			keys = []role{c}
		}
	}
	scope := slices.Clone(keys)
	for _, k := range keys {
		l.Items = append(l.Items, Item{k.name, k.name})
		l.Group = append(l.Group, k.name)
	}
	add := func(expr, name, is string) {
		b.n++
		if name == "" {
			name = fmt.Sprintf("m%d", b.n)
		}
		l.Items = append(l.Items, Item{expr, name})
		scope = append(scope, role{name, is})
	}
	if ts, ok := b.has("ts"); ok && !b.chance(4) {
		add(one(b, "max", "max", "max", "min")+"("+ts.name+")", "ts", "ts")
	}
	for range b.IntN(3) {
		v, ok := b.has(one(b, "v", "number"))
		if !ok {
			v = b.cols[0]
		}
		if v.is == "d" || v.is == "ts" {
			continue
		}
		add(one(b, "sum("+v.name+")", "count(*)", "max("+v.name+")", "min("+v.name+")", "count(distinct "+v.name+")", "sum("+v.name+")", one(b, "sum("+v.name+")", "any_value("+v.name+")", "first("+v.name+")")), "", "number")
	}
	if len(l.Items) == len(keys) {
		add("count(*)", "", "number")
	}
	if b.chance(10) {
		l.Having = append(l.Having, one(b, "count(*) > 1", "count(*) = 1"))
	}
	b.cols = scope
	return l
}

// order writes an order by time.
func (b *builder) order() string {
	ts, ok := b.has("ts")
	if !ok {
		ts = b.cols[0]
	}
	out := ts.name + one(b, "", " desc")
	if id, ok := b.has("id"); ok && !b.chance(6) {
		out += ", " + id.name + one(b, "", " desc")
	} else if !ok && !b.chance(6) {
		for _, c := range b.cols {
			if c.name != ts.name {
				out += ", " + c.name
			}
		}
	}
	return out
}

func (b *builder) over() string {
	var part []string
	for _, c := range b.some("g", "d", "k") {
		part = append(part, c.name)
	}
	if len(part) > 0 {
		return "(partition by " + strings.Join(part, ", ") + " order by " + b.order() + ")"
	}
	return "(order by " + b.order() + ")"
}

func (b *builder) windowed() *Layer {
	l := &Layer{Items: b.pass()}
	v := b.cols[0]
	if c, ok := b.has("v"); ok {
		v = c
	}
	fn := one(b, "row_number()", "lag("+v.name+")", "lead("+v.name+")", "rank()", "sum("+v.name+")", "first_value("+v.name+")", "count(*)", "max("+v.name+")")
	if v.is == "d" || v.is == "ts" {
		fn = "row_number()"
	}
	b.n++
	name := fmt.Sprintf("n%d", b.n)
	l.Items = append(l.Items, Item{fn + " over " + b.over(), name})
	b.cols = append(slices.Clone(b.cols), role{name, "number"})
	return l
}

func (b *builder) deduped() []*Layer {
	rn := "row_number() over " + b.over()
	if b.chance(2) {
		return []*Layer{{Items: b.pass(), Qualify: []string{rn + " = 1"}}}
	}
	items := b.pass()
	return []*Layer{{Items: append(slices.Clone(items), Item{rn, "rn"})}, {Items: items, Where: []string{"rn = 1"}}}
}

func (b *builder) joined() *Layer {
	k, ok := b.has("k")
	l := &Layer{Items: b.pass()}
	if !ok || slices.ContainsFunc(b.cols, func(c role) bool { return c.name == "w" }) {
		return l
	}
	for i := range l.Items {
		l.Items[i].Expr = "x." + l.Items[i].Expr
	}
	switch b.IntN(8) {
	case 0:
		l.Join = "dim as y left join {from} as x on y.k = x." + k.name
		if b.chance(2) {
			for i := range l.Items {
				if l.Items[i].Alias == k.name {
					l.Items[i].Expr = "y.k"
				}
			}
		}
	case 1, 2, 3:
		l.Join = "{from} as x join dim as y on y.k = x." + k.name
	case 4:
		l.Join = "{from} as x semi join dim as y on y.k = x." + k.name
		return l
	default:
		l.Join = "{from} as x left join dim as y on y.k = x." + k.name
	}
	l.Items = append(l.Items, Item{"y.w", "w"})
	b.cols = append(slices.Clone(b.cols), role{"w", "w"})
	return l
}

func (b *builder) distinct() *Layer {
	l := &Layer{Distinct: true}
	var keep []role
	for _, c := range b.cols {
		if !b.chance(3) {
			keep = append(keep, c)
			l.Items = append(l.Items, Item{c.name, c.name})
		}
	}
	if len(keep) == 0 {
		keep = b.cols[:1]
		l.Items = []Item{{keep[0].name, keep[0].name}}
	}
	b.cols = keep
	return l
}

// union adds a second branch with the columns of the first, and a name.
func (b *builder) union() {
	first := b.m.Branches[0]
	second := make([]*Layer, len(first))
	for i, l := range first {
		c := *l
		second[i] = &c
	}
	second[0].From = one(b, "more", "more", "src")
	for i, name := range []string{"'a'", one(b, "'b'", "'b'", "'a'")} {
		last := [][]*Layer{first, second}[i]
		l := *last[len(last)-1]
		if len(l.Group) > 0 || l.Distinct {
			return
		}
		l.Items = append(slices.Clone(l.Items), Item{name, "side"})
		last[len(last)-1] = &l
	}
	b.m.Branches = append(b.m.Branches, second)
	b.cols = append(slices.Clone(b.cols), role{"side", "side"})
}

// guard restricts the incremental run.
func (b *builder) guard() {
	if b.chance(14) {
		return
	}
	text, layer := "", 0
	// Mostly in the first SELECT, as people do.
	n := len(b.m.Branches[0])
	if b.chance(3) {
		layer = b.IntN(n)
	}
	l := b.m.Branches[0][layer]
	at := "where"
	if len(l.Group) > 0 && b.chance(2) {
		at = "having"
	}
	names := b.visible(layer, at)
	text = b.condition(names)
	if text == "" {
		return
	}
	for i, branch := range b.m.Branches {
		if i > 0 && b.chance(4) {
			continue // a branch that is left out
		}
		branch[layer].Guard, branch[layer].At = text, at
	}
}

// visible are the columns that a condition of a layer can name, qualified where
// it joins.
func (b *builder) visible(layer int, at string) []role {
	l := b.m.Branches[0][layer]
	items := l.Items
	if layer > 0 && at == "where" {
		items = b.m.Branches[0][layer-1].Items
	}
	var out []role
	for _, it := range items {
		is := it.Alias
		if strings.HasPrefix(is, "m") || strings.HasPrefix(is, "n") {
			is = "number"
		}
		name := it.Alias
		switch {
		case layer == 0 && at == "where":
			name = it.Expr
		case at == "having":
			name = it.Expr
		case l.Join != "":
			name = "x." + it.Alias
		}
		out = append(out, role{name, is})
	}
	return out
}

// condition writes a guard over the visible columns; empty if none fits.
func (b *builder) condition(names []role) string {
	find := func(is string) (role, bool) {
		i := slices.IndexFunc(names, func(c role) bool { return c.is == is })
		if i < 0 {
			return role{}, false
		}
		return names[i], true
	}
	ts, timed := find("ts")
	d, daily := find("d")
	ots, oTimed := b.has("ts")
	od, oDaily := b.has("d")
	switch n := b.IntN(20); {
	case n == 0:
		id, ok := find("id")
		if oid, held := b.has("id"); ok && held {
			return id.name + " not in (select " + oid.name + " from tgt)"
		} else if ok {
			break
		}
	case n == 1:
		id, ok := find(one(b, "id", "id", "g"))
		if oid, held := b.has(id.is); ok && held && !strings.Contains(id.name, ".") && id.name == oid.name {
			return "not exists (select 1 from tgt as o where o." + oid.name + " = " + one(b, "{from}.", "{from}.", "{from}.", "") + id.name + ")"
		}
	case n < 4 && oTimed:
		if g, ok := find(one(b, "g", "k")); ok {
			return g.name + " in (select " + g.is + " from src where ts " + one(b, ">=", ">=", ">") + " (select max(" + ots.name + ") from tgt))"
		}
	}
	left, bound := "", ""
	switch {
	case daily && oDaily && (b.chance(2) || !timed || !oTimed):
		left, bound = d.name, b.shifted("max("+od.name+")", true)
	case timed && oDaily && (b.chance(3) || !oTimed):
		left, bound = ts.name, "max("+od.name+")"
		if !b.m.Times {
			bound += " * 10"
		}
	case timed && oTimed && b.chance(5):
		left, bound = b.bucket(ts.name), b.bucket("max("+ots.name+")")
	case timed && oTimed:
		left, bound = ts.name, b.shifted("max("+ots.name+")", false)
	default:
		return ""
	}
	if b.chance(8) && b.m.Times {
		bound = "coalesce(" + bound + ", cast('2020-01-01' as timestamp))"
	} else if b.chance(8) && !b.m.Times {
		bound = "coalesce(" + bound + ", 0)"
	}
	more := ""
	if b.chance(10) && timed && !(daily && strings.Contains(left, d.name)) {
		more = " and " + ts.name + one(b, " >= ", " > ") + b.early()
	}
	return left + one(b, " >= ", " >= ", " >= ", " > ") + "(select " + bound + " from tgt)" + more
}

// early is a value of ts before all that arrives.
func (b *builder) early() string {
	if b.m.Times {
		return "timestamp '2020-01-01'"
	}
	return "-1"
}

// shifted moves a bound back now and then.
func (b *builder) shifted(bound string, whole bool) string {
	switch n := b.IntN(8); {
	case n > 1:
		return bound
	case !b.m.Times:
		return bound + one(b, " - 5", " - 1", " - 20")
	case whole || b.chance(2):
		return bound + one(b, " - interval '1 day'", " - interval '3 days'", " - interval 2 day")
	}
	return one(b, "date_trunc('day', "+bound+") - interval '1 day'", bound+" - interval '6 hours'", "cast("+bound+" as date) - 3")
}

// load picks a strategy with a key that mostly fits.
func (b *builder) load() {
	l := &b.m.Load
	l.Effect = one(b, sema.Append, sema.Append, sema.Upsert, sema.Upsert, sema.Upsert, sema.Upsert, sema.DeleteInsert, sema.DeleteInsert, sema.DeleteInsert, sema.OverwriteAll, sema.OverwriteParts)
	if l.Effect == sema.OverwriteAll && b.chance(2) {
		for _, branch := range b.m.Branches {
			for _, x := range branch {
				x.Guard = ""
			}
		}
	}
	if l.Effect == sema.Append || l.Effect == sema.OverwriteAll {
		return
	}
	l.Key = b.key()
	if l.Effect == sema.OverwriteParts {
		if d, ok := b.has("d"); ok {
			l.Key = []string{d.name}
		}
	}
	if guard, _, _ := strings.Cut(b.m.Branches[0][0].Guard, " and "); l.Effect != sema.OverwriteParts && b.chance(12) && strings.HasPrefix(guard, "ts >= ") && slices.ContainsFunc(b.cols, func(c role) bool { return c.name == "ts" }) {
		l.Predicates = []string{one(b, guard, "ts >= (select max(ts) from tgt)")}
	}
}

// key is the grain of the output as the last collapsing layer made it, or
// something else.
func (b *builder) key() []string {
	if b.chance(8) {
		return []string{b.cols[b.IntN(len(b.cols))].name}
	}
	var out []string
	for _, l := range slices.Backward(b.m.Branches[0]) {
		part := ""
		for _, x := range append(slices.Clone(l.Qualify), itemsText(l.Items)) {
			if i := strings.Index(x, "row_number() over (partition by "); i >= 0 && (len(l.Qualify) > 0 || strings.Contains(x, "rn")) {
				part, _, _ = strings.Cut(x[i+len("row_number() over (partition by "):], " order by")
			}
		}
		switch {
		case len(l.Group) > 0:
			out = slices.Clone(l.Group)
		case part != "":
			out = strings.Split(part, ", ")
		case l.Distinct:
			for _, c := range b.cols {
				out = append(out, c.name)
			}
		}
		if len(out) > 0 {
			break
		}
	}
	if len(out) == 0 {
		out = []string{"id"}
	}
	if b.chance(5) {
		out = append(out, one(b, "d", "ts", "id"))
	}
	if len(b.m.Branches) > 1 && !b.chance(4) {
		out = append(out, "side")
	}
	out = slices.DeleteFunc(out, func(n string) bool {
		return !slices.ContainsFunc(b.cols, func(c role) bool { return c.name == n })
	})
	slices.Sort(out)
	out = slices.Compact(out)
	if len(out) == 0 {
		return []string{b.cols[0].name}
	}
	return out
}

func itemsText(items []Item) string {
	var out []string
	for _, it := range items {
		out = append(out, it.Expr+" "+it.Alias)
	}
	return strings.Join(out, ", ")
}
