package sema

import (
	"slices"
	"strings"
	"testing"
)

// The table of the adapters once more, written as a reader of their sources
// writes it down: one line per strategy, with what a run does without and with
// a unique_key. `!` is a run that fails, `=` a key that is ignored.
const strategyTable = `
postgres    append          append             append =
postgres    delete+insert   append             delete
postgres    merge           append             upsert
postgres    microbatch      !                  upsert
postgres    insert_overwrite !                 !
postgres    (default)       append:append      delete+insert:delete
redshift    append          append             append =
redshift    delete+insert   append             delete
redshift    merge           append             upsert
redshift    microbatch      range              range =
redshift    (default)       append:append      delete+insert:delete
snowflake   append          append             append =
snowflake   merge           append             upsert
snowflake   delete+insert   append             delete
snowflake   microbatch      range              range =
snowflake   insert_overwrite all               all =
snowflake   (default)       merge:append       merge:upsert
bigquery    merge           append             upsert
bigquery    insert_overwrite parts             parts =
bigquery    microbatch      range              range =
bigquery    append          !                  !
bigquery    delete+insert   !                  !
bigquery    (default)       merge:append       merge:upsert
databricks  append          append             append =
databricks  merge           append             upsert
databricks  insert_overwrite parts             parts
databricks  delete+insert   !                  delete
databricks  microbatch      range              range =
databricks  (default)       merge:append       merge:upsert
spark       append          append             append =
spark       merge           append             upsert
spark       insert_overwrite parts             parts =
spark       microbatch      range              range =
spark       delete+insert   !                  !
spark       (default)       append:append      append:append =
duckdb      append          append             append =
duckdb      delete+insert   append             delete
duckdb      merge           append             upsert
duckdb      microbatch      range              !
duckdb      insert_overwrite !                 !
duckdb      (default)       delete+insert:append delete+insert:delete
trino       append          append             append =
trino       merge           append             upsert
trino       delete+insert   append             delete
trino       microbatch      range              range =
trino       (default)       append:append      append:append =
athena      append          append             append =
athena      insert_overwrite parts             parts =
athena      merge           append             upsert
athena      (default)       insert_overwrite:parts insert_overwrite:parts =
clickhouse  append          append             append =
clickhouse  delete_insert   append             delete
clickhouse  delete+insert   append             delete
clickhouse  legacy          append             delete
clickhouse  insert_overwrite parts             !
clickhouse  microbatch      append             range
clickhouse  merge           !                  !
clickhouse  (default)       delete_insert:append delete_insert:delete
sqlserver   append          append             append =
sqlserver   delete+insert   append             delete
sqlserver   merge           append             upsert
sqlserver   (default)       append:append      merge:upsert
fabric      append          append             append =
fabric      delete+insert   append             delete
fabric      merge           append             upsert
fabric      microbatch      range              upsert
fabric      (default)       append:append      merge:upsert
`

var effectWords = map[string]Effect{"!": UnknownEffect, "append": Append, "delete": DeleteInsert, "upsert": Upsert, "range": ReplaceRange, "parts": OverwriteParts, "all": OverwriteAll}

func TestStrategies(t *testing.T) {
	seen := map[string]bool{}
	for line := range strings.Lines(strategyTable) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		name, strategy := f[0], f[1]
		ignored := f[len(f)-1] == "="
		for i, cell := range f[2:4] {
			explicit := strategy
			want, effect := strategy, cell
			if strategy == "(default)" {
				explicit = ""
				want, effect, _ = strings.Cut(cell, ":")
			}
			s := StrategyFor(name, explicit, Layout{Keyed: i == 1, Partitioned: true})
			if s.Name != want || s.Effect != effectWords[effect] || !s.Known || s.Explicit != (explicit != "") {
				t.Errorf("%s %s keyed=%v: %s %q, want %s %s", name, strategy, i == 1, s.Name, s.Effect, want, effect)
			}
			if i == 1 && s.IgnoresKey() != ignored {
				t.Errorf("%s %s: the key is ignored: %v, want %v", name, strategy, s.IgnoresKey(), ignored)
			}
			seen[name+" "+s.Name] = true
		}
	}
	for name, a := range adapters {
		for _, s := range a.valid {
			if !seen[name+" "+s] && s != "replace_where" && !(s == "microbatch" && slices.Contains([]string{"athena", "sqlserver"}, name)) {
				t.Errorf("%s %s is not in the table", name, s)
			}
		}
	}
}

// TestUnpartitioned checks what insert_overwrite does where nothing says what
// the parts of the table are.
func TestUnpartitioned(t *testing.T) {
	for name, want := range map[string]Effect{"snowflake": OverwriteAll, "databricks": OverwriteAll, "spark": OverwriteAll, "athena": Append, "bigquery": UnknownEffect, "clickhouse": UnknownEffect} {
		if s := StrategyFor(name, "insert_overwrite", Layout{}); s.Effect != want {
			t.Errorf("%s: %q, want %q", name, s.Effect, want)
		}
	}
}

// TestUnknownAdapter checks that an explicit strategy has its usual meaning
// where the adapter is not known, and that there is no default.
func TestUnknownAdapter(t *testing.T) {
	if s := StrategyFor("", "merge", Layout{Keyed: true}); s.Effect != Upsert || !s.Known {
		t.Errorf("merge: %q", s.Effect)
	}
	if s := StrategyFor("oracle", "", Layout{Keyed: true}); s.Known || s.Effect != UnknownEffect {
		t.Errorf("default: %+v", s)
	}
}
