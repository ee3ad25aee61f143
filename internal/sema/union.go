package sema

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dbtvet/dbtvet/internal/proof"
)

// unionAll puts the branches' rows together. A key survives when the branches
// cannot share a value of it: when a column is a different constant in each, or
// the branches are filtered to disjoint values of it.
func (w *World) unionAll(so *SetOp, byName bool) *rel {
	tid := w.mintTid(nil)
	out := newRel(tid)
	out.at.op = proof.Union
	for _, b := range so.Branches {
		out.at.more = append(out.at.more, b.rel.at)
	}
	out.row(tid)
	out.card = Card{0, 0}
	for _, b := range so.Branches {
		out.card.Min = max(out.card.Min, b.rel.card.Min)
		if out.card.Max += b.rel.card.Max; out.card.Max > Many {
			out.card.Max = Many
		}
		if b.rel.open != nil {
			out.open = unknownOpen(w, b.rel.open)
		}
	}
	cols := so.Branches[0].rel.cols
	if byName {
		cols = allNames(so)
	}
	pos := make([][]Col, 0, len(cols)) // per output column, its column in each branch
	for i, c := range cols {
		row, ok := w.position(so, i, c, byName)
		if !ok {
			if out.open == nil {
				out.open = unknownColumns(w, "the branches of a set operation do not line up", nil)
			}
			continue
		}
		old := w.cols[c.col]
		class := Identity
		n := w.mint(column{name: old.name, class: class, in: row, via: out.at, tids: []Col{tid}, cutoff: true})
		if from := w.unionNotNull(so, row); from != nil {
			out.fill(n, w.because(so.Node.OpSpan, proof.BranchFilled, from...))
		}
		if k, ok := w.unionConst(so, row); ok {
			out.fix(n, k)
		}
		c.col = n
		out.cols = append(out.cols, c)
		pos = append(pos, row)
	}
	w.unionEqual(so, out, pos)
	w.unionKeys(so, out, pos)
	w.unionLiterals(so, out, pos)
	return out
}

// allNames returns the columns of UNION BY NAME: those of the first branch, then
// what others add.
func allNames(so *SetOp) []outCol {
	var out []outCol
	for _, b := range so.Branches {
		for _, c := range b.rel.cols {
			if !slices.ContainsFunc(out, func(o outCol) bool { return o.fold == c.fold }) {
				out = append(out, c)
			}
		}
	}
	return out
}

func (w *World) position(so *SetOp, i int, c outCol, byName bool) ([]Col, bool) {
	row := make([]Col, len(so.Branches))
	for k, b := range so.Branches {
		switch {
		case byName:
			col, ok := b.rel.named(c.fold)
			if !ok && b.rel.open != nil {
				return nil, false
			}
			if !ok {
				col = w.null()
			}
			row[k] = col
		case b.rel.open != nil && k > 0, i >= len(b.rel.cols):
			// Positions after a star that is not expanded are not known; equal
			// names at equal positions are taken for the same.
			if i < len(b.rel.cols) && b.rel.cols[i].fold == c.fold && c.fold != "" {
				row[k] = b.rel.cols[i].col
				continue
			}
			return nil, false
		default:
			row[k] = b.rel.cols[i].col
		}
	}
	return row, true
}

// unionNotNull returns that a column is never NULL in any branch, nil if it may be.
func (w *World) unionNotNull(so *SetOp, row []Col) []fact {
	out := make([]fact, len(row))
	for k, b := range so.Branches {
		if b.rel.notNull[row[k]] == nil {
			return nil
		}
		out[k] = b.rel.filledFact(row[k])
	}
	return out
}

// constOf returns the constant that c is in r.
func (w *World) constOf(r *rel, c Col) (string, bool) {
	if k, ok := r.consts[c]; ok && k.lit != "" {
		return k.lit, true
	}
	if col := &w.cols[c]; col.fixed && col.lit != "" {
		return col.lit, true
	}
	return "", false
}

