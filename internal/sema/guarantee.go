package sema

import "slices"

// replacedKeys returns the keys of the query that hold in the table as well when
// that is loaded in batches: both the full refresh and the batch are proven to
// have one row per key, and the strategy removes the rows of the table that a
// row of the batch could share its key with.
func (m *Model) replacedKeys() []Key {
	full, run := m.Full(), m.Run()
	if full == nil || full.World == nil || full.World.Output == nil || run == nil || run.Output == nil {
		return nil
	}
	var out []Key
	base := full.World.Output
	for _, k := range base.Keys {
		names := base.Names(k.Cols)
		by, ok := m.removesBy(names)
		if k.When != nil || !ok || !run.Output.HasKey(run.Output.indexes(names, m.Dialect), true) {
			continue
		}
		// Rows with a NULL in what is replaced by find none, and come in again.
		k.Lax = k.Lax || !base.allNotNull(base.indexes(by, m.Dialect))
		out = append(out, k)
	}
	return out
}

// removesBy returns the columns by which the strategy removes rows of the table,
// if two rows that agree on names agree on these: of such rows no run leaves one
// that is older than the batch.
//
// A merge must go by the key itself: what it does with several rows of a batch
// for one row of the table is not to be relied on. A delete+insert may go by a
// part of it. What is inserted only, or replaced by a range of time that the
// query need not keep to, guarantees nothing.
func (m *Model) removesBy(names []string) (by []string, ok bool) {
	switch m.Strategy().Effect {
	case Upsert, DeleteInsert:
		key, _, known := m.Node.UniqueKey()
		if !known || len(key) == 0 {
			return nil, false
		}
		if m.Strategy().Effect == Upsert {
			return key, m.isKey(key, names)
		}
		return key, m.within(key, names)
	case OverwriteAll:
		return nil, true
	case OverwriteParts:
		for _, setting := range layouts {
			m.eachPartition(setting, func(name string, _ timeGrain) { by = append(by, name) })
		}
		return by, len(by) > 0 && m.within(by, names)
	}
	return nil, false
}

// within reports whether all of some columns are among others.
func (m *Model) within(cols, names []string) bool {
	return !slices.ContainsFunc(cols, func(c string) bool {
		return !slices.ContainsFunc(names, func(n string) bool { return m.Dialect.FoldName(n, false) == m.Dialect.FoldName(c, false) })
	})
}
