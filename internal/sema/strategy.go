package sema

import (
	"slices"
	"strings"
)

// Effect is what an incremental run does to the table, whatever the strategy is
// called.
type Effect uint8

const (
	UnknownEffect  Effect = iota
	Append                // every row of the batch is inserted, none is removed
	Upsert                // rows of the table with a key of the batch are replaced
	DeleteInsert          // rows with a key of the batch are deleted, the batch is inserted
	OverwriteAll          // the table is replaced by the batch
	OverwriteParts        // the partitions of the batch are replaced
	ReplaceRange          // the time range of the batch is replaced
)

var effects = [...]string{"is not known", "inserts every row of the batch", "replaces rows by key", "deletes rows by key, then inserts", "replaces the whole table", "replaces whole partitions", "replaces a range of time"}

func (e Effect) String() string { return effects[e] }

// Strategy is what is known of how an incremental model is loaded.
type Strategy struct {
	Name     string // as set, or the adapter's default; empty if neither is known
	Explicit bool
	// Known is false when the name is computed by a template or the adapter is
	// not one of the table.
	Known  bool
	Effect Effect

	plan plan
}

// Layout is what of a model's configuration a strategy looks at, beside its name.
type Layout struct {
	Keyed bool // it has a unique_key
	// Partitioned is set when it is partitioned or clustered, or may be.
	Partitioned bool
}

// StrategyFor returns what an adapter does with an explicit strategy (empty when
// none is set) for a model of a layout.
func StrategyFor(adapterName, explicit string, l Layout) Strategy {
	a, ok := adapters()[adapterName]
	s := Strategy{Name: explicit, Explicit: explicit != ""}
	if explicit == "" || explicit == "default" && ok {
		if !ok {
			return s
		}
		s.Name = a.keyless
		if l.Keyed {
			s.Name = a.keyed
		}
	}
	s.Known = true
	if !ok {
		s.Effect = usual(s.Name, l)
		return s
	}
	if p, valid := a.plans[s.Name]; valid {
		s.plan = p
		s.Effect = p.effect(l)
	}
	return s
}

func (p plan) effect(l Layout) Effect {
	switch {
	case p.whole != nil && !l.Partitioned:
		return *p.whole
	case l.Keyed:
		return p.withKey
	}
	return p.keyless
}

// usual is what a strategy does on most adapters, for one that is not known.
func usual(name string, l Layout) Effect {
	switch name {
	case "append":
		return Append
	case "merge":
		if l.Keyed {
			return Upsert
		}
		return Append
	case "delete+insert", "delete_insert":
		if l.Keyed {
			return DeleteInsert
		}
		return Append
	case "microbatch":
		return ReplaceRange
	}
	return UnknownEffect
}

// NeedsKey reports whether the adapter refuses the strategy without a unique_key.
func (s Strategy) NeedsKey() bool { return s.plan.key == keyRequired }

// RefusesKey reports whether the adapter refuses the strategy with a unique_key.
func (s Strategy) RefusesKey() bool { return s.plan.key == keyRefused }

// IgnoresKey reports whether the strategy takes no notice of a unique_key.
func (s Strategy) IgnoresKey() bool { return s.plan.key == keyIgnored }

// NullSafe reports whether a NULL in a key of that many columns finds the NULL
// in the table. flag is dbt's enable_truthy_nulls_equals_macro, which some
// adapters heed for a key that is a single text.
func (s Strategy) NullSafe(columns int, flag bool) bool {
	return s.plan.null == nullSafe || s.plan.null == nullByFlag && flag && columns == 1
}

// NeedsPartitions reports whether the adapter refuses the strategy for a table
// without partitions.
func (s Strategy) NeedsPartitions() bool {
	return s.plan.whole != nil && *s.plan.whole == UnknownEffect
}

// FallsBack reports whether the strategy inserts every row, silently, when the
// table has no partitions.
func (s Strategy) FallsBack() bool { return s.plan.whole != nil && *s.plan.whole == Append }

// IgnoresPredicates and RefusesPredicates report what becomes of
// incremental_predicates under the strategy.
func (s Strategy) IgnoresPredicates() bool { return s.plan.predicates == "dropped" }

// RefusesPredicates reports whether a run with incremental_predicates fails.
func (s Strategy) RefusesPredicates() bool { return s.plan.predicates == "refused" }

// Needs returns the settings that the strategy works with alone, in order.
func (s Strategy) Needs() []Need { return s.plan.needs }

// Need is a setting that a strategy needs to have one of some values.
type Need struct {
	Setting string // the configuration key
	Values  []string
	// Default is the value where none is set; it may be empty.
	Default string
	// Keyed is set when it is needed only for a model with a unique_key.
	Keyed bool
}

// ValidStrategies returns the strategies that an adapter accepts; ok is false
// for an adapter that is not in the table. A loose adapter takes other names
// for custom strategies.
func ValidStrategies(adapterName string) (names []string, loose, ok bool) {
	a, ok := adapters()[adapterName]
	return a.valid, a.loose, ok
}

// KnownStrategy reports whether some adapter has the strategy.
func KnownStrategy(name string) bool {
	for _, a := range adapters() {
		if slices.Contains(a.valid, name) {
			return true
		}
	}
	return false
}

// table is the name under which the table of strategies knows the adapter of a
// model: what an Iceberg table of Athena can do is another matter than what a
// Hive table can. known is false when a template computes it.
func (m *Model) table() (name string, known bool) {
	if m.Adapter.Name != "athena" {
		return m.Adapter.Name, true
	}
	format, known := m.Node.Config.Text("table_type")
	if strings.EqualFold(format, "iceberg") {
		return "athena iceberg", known
	}
	return "athena", known
}

// Strategy returns how an incremental run loads the model.
func (m *Model) Strategy() Strategy {
	name, known := m.Node.Strategy()
	key, _, keyKnown := m.Node.UniqueKey()
	table, sure := m.table()
	if !known || !keyKnown || !sure {
		return Strategy{}
	}
	s := StrategyFor(table, name, Layout{Keyed: len(key) > 0, Partitioned: m.Partitioned()})
	if only, known := m.Node.Config.Bool("inserts_only"); m.Adapter.Name == "clickhouse" && (only || !known) && s.Name != "insert_overwrite" {
		s.Effect, s.plan.key = Append, keyIgnored // the adapter looks at it first
	}
	return s
}

// ValidStrategies returns the strategies that the model's adapter accepts for
// its kind of table, as ValidStrategies of a name does.
func (m *Model) ValidStrategies() (names []string, loose, ok bool) {
	table, known := m.table()
	names, loose, ok = ValidStrategies(table)
	return names, loose, ok && known
}

// layouts are the configuration keys that divide a table into the parts that an
// insert_overwrite replaces.
var layouts = []string{"partition_by", "partitioned_by", "liquid_clustered_by", "auto_liquid_cluster"}

// Partitioned reports whether the table is divided into parts that can be
// replaced one by one, or may be.
func (m *Model) Partitioned() bool {
	return slices.ContainsFunc(layouts, func(key string) bool {
		v, _ := m.Node.Config.Get(key)
		return v != nil
	})
}