func (w *World) unionConst(so *SetOp, row []Col) (constant, bool) {
	lit, ok := w.constOf(so.Branches[0].rel, row[0])
	if !ok {
		return constant{}, false
	}
	var from []fact
	for k, b := range so.Branches {
		if l, ok := w.constOf(b.rel, row[k]); !ok || l != lit {
			return constant{}, false
		}
		if _, ok := b.rel.consts[row[k]]; ok {
			from = append(from, b.rel.constFact(row[k]))
		}
	}
	return constant{lit: lit, null: lit == "null", why: w.because(so.Node.OpSpan, proof.BranchConstant, from...)}, true
}

// unionEqual finds columns of a UNION ALL that are equal in every branch.
func (w *World) unionEqual(so *SetOp, out *rel, pos [][]Col) {
	first := map[string]int{}
	for i, row := range pos {
		var key strings.Builder
		for k, b := range so.Branches {
			key.WriteString(strconv.Itoa(int(b.rel.same(row[k]))))
			key.WriteByte(' ')
		}
		k, seen := first[key.String()]
		if !seen {
			first[key.String()] = i
			continue
		}
		a, b := out.cols[k].col, out.cols[i].col
		out.addFD(fd{set{a}, []Col{b}, false, w.equalInBranches(so, pos, k, i)})
		out.addFD(fd{set{b}, []Col{a}, false, w.equalInBranches(so, pos, i, k)})
	}
}

// same returns the column that stands for those that c is equal to.
func (r *rel) same(c Col) Col {
	for range 4 {
		next := c
		for _, p := range r.eq {
			switch c {
			case p.a:
				next = min(next, p.b)
			case p.b:
				next = min(next, p.a)
			}
		}
		if next == c {
			break
		}
		c = next
	}
	return c
}

// maxBranches bounds the branches that are compared with each other.
const maxBranches = 40

// unionKeys finds keys of a UNION ALL: the columns that tell its branches apart,
// with columns that are a key of every branch. Among the rows that agree on what
// tells the branches apart, dependencies hold that hold in every branch.
func (w *World) unionKeys(so *SetOp, out *rel, pos [][]Col) {
	marks, ok := w.marks(so, pos)
	if !ok {
		return
	}
	var mark set
	for _, i := range marks {
		mark = mark.with(out.cols[i].col)
		w.cols[out.cols[i].col].teller = len(marks) == 1
	}
	for _, cand := range w.branchKeys(so, pos) {
		k := slices.Clone(mark)
		for _, i := range cand {
			k = k.with(out.cols[i].col)
		}
		y := w.inBranches(so, proof.BranchKey, pos, cand, nil)
		y.word = Tuple(w.names(mark))
		y.apart(w, so, pos, marks)
		out.addStrict(k, y)
	}
	w.branchFDs(so, out, pos, marks, mark)
}

// marks returns positions at which no two branches have the same values.
func (w *World) marks(so *SetOp, pos [][]Col) ([]int, bool) {
	for i, row := range pos {
		if w.disjoint(so, row) {
			return []int{i}, true
		}
	}
	if len(so.Branches) > maxBranches {
		return nil, false
	}
	var marks []int
	for i := range so.Branches {
		for k := range so.Branches[:i] {
			apart := func(p int) bool { return w.branchesApart(so, i, k, pos[p]) }
			if slices.ContainsFunc(marks, apart) {
				continue
			}
			p := 0
			for p < len(pos) && !apart(p) {
				p++
			}
			if p == len(pos) {
				return nil, false
			}
			marks = append(marks, p)
		}
	}
	return marks, len(marks) > 0
}

// branchKeys returns sets of positions that are strict keys of every branch.
func (w *World) branchKeys(so *SetOp, pos [][]Col) [][]int {
	var out [][]int
	starts := [][]int{nil}
	for b := range so.Branches[:min(3, len(so.Branches))] {
		starts = append(starts, w.positionKeys(so, b, pos)...)
	}
	for _, cand := range starts {
		if len(out) >= 4 {
			break
		}
		cand, ok := w.widen(so, cand, pos)
		if ok && !slices.ContainsFunc(out, func(o []int) bool { return subset(o, cand) }) {
			out = append(out, cand)
		}
	}
	return out
}

// widen adds to positions what the branches need to be unique by them.
func (w *World) widen(so *SetOp, cand []int, pos [][]Col) ([]int, bool) {
	cand = slices.Clone(cand)
	for b := range so.Branches {
		if w.identifies(so.Branches[b].rel, branchSet(cand, pos, b)) {
			continue
		}
		more := w.positionKeys(so, b, pos)
		if len(more) == 0 {
			return nil, false
		}
		for _, i := range more[0] {
			if !slices.Contains(cand, i) {
				cand = append(cand, i)
			}
		}
	}
	slices.Sort(cand)
	return cand, true
}

