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
	overwrite      Effect // of insert_overwrite
	// ignoresKey lists strategies that take no notice of a unique_key.
	ignoresKey []string
	// loose adapters accept other names, as custom strategies, with a log line.
	loose bool
}

var adapters = map[string]adapter{
	"postgres":   {valid: []string{"append", "delete+insert", "merge", "microbatch"}, keyed: "delete+insert", keyless: "append"},
	"redshift":   {valid: []string{"append", "delete+insert", "merge", "microbatch"}, keyed: "delete+insert", keyless: "append"},
	"snowflake":  {valid: []string{"append", "merge", "delete+insert", "microbatch", "insert_overwrite"}, keyed: "merge", keyless: "merge", overwrite: OverwriteAll},
	"bigquery":   {valid: []string{"merge", "insert_overwrite", "microbatch"}, keyed: "merge", keyless: "merge", overwrite: OverwriteParts},
	"databricks": {valid: []string{"append", "merge", "insert_overwrite", "replace_where", "delete+insert", "microbatch"}, keyed: "merge", keyless: "merge", overwrite: OverwriteParts, loose: true},
	"spark":      {valid: []string{"append", "merge", "insert_overwrite", "microbatch"}, keyed: "append", keyless: "append", overwrite: OverwriteParts},
	"duckdb":     {valid: []string{"append", "delete+insert", "merge", "microbatch"}, keyed: "delete+insert", keyless: "delete+insert"},
	"trino":      {valid: []string{"append", "merge", "delete+insert", "microbatch"}, keyed: "append", keyless: "append"},
	"athena":     {valid: []string{"append", "insert_overwrite", "merge", "microbatch"}, keyed: "insert_overwrite", keyless: "insert_overwrite", overwrite: OverwriteParts},
	"clickhouse": {valid: []string{"append", "delete_insert", "delete+insert", "legacy", "insert_overwrite", "microbatch"}, keyed: "delete_insert", keyless: "append", overwrite: OverwriteParts},
	"sqlserver":  {valid: []string{"append", "delete+insert", "merge", "microbatch"}, keyed: "merge", keyless: "append"},
	"fabric":     {valid: []string{"append", "delete+insert", "merge", "microbatch"}, keyed: "merge", keyless: "append"},
}

// Strategy is what is known of how an incremental model is loaded.
type Strategy struct {
	Name     string // as set, or the adapter's default; empty if neither is known
	Explicit bool
	// Known is false when the name is computed by a template or the adapter is
	// not one of the table.
	Known  bool
	Effect Effect
}

// StrategyFor returns what adapter does with an explicit strategy (empty when
// none is set), with or without a unique_key.
func StrategyFor(adapterName, explicit string, keyed bool) Strategy {
	a, ok := adapters[adapterName]
	s := Strategy{Name: explicit, Explicit: explicit != ""}
	if explicit == "" {
		if !ok {
			return s
		}
		s.Name = a.keyless
		if keyed {
			s.Name = a.keyed
		}
	}
	s.Known = true
	s.Effect = effectOf(a, s.Name, keyed)
	if ok && !slices.Contains(a.valid, s.Name) {
		s.Effect = UnknownEffect
	}
	return s
}

func effectOf(a adapter, name string, keyed bool) Effect {
	switch name {
	case "append":
		return Append
	case "merge":
		if keyed {
			return Upsert
		}
		return Append
	case "delete+insert", "delete_insert", "legacy":
		if keyed {
			return DeleteInsert
		}
		return Append
	case "insert_overwrite":
		return a.overwrite
	case "microbatch":
		return ReplaceRange
	}
	return UnknownEffect
}

// ValidStrategies returns the strategies that an adapter accepts; ok is false
// for an adapter that is not in the table. A loose adapter takes other names
// for custom strategies.
func ValidStrategies(adapterName string) (names []string, loose, ok bool) {
	a, ok := adapters[adapterName]
	return a.valid, a.loose, ok
}
