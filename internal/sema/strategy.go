package sema

import "slices"

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

// adapter is one row of what adapters do with incremental strategies, read from
// the adapters' own sources in 2026 (dbt-adapters, dbt-databricks, dbt-duckdb,
// dbt-trino, dbt-athena, dbt-clickhouse, dbt-fabric, dbt-sqlserver).
type adapter struct {
	valid []string
	// keyed and keyless are the default strategy with and without a unique_key.
	keyed, keyless string
	// overwrite and whole are what insert_overwrite does with partitions and
	// without: some replace the table, some insert, some refuse (UnknownEffect).
	overwrite, whole Effect
	// batch is what microbatch does with a unique_key, where that is no
	// replacement of the batch's range of time.
	batch Effect
	// needsKey are strategies that fail without a unique_key, refusesKey those
	// that fail with one.
	needsKey, refusesKey []string
	// keyIgnored are strategies that take no notice of a unique_key.
	keyIgnored []string
	// nullSafe adapters match NULL with NULL when they look for a key.
	nullSafe bool
	// loose adapters accept other names, as custom strategies, with a log line.
	loose bool
}

var adapters = map[string]adapter{
	"postgres": {valid: []string{"append", "delete+insert", "merge", "microbatch"}, keyed: "delete+insert", keyless: "append",
		batch: Upsert, needsKey: []string{"microbatch"}, keyIgnored: []string{"append"}},
	"redshift": {valid: []string{"append", "delete+insert", "merge", "microbatch"}, keyed: "delete+insert", keyless: "append",
		keyIgnored: []string{"append", "microbatch"}},
	"snowflake": {valid: []string{"append", "merge", "delete+insert", "microbatch", "insert_overwrite"}, keyed: "merge", keyless: "merge",
		overwrite: OverwriteAll, whole: OverwriteAll, keyIgnored: []string{"append", "microbatch", "insert_overwrite"}},
	"bigquery": {valid: []string{"merge", "insert_overwrite", "microbatch"}, keyed: "merge", keyless: "merge",
		overwrite: OverwriteParts, keyIgnored: []string{"microbatch", "insert_overwrite"}},
	"databricks": {valid: []string{"append", "merge", "insert_overwrite", "replace_where", "delete+insert", "microbatch"}, keyed: "merge", keyless: "merge",
		overwrite: OverwriteParts, whole: OverwriteAll, needsKey: []string{"delete+insert"},
		keyIgnored: []string{"append", "microbatch", "replace_where"}, nullSafe: true, loose: true},
	"spark": {valid: []string{"append", "merge", "insert_overwrite", "microbatch"}, keyed: "append", keyless: "append",
		overwrite: OverwriteParts, whole: OverwriteAll, keyIgnored: []string{"append", "microbatch", "insert_overwrite"}},
	"duckdb": {valid: []string{"append", "delete+insert", "merge", "microbatch"}, keyed: "delete+insert", keyless: "delete+insert",
		refusesKey: []string{"microbatch"}, keyIgnored: []string{"append"}},
	"trino": {valid: []string{"append", "merge", "delete+insert", "microbatch"}, keyed: "append", keyless: "append",
		keyIgnored: []string{"append", "microbatch"}},
	"athena": {valid: []string{"append", "insert_overwrite", "merge", "microbatch"}, keyed: "insert_overwrite", keyless: "insert_overwrite",
		overwrite: OverwriteParts, whole: Append, keyIgnored: []string{"append", "insert_overwrite"}},
	"clickhouse": {valid: []string{"append", "delete_insert", "delete+insert", "legacy", "insert_overwrite", "microbatch"}, keyed: "delete_insert", keyless: "delete_insert",
		overwrite: OverwriteParts, refusesKey: []string{"insert_overwrite"}, keyIgnored: []string{"append"}},
	"sqlserver": {valid: []string{"append", "delete+insert", "merge", "microbatch"}, keyed: "merge", keyless: "append", keyIgnored: []string{"append"}},
	"fabric": {valid: []string{"append", "delete+insert", "merge", "microbatch"}, keyed: "merge", keyless: "append",
		batch: Upsert, keyIgnored: []string{"append"}},
}

// Strategy is what is known of how an incremental model is loaded.
type Strategy struct {
	Name     string // as set, or the adapter's default; empty if neither is known
	Explicit bool
	// Known is false when the name is computed by a template or the adapter is
	// not one of the table.
	Known  bool
	Effect Effect

	adapter adapter
}

// Layout is what of a model's configuration a strategy looks at, beside its name.
type Layout struct {
	Keyed bool // it has a unique_key
	// Partitioned is set when it is partitioned or clustered, or may be.
	Partitioned bool
}

// StrategyFor returns what adapter does with an explicit strategy (empty when
// none is set) for a model of a layout.
func StrategyFor(adapterName, explicit string, l Layout) Strategy {
	a, ok := adapters[adapterName]
	s := Strategy{Name: explicit, Explicit: explicit != "", adapter: a}
	if explicit == "" {
		if !ok {
			return s
		}
		s.Name = a.keyless
		if l.Keyed {
			s.Name = a.keyed
		}
	}
	s.Known = true
	s.Effect = a.effect(s.Name, l)
	if ok && (!slices.Contains(a.valid, s.Name) || !l.Keyed && s.NeedsKey() || l.Keyed && s.RefusesKey()) {
		s.Effect = UnknownEffect
	}
	if adapterName == "clickhouse" && !l.Keyed && s.Name == "microbatch" {
		s.Effect = Append // whatever the strategy, before any validation
	}
	return s
}

func (a adapter) effect(name string, l Layout) Effect {
	switch name {
	case "append":
		return Append
	case "merge":
		if l.Keyed {
			return Upsert
		}
		return Append
	case "delete+insert", "delete_insert", "legacy":
		if l.Keyed {
			return DeleteInsert
		}
		return Append
	case "insert_overwrite":
		if !l.Partitioned {
			return a.whole
		}
		return a.overwrite
	case "microbatch":
		if l.Keyed && a.batch != UnknownEffect {
			return a.batch
		}
		return ReplaceRange
	}
	return UnknownEffect
}

// NeedsKey reports whether the adapter refuses the strategy without a unique_key.
func (s Strategy) NeedsKey() bool { return slices.Contains(s.adapter.needsKey, s.Name) }

// RefusesKey reports whether the adapter refuses the strategy with a unique_key.
func (s Strategy) RefusesKey() bool { return slices.Contains(s.adapter.refusesKey, s.Name) }

// IgnoresKey reports whether the strategy takes no notice of a unique_key.
func (s Strategy) IgnoresKey() bool { return slices.Contains(s.adapter.keyIgnored, s.Name) }

// NullSafe reports whether a NULL in the key finds the NULL in the table.
func (s Strategy) NullSafe() bool { return s.adapter.nullSafe }

// ValidStrategies returns the strategies that an adapter accepts; ok is false
// for an adapter that is not in the table. A loose adapter takes other names
// for custom strategies.
func ValidStrategies(adapterName string) (names []string, loose, ok bool) {
	a, ok := adapters[adapterName]
	return a.valid, a.loose, ok
}

// KnownStrategy reports whether some adapter has the strategy.
func KnownStrategy(name string) bool {
	for _, a := range adapters {
		if slices.Contains(a.valid, name) {
			return true
		}
	}
	return false
}