// positionKeys returns the strict keys of a branch as positions.
func (w *World) positionKeys(so *SetOp, b int, pos [][]Col) [][]int {
	r := so.Branches[b].rel
	visible := map[Col]int{}
	for i, row := range pos {
		if _, ok := visible[row[b]]; !ok {
			visible[row[b]] = i
		}
	}
	v := w.view(r, visible)
	var out [][]int
	for _, k := range r.keys {
		cols, ok := v.shown(k.cols)
		if ok && w.identifies(r, cols) {
			out = append(out, indexes(cols, visible))
		}
	}
	return out
}

func branchSet(cand []int, pos [][]Col, b int) set {
	var s set
	for _, i := range cand {
		s = s.with(pos[i][b])
	}
	return s
}

// inBranches is evidence that rests on what each branch says of its own: that the
// columns at positions from determine those at to, or all its rows.
func (w *World) inBranches(so *SetOp, rule proof.Rule, pos [][]Col, from, to []int) *why {
	y := w.because(so.Node.OpSpan, rule)
	y.later = func(fact) []fact {
		var out []fact
		for i, b := range so.Branches {
			cols, known := branchSet(from, pos, i), []Col(branchSet(to, pos, i))
			if to == nil {
				known = b.rel.tids
			}
			out = append(out, dependency(fd{cols, known, false, w.closureOf(b.rel, cols, known)}))
		}
		return out
	}
	return y
}

// equalInBranches is evidence that the columns at positions i and k are equal in
// each branch.
func (w *World) equalInBranches(so *SetOp, pos [][]Col, i, k int) *why {
	y := w.because(so.Node.OpSpan, proof.BranchEqual)
	y.later = func(fact) []fact {
		var out []fact
		for b, branch := range so.Branches {
			if pos[i][b] == pos[k][b] {
				continue
			}
			for _, p := range branch.rel.eq {
				if branch.rel.same(p.a) == branch.rel.same(pos[i][b]) {
					out = append(out, p.fact())
				}
			}
		}
		return out
	}
	return y
}

// apart adds that no two branches have the same values at the positions of marks.
func (y *why) apart(w *World, so *SetOp, pos [][]Col, marks []int) {
	same := y.later
	y.later = func(says fact) []fact { return append(same(says), w.apartFacts(so, pos, marks)...) }
}

// apartFacts says why no two branches have the same values at the positions of
// marks.
func (w *World) apartFacts(so *SetOp, pos [][]Col, marks []int) []fact {
	var out []fact
	said := func(rule proof.Rule, cols []Col, from ...fact) {
		f := fact{fd: fd{to: cols}, kind: proof.Apart}
		f.why = w.because(so.Node.OpSpan, rule, from...).saying(f, so.Branches[0].rel.at)
		out = append(out, f)
	}
	for _, p := range marks {
		if w.labelled(so, pos[p]) {
			var from []fact
			for k, b := range so.Branches {
				from = append(from, constFacts(b.rel, pos[p][k])...)
			}
			said(proof.ApartLiterals, pos[p], from...)
			return out
		}
	}
	for i, a := range so.Branches {
		for k, b := range so.Branches[:i] {
			for _, p := range marks {
				c, d := pos[p][i], pos[p][k]
				if !w.branchesApart(so, i, k, pos[p]) {
					continue
				}
				x, ok1 := w.constOf(a.rel, c)
				y, ok2 := w.constOf(b.rel, d)
				conds := func() (from []fact) {
					for _, o := range slices.Concat(condsOn(a.rel, c), condsOn(b.rel, d)) {
						from = append(from, o.fact())
					}
					return from
				}
				switch cols := []Col{c, d}; {
				case ok1 && ok2 && literalsDiffer(x, y):
					said(proof.ApartLiterals, cols, append(constFacts(a.rel, c), constFacts(b.rel, d)...)...)
				case x == "null" && b.rel.notNull[d] != nil:
					said(proof.ApartNull, cols, append(constFacts(a.rel, c), b.rel.filledFact(d))...)
				case y == "null" && a.rel.notNull[c] != nil:
					said(proof.ApartNull, []Col{d, c}, append(constFacts(b.rel, d), a.rel.filledFact(c))...)
				case contradict(condsOn(a.rel, c), condsOn(b.rel, d)):
					said(proof.ApartConditions, cols, conds()...)
				case w.seedsApart(c, d):
					said(proof.ApartSeeds, cols)
				default:
					f, ok := w.keptOut(a, c, b.rel, d)
					if !ok {
						f, _ = w.keptOut(b, d, a.rel, c)
					}
					out = append(out, f)
				}
				break
			}
		}
	}
	return out
}

