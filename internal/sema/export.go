package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/proof"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// export summarises the output of a query for those who read it.
func (w *World) export(info *queryInfo) *Summary {
	r := info.rel
	s := &Summary{Card: r.card}
	if r.open != nil {
		s.Open, s.OpenWhy = true, r.open.why
	}
	if w.truncated {
		s.Open, s.OpenWhy = true, "the query is too large to be analysed in full"
		return s
	}
	if none := w.reach(r, nil); r.card.Max > 1 && none.all(r.tids) {
		s.Card.Max = 1
	}
	visible := make(map[Col]int, len(r.cols))
	s.Columns = make([]Column, 0, len(r.cols))
	for i, c := range r.cols {
		col := Column{Fold: c.fold, Origins: w.origins(c.col)}
		if c.name != nil {
			col.Name = c.name.Name
		}
		if c.item != nil {
			col.Place = w.itemPlace(c.item)
		}
		if nn := r.notNull[c.col]; nn != nil {
			f := r.filledFact(c.col)
			col.NotNull, col.NullWhy, col.NullEvidence = true, w.steps([]fact{f}), w.exported(r, proof.NotNull, nil, []int{i}, "", f)
		} else if c.name != nil && r == w.out {
			if n := w.nullable(c.col, col.Name, &descent{seen: map[Col]bool{}}); n != nil && !n.far {
				col.NullBy = n
			}
		}
		if lit, ok := w.constOf(r, c.col); ok {
			col.Const = lit
			col.ConstEvidence = w.exported(r, proof.Constant, nil, []int{i}, lit, constFacts(r, c.col)...)
		}
		col.Teller = w.tells(c.col)
		if _, ok := visible[c.col]; !ok {
			visible[c.col] = i
		}
		s.Columns = append(s.Columns, col)
		s.Many = append(s.Many, w.manySides(i, c.col)...)
	}
	w.exportAsked(s, r, visible)
	s.Keys = w.exportKeys(r, visible)
	s.FDs = w.exportFDs(r, visible, s.Keys)
	return s
}

// exportAsked adds the columns of keys that a star passes on from a relation of
// which not all columns are known: the query names them, so they are there.
func (w *World) exportAsked(s *Summary, r *rel, visible map[Col]int) {
	r.asked = nil
	if r.open == nil {
		return
	}
	for _, k := range r.keys {
		for _, c := range k.cols {
			name := w.colName(c)
			fold := w.Dialect.FoldName(name, false)
			if _, seen := visible[c]; seen || w.cols[c].leaf == nil || s.Index(fold) >= 0 || r.open.get(fold, nil) != c {
				continue
			}
			visible[c], r.asked = len(s.Columns), append(r.asked, c)
			s.Columns = append(s.Columns, Column{Name: name, Fold: fold, Listed: true, Origins: w.origins(c)})
		}
	}
}

func (w *World) itemPlace(n sql.Node) finding.Place {
	if it, ok := n.(*sql.Item); ok {
		return w.Place(it.Span)
	}
	return w.Place(n.Range())
}

func (w *World) manySides(i int, c Col) []ManySide {
	leaf := w.cols[w.root(c)].leaf
	if leaf == nil || leaf.Index < 0 {
		return nil
	}
	var out []ManySide
	for _, m := range leaf.Relation.Many {
		if m.Col == leaf.Index && (m.To != "" || w.keepsRows()) {
			m.Col = i
			out = append(out, m)
		}
	}
	return out
}

// keepsRows reports whether the world drops no row of what it reads: values that
// repeat there repeat in its output.
func (w *World) keepsRows() bool {
	for _, b := range w.Blocks {
		if b.InExpr {
			continue
		}
		if b.Grouped || b.Select.Distinct || b.Limited || b.Select.Where != nil || b.Select.Qualify != nil {
			return false
		}
		for _, j := range b.Joins {
			if j.Kind != sql.Left {
				return false
			}
		}
	}
	return true
}

// maxExported bounds the keys of a summary.
const maxExported = 8

