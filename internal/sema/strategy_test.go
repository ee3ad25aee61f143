package sema

import (
	"encoding/csv"
	"reflect"
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
databricks  insert_overwrite parts             parts =
databricks  replace_where   unknown            unknown =
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
athena      merge           !                  !
athena      microbatch      parts              parts =
athena_iceberg append       append             append =
athena_iceberg merge        !                  upsert
athena_iceberg microbatch   !                  upsert
athena_iceberg insert_overwrite !              !
athena_iceberg (default)    insert_overwrite:! insert_overwrite:!
athena      (default)       insert_overwrite:parts insert_overwrite:parts =
clickhouse  append          append             append =
clickhouse  delete_insert   append             delete
clickhouse  delete+insert   append             delete
clickhouse  legacy          append             delete
clickhouse  insert_overwrite parts             !
clickhouse  microbatch      append             delete
clickhouse  merge           !                  !
clickhouse  (default)       delete_insert:append delete_insert:delete
sqlserver   append          append             append =
sqlserver   delete+insert   append             delete
sqlserver   merge           append             upsert
sqlserver   microbatch      range              range =
sqlserver   (default)       append:append      merge:upsert
fabric      append          append             append =
fabric      delete+insert   append             delete
fabric      merge           append             upsert
fabric      microbatch      range              upsert
fabric      (default)       append:append      merge:upsert
`

var effectWords = map[string]Effect{"!": UnknownEffect, "unknown": UnknownEffect, "append": Append, "delete": DeleteInsert, "upsert": Upsert, "range": ReplaceRange, "parts": OverwriteParts, "all": OverwriteAll}

func TestStrategies(t *testing.T) {
	seen := map[string]bool{}
	for line := range strings.Lines(strategyTable) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		name, strategy := strings.ReplaceAll(f[0], "_", " "), f[1]
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
	for name, a := range adapters() {
		for _, s := range a.valid {
			if !seen[name+" "+s] {
				t.Errorf("%s %s is not in the table", name, s)
			}
		}
	}
}

// TestCells checks that each cell of the table says where it was read, that no
// cell is missing, and that there is none beside the strategies that are valid.
func TestCells(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(strategiesCSV)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	has := map[string]bool{}
	for _, r := range rows[1:] {
		adapter, strategy, fact, value, from := r[0], r[1], r[2], r[3], r[4]
		cell := strings.Join(r[:3], "/")
		if has[cell] && fact != "needs" {
			t.Errorf("%s: twice", cell)
		}
		has[cell] = true
		if pkg, place, ok := strings.Cut(from, ": "); !ok || !strings.HasPrefix(pkg, "dbt-") || !strings.Contains(place, " ") {
			t.Errorf("%s: the source %q is no file and place", cell, from)
		}
		if strategy != "" && !slices.Contains(adapters()[adapter].valid, strategy) {
			t.Errorf("%s: not a valid strategy", cell)
		}
		known := true
		switch fact {
		case "with key", "without key", "without partitions":
			_, known = effectNames[value]
		case "key":
			_, known = keyNames[value]
		case "null":
			_, known = nullNames[value]
		case "predicates":
			known = value == "used" || value == "dropped" || value == "refused"
		case "other names":
			known = value == "fails" || value == "logs"
		}
		if !known {
			t.Errorf("%s: %q", cell, value)
		}
	}
	for name, a := range adapters() {
		for _, fact := range []string{"valid", "other names", "default with key", "default without key"} {
			if !has[name+"//"+fact] {
				t.Errorf("%s: no %s", name, fact)
			}
		}
		for _, s := range a.valid {
			for _, fact := range []string{"with key", "without key", "key", "predicates"} {
				if !has[name+"/"+s+"/"+fact] {
					t.Errorf("%s %s: no %s", name, s, fact)
				}
			}
			if e := a.plans[s].withKey; (e == Upsert || e == DeleteInsert) != has[name+"/"+s+"/null"] {
				t.Errorf("%s %s: what NULL in the key does is said for the wrong strategies", name, s)
			}
		}
	}
}

// What adapters do with NULL in a key, with predicates, and what they ask for,
// once more: `n` a NULL is not found, `f` found by dbt's flag for a single
// column, `s` always; `p` predicates are used, `-` dropped, `!` refused.
const extrasTable = `
postgres   append - delete+insert np merge fp microbatch fp
redshift   append - delete+insert np merge np microbatch p
snowflake  append - delete+insert np merge fp microbatch p insert_overwrite -
bigquery   merge fp insert_overwrite - microbatch -
databricks append - merge sp delete+insert sp insert_overwrite - replace_where p microbatch p
spark      append - merge np insert_overwrite - microbatch -
duckdb     append - delete+insert np merge np microbatch p
trino      append - delete+insert np merge np microbatch p
athena     append - insert_overwrite - microbatch -
athena_iceberg append - merge np microbatch np
clickhouse append ! delete_insert np delete+insert np legacy n! microbatch np insert_overwrite !
sqlserver  append - delete+insert np merge fp microbatch p
fabric     append - delete+insert np merge fp microbatch fp
`

func TestExtras(t *testing.T) {
	for line := range strings.Lines(extrasTable) {
		f := strings.Fields(line)
		for i := 1; i+1 < len(f); i += 2 {
			name, cell := strings.ReplaceAll(f[0], "_", " "), f[i+1]
			s := StrategyFor(name, f[i], Layout{Keyed: true, Partitioned: true})
			got := ""
			if s.Effect == Upsert || s.Effect == DeleteInsert {
				switch {
				case s.NullSafe(2, false):
					got = "s"
				case s.NullSafe(1, true) && !s.NullSafe(1, false) && !s.NullSafe(2, true):
					got = "f"
				default:
					got = "n"
				}
			}
			switch {
			case s.RefusesPredicates():
				got += "!"
			case s.IgnoresPredicates():
				got += "-"
			default:
				got += "p"
			}
			if got != cell {
				t.Errorf("%s %s: %s, want %s", name, f[i], got, cell)
			}
		}
	}
}

// TestNeeds checks what strategies ask of other settings.
func TestNeeds(t *testing.T) {
	for _, c := range []struct{ adapter, strategy, setting, values, unset string }{
		{"spark", "merge", "file_format", "delta iceberg hudi", "parquet"},
		{"databricks", "merge", "file_format", "delta hudi", "delta"},
		{"databricks", "replace_where", "file_format", "delta", "delta"},
		{"databricks", "delete+insert", "file_format", "delta", "delta"},
		{"databricks", "microbatch", "file_format", "delta", "delta"},
		{"snowflake", "delete+insert", "tmp_relation_type", "table transient", ""},
		{"snowflake", "microbatch", "tmp_relation_type", "table transient", ""},
		{"bigquery", "microbatch", "granularity", "batch_size", ""},
		{"bigquery", "merge", "copy_partitions", "false", ""},
	} {
		s := StrategyFor(c.adapter, c.strategy, Layout{Keyed: true, Partitioned: true})
		want := Need{c.setting, strings.Fields(c.values), c.unset, c.adapter == "snowflake"}
		if got := s.Needs(); len(got) != 1 || !reflect.DeepEqual(got[0], want) {
			t.Errorf("%s %s: %v, want %v", c.adapter, c.strategy, got, want)
		}
	}
}

// TestDefaults checks that `default` is the adapter's own, as leaving it out is.
func TestDefaults(t *testing.T) {
	for name := range adapters() {
		for _, l := range []Layout{{}, {Keyed: true}, {Partitioned: true}, {true, true}} {
			a, b := StrategyFor(name, "", l), StrategyFor(name, "default", l)
			if a.Name != b.Name || a.Effect != b.Effect {
				t.Errorf("%s %+v: %s %s, %s %s", name, l, a.Name, a.Effect, b.Name, b.Effect)
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