// constFacts says that c is constant in r, unless it is a literal.
func constFacts(r *rel, c Col) []fact {
	if _, ok := r.consts[c]; !ok {
		return nil
	}
	return []fact{r.constFact(c)}
}

// branchFDs adds the dependencies of the first branch that hold in all of them,
// among rows that agree on mark, and what is constant in each branch.
func (w *World) branchFDs(so *SetOp, out *rel, pos [][]Col, marks []int, mark set) {
	if len(pos) > maxFDWidth || len(so.Branches) > maxBranches {
		return
	}
	at := map[Col]int{}
	for i, row := range pos {
		at[row[0]] = i
	}
	w.branchFD(so, out, pos, marks, mark, nil)
	n := 0
	for _, f := range so.Branches[0].rel.fds {
		var from []int
		for _, c := range f.from {
			if i, ok := at[c]; ok {
				from = append(from, i)
			}
		}
		if len(from) < len(f.from) || len(from) == 0 || f.lax || n > 8 {
			continue
		}
		n++
		w.branchFD(so, out, pos, marks, mark, from)
	}
}

// branchFD adds what the columns at positions from, with mark, determine because
// they do in each branch.
func (w *World) branchFD(so *SetOp, out *rel, pos [][]Col, marks []int, mark set, from []int) {
	var to []Col
	var at []int
	for i := range pos {
		all := true
		for b := range so.Branches {
			all = all && w.determines(so.Branches[b].rel, branchSet(from, pos, b), set{pos[i][b]})
		}
		if all && !slices.Contains(from, i) && !mark.has(out.cols[i].col) {
			to, at = append(to, out.cols[i].col), append(at, i)
		}
	}
	if len(to) == 0 {
		return
	}
	k := slices.Clone(mark)
	for _, i := range from {
		k = k.with(out.cols[i].col)
	}
	y := w.inBranches(so, proof.BranchDepends, pos, from, at)
	y.apart(w, so, pos, marks)
	out.addFD(fd{k, to, false, y})
}

// disjoint reports whether no two branches can have the same value at row.
func (w *World) disjoint(so *SetOp, row []Col) bool {
	if w.labelled(so, row) {
		return true
	}
	if len(so.Branches) > maxBranches {
		return false
	}
	for i := range so.Branches {
		for k := range so.Branches[:i] {
			if !w.branchesApart(so, i, k, row) {
				return false
			}
		}
	}
	return true
}

// branchesApart reports whether branches i and k have no value in common at row:
// different constants, filters that contradict each other, or an anti-filter of
// one by the values of the other.
func (w *World) branchesApart(so *SetOp, i, k int, row []Col) bool {
	a, b := so.Branches[i], so.Branches[k]
	return w.apart(a.rel, row[i], b.rel, row[k]) || w.keepsOut(a, row[i], b.rel, row[k]) != nil || w.keepsOut(b, row[k], a.rel, row[i]) != nil
}

func (w *World) apart(r *rel, c Col, s *rel, d Col) bool {
	x, ok1 := w.constOf(r, c)
	y, ok2 := w.constOf(s, d)
	if ok1 && ok2 {
		return literalsDiffer(x, y)
	}
	if x == "null" && s.notNull[d] != nil || y == "null" && r.notNull[c] != nil {
		return true
	}
	return contradict(condsOn(r, c), condsOn(s, d)) || w.seedsApart(c, d)
}

func condsOn(r *rel, c Col) []cond {
	var out []cond
	for _, k := range r.conds {
		if k.col == c {
			out = append(out, k)
		}
	}
	return out
}