// exportKeys finds the keys of r among its visible columns.
func (w *World) exportKeys(r *rel, visible map[Col]int) []Key {
	v := w.view(r, visible)
	var out []Key
	if w.reach(r, nil).all(r.tids) {
		f := dependency(fd{to: r.tids, why: w.closureOf(r, nil, r.tids)})
		return []Key{{Steps: w.steps([]fact{f}), Strength: finding.Struct, Evidence: w.exported(r, proof.Key, nil, nil, "", f)}}
	}
	cands := slices.Clone(r.keys)
	for _, c := range sortedCols(visible) {
		if cl := w.cols[c].class; cl == Hashed || cl == Injective {
			cands = append(cands, key{cols: set{c}})
		}
	}
	for _, k := range cands {
		if len(out) >= maxExported {
			break
		}
		cols, ok := v.shown(k.cols)
		if !ok {
			continue
		}
		e, ok := w.exportKey(r, cols, visible)
		if ok && !slices.ContainsFunc(out, func(o Key) bool { return subset(o.Cols, e.Cols) && (!o.Lax || e.Lax) }) {
			out = slices.DeleteFunc(out, func(o Key) bool { return subset(e.Cols, o.Cols) && (!e.Lax || o.Lax) })
			out = append(out, e)
		}
	}
	for _, p := range r.partial {
		cols, ok := v.shown(p.key.cols)
		i, seen := visible[p.when.col]
		if ok && seen && len(out) < maxExported {
			// A key under a condition survives only where rows are not repeated.
			nn := set(nil)
			if p.key.lax {
				nn = cols
			}
			if cl := w.reachNotNull(r, cols.with(p.tids...), nn); cl.all(r.tids) {
				k := Key{Cols: indexes(cols, visible), Lax: p.key.lax, When: &When{i, p.when.op, p.when.lit}, Steps: w.steps([]fact{p.fact()}), Strength: p.key.why.weakest()}
				y := w.follows(r, nn).saying(dependency(fd{from: cols.with(p.tids...), to: r.tids, lax: k.Lax}), r.at)
				k.Evidence = w.exported(r, proof.Partial, k.Cols, []int{i}, p.when.op+" "+p.when.lit, p.fact(), dependency(fd{cols.with(p.tids...), r.tids, k.Lax, y}),
					dependency(fd{cols, p.key.cols, false, w.closureOf(r, cols, p.key.cols)}))
				k.Evidence = k.Evidence.claiming(k.Lax)
				out = append(out, k)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Key) int {
		if better(a, b) {
			return -1
		}
		if better(b, a) {
			return 1
		}
		return slices.Compare(a.Cols, b.Cols)
	})
	return out
}

func subset(a, b []int) bool {
	for _, x := range a {
		if !slices.Contains(b, x) {
			return false
		}
	}
	return true
}

// view shows the facts of a relation by the columns that can be seen of it.
type view struct {
	w       *World
	r       *rel
	visible map[Col]int
	known   map[Col]set // what hidden columns are shown by; nil for nothing
}

func (w *World) view(r *rel, visible map[Col]int) *view {
	return &view{w, r, visible, map[Col]set{}}
}

// shown replaces hidden columns of a key by visible ones that determine them.
func (v *view) shown(k set) (set, bool) {
	var out set
	for _, c := range k {
		if _, ok := v.visible[c]; ok {
			out = out.with(c)
			continue
		}
		if _, konst := v.r.consts[c]; konst || v.w.cols[c].fixed {
			continue
		}
		by, asked := v.known[c]
		if !asked {
			by = v.hidden(c)
			v.known[c] = by
		}
		if by == nil {
			return nil, false
		}
		out = out.with(by...)
	}
	return out, true
}

// hidden returns the visible columns that determine c.
func (v *view) hidden(c Col) set {
	if s := v.standIn(c); s != 0 {
		return set{s}
	}
	col := &v.w.cols[c]
	if !col.deterministic() {
		return nil
	}
	var out set
	for _, i := range col.in {
		if _, ok := v.visible[i]; !ok {
			return nil
		}
		out = out.with(i)
	}
	return out
}

// standIn returns a visible column that determines c alone, 0 if there is none.
func (v *view) standIn(c Col) Col {
	sees := func(x Col) bool { _, ok := v.visible[x]; return ok }
	for _, p := range v.r.eq {
		if p.a == c && sees(p.b) {
			return p.b
		}
		if p.b == c && sees(p.a) {
			return p.a
		}
	}
	for _, f := range v.r.fds {
		if len(f.from) == 1 && !f.lax && slices.Contains(f.to, c) && sees(f.from[0]) {
			return f.from[0]
		}
	}
	for _, oc := range v.r.cols {
		if x := oc.col; v.w.madeOf(x, c, 0) && sees(x) && v.w.reach(v.r, set{x}).known(c) {
			return x
		}
	}
	return 0
}

// madeOf reports whether c is an input of v, through expressions that can keep
// the values of their inputs apart.
func (w *World) madeOf(v, c Col, depth int) bool {
	col := &w.cols[v]
	if depth > maxDepth || col.class != Hashed && col.class != Injective && !col.fallsBack() {
		return false
	}
	return slices.ContainsFunc(col.in, func(i Col) bool { return i == c || w.madeOf(i, c, depth+1) })
}

// exportKey proves that cols are a key, strict or else lax, drops what it does
// not need, and writes the proof down.
func (w *World) exportKey(r *rel, cols set, visible map[Col]int) (Key, bool) {
	lax := false
	reach := w.reach(r, cols)
	if !reach.all(r.tids) {
		lax = true
		if reach = w.reachNotNull(r, cols, cols); !reach.all(r.tids) {
			return Key{}, false
		}
	}
	for i := 0; i < len(cols) && len(cols) > 1 && len(cols) <= maxLessened; {
		less := cols.without(cols[i])
		nn := set(nil)
		if lax {
			nn = less
		}
		if c := w.reachNotNull(r, less, nn); c.all(r.tids) {
			cols, reach = less, c
			continue
		}
		i++
	}
	f := fd{cols, r.tids, lax, nil}
	f.why = w.because(sql.Span{}, proof.Known, reach.proof(r.tids)...).saying(dependency(f), r.at)
	k := Key{Cols: indexes(cols, visible), Lax: lax, Steps: w.steps([]fact{dependency(f)}), Strength: f.why.weakest()}
	k.Evidence = w.exported(r, proof.Key, k.Cols, nil, "", dependency(f))
	k.Evidence = k.Evidence.claiming(lax)
	return k, true
}

func indexes(cols set, visible map[Col]int) []int {
	out := make([]int, len(cols))
	for i, c := range cols {
		out[i] = visible[c]
	}
	slices.Sort(out)
	return out
}

// maxFDWidth bounds the columns of a relation whose dependencies are exported.
const maxFDWidth = 120

// maxFDsOut bounds the dependencies of a summary.
const maxFDsOut = 40

func (w *World) exportFDs(r *rel, visible map[Col]int, keys []Key) []FD {
	out := w.copies(r, visible)
	if len(visible) > maxFDWidth {
		return out
	}
	seen := map[string]bool{}
	for _, cols := range w.determinants(r, visible) {
		if len(out) >= maxFDsOut || seen[patternKey("", cols)] {
			continue
		}
		seen[patternKey("", cols)] = true
		from := indexes(cols, visible)
		if slices.ContainsFunc(keys, func(k Key) bool { return !k.Lax && k.When == nil && subset(k.Cols, from) }) {
			continue // a key says so already
		}
		reach := w.reach(r, cols)
		var to []int
		var known set
		for _, c := range sortedCols(visible) {
			if i := visible[c]; !slices.Contains(from, i) && reach.known(c) {
				to = append(to, i)
				known = append(known, c)
			}
		}
		if len(to) > 0 {
			slices.Sort(to)
			f := dependency(fd{cols, known, false, w.closureOf(r, cols, known)})
			out = append(out, FD{from, to, w.steps([]fact{f}), w.exported(r, proof.Depends, from, to, "", f)})
		}
	}
	return out
}

// copies are the dependencies between output columns that are equal: one column
// under two names, or two that a condition equates.
func (w *World) copies(r *rel, visible map[Col]int) []FD {
	var out []FD
	both := func(i, k int, fs ...fact) {
		a, b, steps := []int{i}, []int{k}, w.steps(fs)
		out = append(out, FD{a, b, steps, w.exported(r, proof.Depends, a, b, "", fs...)}, FD{b, a, steps, w.exported(r, proof.Depends, b, a, "", fs...)})
	}
	for i, c := range r.cols {
		if first := visible[c.col]; first != i && len(out) < maxFDsOut {
			both(first, i)
		}
	}
	for _, p := range r.eq {
		i, ok1 := visible[p.a]
		k, ok2 := visible[p.b]
		if ok1 && ok2 && i != k && len(out) < maxFDsOut {
			both(i, k, p.fact())
		}
	}
	return out
}

// determinants are the sets of output columns that may determine others: those
// that a dependency starts from, those that an expression is made of, and the
// expressions that tell their inputs.
func (w *World) determinants(r *rel, visible map[Col]int) []set {
	var out []set
	add := func(cols set) {
		for _, c := range cols {
			if _, ok := visible[c]; !ok {
				return
			}
		}
		if len(cols) > 0 {
			out = append(out, cols)
		}
	}
	for _, f := range r.fds {
		if !f.lax {
			add(f.from)
		}
	}
	for _, c := range sortedCols(visible) {
		col := &w.cols[c]
		if !col.deterministic() || col.cutoff {
			continue
		}
		add(newSet(col.in...))
		if col.class == Injective || col.class == Hashed {
			add(set{c})
		}
	}
	return out
}

// maxSteps bounds the lines of a printed proof.
const maxSteps = 5

// steps writes evidence down as at most five lines, causes first.
func (w *World) steps(fs []fact) []Step {
	var out []Step
	seen := map[*why]bool{}
	var visit func(y *why)
	visit = func(y *why) {
		if y == nil || seen[y] {
			return
		}
		seen[y] = true
		for _, f := range y.premises() {
			visit(f.why)
		}
		if y.given != nil && len(y.given.steps) > 0 {
			out = append(out, y.given.steps...)
			return
		}
		if text := w.sentence(y); text != "" {
			out = append(out, Step{text, w.Place(y.span), y.strength})
		}
	}
	for _, f := range fs {
		visit(f.why)
	}
	return shortened(compactSteps(out))
}

// sentence says a step in words, empty if it is not printed.
func (w *World) sentence(y *why) string {
	word := y.word
	if y.rule.Quotes() {
		word = oneLine(w.Text(y.span))
	}
	var from []string
	if y.rule.Names() {
		from = w.names(y.says.from)
	}
	return y.rule.Sentence(from, word)
}

// shortened keeps at most five lines of a proof. The weakest fact stays among them: it
// is what the proof stands on.
func shortened(out []Step) []Step {
	if len(out) <= maxSteps {
		return out
	}
	weak := 0
	for i, s := range out {
		if s.Strength < out[weak].Strength {
			weak = i
		}
	}
	head := out[:maxSteps-1]
	if weak >= maxSteps-1 {
		head[len(head)-1] = out[weak]
	}
	return append(slices.Clone(head), out[len(out)-1])
}

func compactSteps(in []Step) []Step {
	var out []Step
	for _, s := range in {
		if !slices.ContainsFunc(out, func(o Step) bool {
			return o.Text == s.Text && o.Place.File == s.Place.File && o.Place.Span == s.Place.Span
		}) {
			out = append(out, s)
		}
	}
	return out
}

// maxOrigins bounds the lineage of one column.
const maxOrigins = 24

// origins returns the leaf columns that c is computed from.
func (w *World) origins(c Col) []Origin {
	var out []Origin
	seen := map[Col]bool{}
	var visit func(c Col, class Class)
	visit = func(c Col, class Class) {
		if c <= 0 || seen[c] || len(out) >= maxOrigins || len(seen) > 2000 {
			return
		}
		seen[c] = true
		col := &w.cols[c]
		class = max(class, col.class)
		switch {
		case col.leaf != nil:
			o := Origin{col.leaf.Relation.ID, col.leaf.Relation.Name, col.leaf.Column, class}
			if !slices.Contains(out, o) {
				out = append(out, o)
			}
		case col.from > 0:
			visit(col.from, class)
		default:
			for _, i := range col.in {
				visit(i, class)
			}
		}
	}
	visit(c, Identity)
	return out
}
