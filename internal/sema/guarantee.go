package sema

// Kept returns the keys that hold in a table which is loaded in batches, whatever
// arrives: those that each query has, of the full refresh and of the batch, and
// that the load keeps from one run to the next.
//
//   - Rows replaced by a key that is unique in each batch: that key.
//   - All rows with one key deleted before the batch is inserted, single rows or
//     whole partitions: rows with one key come from one batch, so a key of the
//     batch that holds it is one of the table. (Any key of the batch together with
//     it is one too; but what names more than rows need is no grain to judge joins
//     by.)
//   - Rows appended that the table does not hold, by columns of a key: that key.
//
// A row with a NULL in the load's key is not found again: the keys are lax unless
// there is none. Predicates that leave rows alone keep no key.
func (m *Model) Kept(l Load) []Key {
	full, run := m.certain(false), m.certain(true)
	if full == nil || run == nil || len(l.Predicates) > 0 {
		return nil
	}
	k := keeper{m: m, full: full, run: run}
	by := k.full.indexes(l.Key, m.Dialect)
	switch {
	case l.Effect == Append:
		return k.appended(m.notHeld())
	case l.Effect == OverwriteAll:
		return k.keys(nil, func([]int) bool { return true })
	case len(by) == 0:
		return nil
	case l.Effect == Upsert:
		return k.keys(by, func(cols []int) bool { return subset(cols, by) && subset(by, cols) })
	case l.Effect == DeleteInsert, l.Effect == OverwriteParts:
		return k.keys(by, func(cols []int) bool { return subset(by, cols) })
	}
	return nil
}

// keeper collects the keys of a table.
type keeper struct {
	m         *Model
	full, run *Summary
}

// keys returns the keys of both queries that fit; rows without a value in the
// columns of by are exempt.
func (k *keeper) keys(by []int, fits func(cols []int) bool) []Key {
	var out []Key
	for _, key := range k.full.Keys {
		if key.When != nil || !fits(key.Cols) {
			continue
		}
		in := k.run.indexes(k.full.Names(key.Cols), k.m.Dialect)
		if len(in) < len(key.Cols) || !k.run.HasKey(in, true) {
			continue
		}
		lax := key.Lax || !k.run.HasKey(in, false) || !k.full.allNotNull(by) || !k.run.allNotNull(k.run.indexes(k.full.Names(by), k.m.Dialect))
		key.Evidence = k.loaded(key, in, by, lax)
		key.Lax = lax
		out = append(out, key)
	}
	return out
}

// appended returns the keys that hold the columns by which rows are left out that
// the table has.
func (k *keeper) appended(names []string) []Key {
	held := k.full.indexes(names, k.m.Dialect)
	if len(held) == 0 {
		return nil
	}
	var out []Key
	for _, key := range k.keys(nil, func(cols []int) bool { return subset(held, cols) }) {
		if !key.Lax && !k.full.allNotNull(held) {
			key.Lax = true
			key.Evidence = key.Evidence.claiming(true)
		}
		out = append(out, key)
	}
	return out
}

// notHeld returns columns of the table by which every row of a batch is one that
// it does not hold; nil if there are none.
func (m *Model) notHeld() []string {
	p := &prover{m: m, w: m.Run()}
	for _, g := range m.Guards() {
		if !g.Block.InExpr {
			p.guards = append(p.guards, g)
		}
	}
	if p.w == nil || p.w.out == nil || p.w.truncated || len(p.guards) == 0 {
		return nil
	}
	p.grow()
	if p.flow() != nil || len(p.streams) != 1 || p.streams[0].scan == nil {
		return nil
	}
	s := p.streams[0]
	for _, g := range s.guards {
		if p.kindOf(g) != notHeld || g.Clause != Where {
			continue
		}
		if names, ok := p.heldColumns(s, g); ok {
			return names
		}
	}
	return nil
}

// heldColumns returns the columns of the table that a notHeld guard compares, if
// what it compares them with becomes these columns.
func (p *prover) heldColumns(s *stream, g placed) ([]string, bool) {
	own, held, sel, ok := p.compared(g)
	t, isTable := tableOf(sel)
	if !ok || !isTable || !p.w.isThis(t) || notExists(g.Expr) == nil && sel.Where != nil {
		return nil, false
	}
	var out []string
	for i, c := range own {
		name := held[i].Parts[len(held[i].Parts)-1]
		col, found := p.w.out.named(p.w.Dialect.Fold(name))
		if x, ok := p.into(s, col, g.rel.tids); !found || !ok || x != c {
			return nil, false
		}
		out = append(out, name.Name)
	}
	return out, len(out) > 0
}
