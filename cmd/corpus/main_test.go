package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write writes files below a new folder: their text by path.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// corpus runs the command and returns its output and exit code.
func corpus(t *testing.T, args ...string) (string, int) {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(context.Background(), args, &out, &errs)
	return out.String() + errs.String(), code
}

func holds(t *testing.T, text string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("there is no %q in\n%s", w, text)
		}
	}
}

func TestProjects(t *testing.T) {
	dir := write(t, map[string]string{
		"shop/dbt_project.yml":  "name: shop\nprofile: shop\n",
		"shop/profiles.yml":     "shop:\n  target: dev\n  outputs:\n    dev: {type: duckdb}\n",
		"shop/models/a.sql":     "select 1 as id",
		"shop/models/b.sql":     "with c as (select * from {{ ref('a') }}) select c.id from c join raw.t on t.id = c.id",
		"shop/models/bad.sql":   "select id from nobody where",
		"shop/models/bare.sql":  "select id from nobody",
		"shop/models/not.sql":   "{{ exceptions.raise_compiler_error('no') }}",
		"shop/models/inc.sql":   "{{ config(materialized='incremental') }} select * from {{ ref('a') }} {% if is_incremental() %} where id > (select max(id) from {{ this }}) {% endif %}",
		"shop/models/other.sql": "select {% if target.type == 'bigquery' %} from from {% else %} 1 {% endif %} as id",
	})
	sum := filepath.Join(dir, "sum.jsonl")
	out, code := corpus(t, "-summaries", sum, "-env", "A=b", "-dialect", "shop=duckdb", dir)
	if code != exitGood {
		t.Errorf("exit code %d", code)
	}
	// Seven texts: a, b, bad, bare, other, and inc in both worlds.
	holds(t, out, "| duckdb | 7 | 6 | 1 | 0 | 85.71 |", "| 7 | 5 | 1 | 85.71 |", "| duckdb shop | 7 |",
		"1 texts are left out", "1 × expected an expression, found end of text", "no CTE and no resource has the name", ": nobody")
	data, err := os.ReadFile(sum)
	if err != nil {
		t.Fatal(err)
	}
	holds(t, string(data), `"name":"shop/models/b.sql (full refresh)","relations":["a","c","t"],"ctes":["c"],"columns":["id"],"joins":["join"],"on":1,"using":null,"wheres":null`)
	if out, code := corpus(t, "-min", "99.5", dir); code != exitBelow {
		t.Errorf("exit code %d below the bar\n%s", code, out)
	}
}

func TestStatements(t *testing.T) {
	dir := write(t, map[string]string{
		"good.jsonl": `{"dialect": "postgres", "name": "x", "sql": "select 1"}` + "\n" + `{"dialect": "bigquery", "name": "y", "sql": "from t |> nonsense"}` + "\n",
		"bad.jsonl":  `{"dialect": "nosuch", "name": "x", "sql": "select 1"}` + "\n",
		"worse":      "select 1\n",
	})
	texts := filepath.Join(dir, "texts.jsonl")
	out, code := corpus(t, "-statements", "-texts", texts, filepath.Join(dir, "good.jsonl"))
	if code != exitGood {
		t.Errorf("exit code %d", code)
	}
	holds(t, out, "| postgres | 1 | 1 |", "| bigquery | 1 | 0 | 1 |", "| **all** | 2 | 1 | 1 | 0 | 50.00 |", "1 × expected a pipe operator, found `nonsense`")
	if data, _ := os.ReadFile(texts); !strings.Contains(string(data), `{"dialect":"postgres","name":"x","sql":"select 1"}`) {
		t.Errorf("texts: %s", data)
	}
	for _, args := range [][]string{{"-statements", filepath.Join(dir, "bad.jsonl")}, {"-statements", filepath.Join(dir, "worse")}, {}, {dir, dir}, {"-env", "x", dir}, {filepath.Join(dir, "none")}} {
		if out, code := corpus(t, args...); code != exitUsage || out == "" {
			t.Errorf("%v: exit code %d, %q", args, code, out)
		}
	}
}
