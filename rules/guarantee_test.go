package rules_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dbtvet/dbtvet/internal/engine"
	"github.com/dbtvet/dbtvet/rules"
)

// TestTableGuarantees checks which key of a model's query holds in its table, by
// materialization and strategy: a join to the table is proven where it does, and
// unknown-grain asks for a key where it does not.
func TestTableGuarantees(t *testing.T) {
	const perID = "select id, day, count(*) as n from {{ source('app', 's') }} where id is not null and day is not null GUARD group by id, day"
	const guard = "{% if is_incremental() %} and day >= (select max(day) from {{ this }}) {% endif %}"
	for _, c := range []struct {
		name, adapter, config string
		query, guard          string
		known                 bool
	}{
		{"view", "duckdb", "materialized='view'", perID, "", true},
		{"table", "duckdb", "materialized='table'", perID, "", true},
		{"ephemeral", "duckdb", "materialized='ephemeral'", perID, "", true},
		{"materialized view", "postgres", "materialized='materialized_view'", perID, "", true},
		{"merge by the key", "snowflake", "materialized='incremental', unique_key=['id', 'day']", perID, guard, true},
		{"merge by a part of it", "snowflake", "materialized='incremental', incremental_strategy='delete+insert', unique_key='n'", perID, guard, false},
		{"delete by the key", "duckdb", "materialized='incremental', unique_key=['day', 'id']", perID, guard, true},
		{"delete by a part of the key", "duckdb", "materialized='incremental', unique_key='day'", perID, guard, true},
		{"append", "duckdb", "materialized='incremental', incremental_strategy='append'", perID, guard, false},
		{"merge without a key", "snowflake", "materialized='incremental'", perID, guard, false},
		{"key that is ignored", "trino", "materialized='incremental', unique_key=['id', 'day']", perID, guard, false},
		{"partition in the key", "spark", "materialized='incremental', incremental_strategy='insert_overwrite', partition_by=['day']", perID, guard, true},
		{"partition beside the key", "spark", "materialized='incremental', incremental_strategy='insert_overwrite', partition_by=['n']", perID, guard, false},
		{"partition on bigquery", "bigquery", "materialized='incremental', incremental_strategy='insert_overwrite', partition_by={'field': 'day', 'data_type': 'date'}", perID, guard, true},
		{"the whole table", "snowflake", "materialized='incremental', incremental_strategy='insert_overwrite'", perID, "", true},
		{"microbatch by key", "postgres", "materialized='incremental', incremental_strategy='microbatch', unique_key=['id', 'day'], event_time='day', begin='2024-01-01', batch_size='day'", perID, "", true},
		{"microbatch by range", "redshift", "materialized='incremental', incremental_strategy='microbatch', event_time='day', begin='2024-01-01', batch_size='day'", perID, "", false},
		{"no key in the query", "duckdb", "materialized='table'", "select id, day, n from {{ source('app', 's') }} where true GUARD", "", false},
		{"computed strategy", "snowflake", "materialized='incremental', unique_key=['id', 'day'], incremental_strategy=env_var('HOW')", perID, guard, false},
	} {
		files := fstest.MapFS{
			"dbt_project.yml":   {Data: []byte("name: shop\nversion: '1.0'\nprofile: shop\n")},
			"profiles.yml":      {Data: []byte("shop: {target: dev, outputs: {dev: {type: " + c.adapter + "}}}")},
			"models/_m.yml":     {Data: []byte("sources: [{name: app, tables: [{name: s}, {name: o}]}]")},
			"models/loaded.sql": {Data: []byte("{{ config(" + c.config + ") }} " + replace(c.query, c.guard))},
			"models/reads.sql":  {Data: []byte("select o.x, l.n from {{ source('app', 'o') }} o left join {{ ref('loaded') }} l on l.id = o.id and l.day = o.day")},
		}
		r, err := engine.Lint(t.Context(), engine.Options{FS: files, Rules: rules.All(), Presets: []string{rules.Strict}})
		if err != nil {
			t.Fatal(err)
		}
		asked := false
		for _, f := range r.Findings {
			asked = asked || f.Code == "FAN15"
		}
		if asked == c.known {
			t.Errorf("%s: the key is known: %v, want %v", c.name, !asked, c.known)
		}
	}
}

func replace(query, guard string) string { return strings.ReplaceAll(query, "GUARD", guard) }
