package engine

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/config"
	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// adapterOf returns the adapter of a project and how it is known: from the
// profile, from an option, from the profiles beside a missing one, inferred from
// the SQL, or not at all (default).
func adapterOf(p *project.Project, target, option string) (a sema.Adapter, origin string) {
	if profile, ok := p.Profiles.Profile(p.Root.Profile); ok {
		if target == "" {
			target = profile.Target
		}
		out, found := profile.Output(target)
		if !found && len(profile.Outputs) > 0 {
			out = profile.Outputs[0]
		}
		if named(out) {
			return sema.Adapter{Name: out.Adapter, Sure: true, Output: out.Name, Others: others(profile, out)}, "profile"
		}
	}
	if option != "" {
		return sema.Adapter{Name: option, Sure: true}, "option"
	}
	if name := onlyAdapter(p.Profiles); name != "" {
		return sema.Adapter{Name: name}, "profiles"
	}
	if name := inferAdapter(p); name != "" {
		return sema.Adapter{Name: name}, "inferred"
	}
	return sema.Adapter{}, "default"
}

// named reports whether the adapter of an output is written in the profile.
func named(o project.Output) bool { return o.Adapter != "" && !strings.Contains(o.Adapter, "{{") }

// others returns the outputs of a profile with another adapter than out, one for
// each adapter.
func others(profile project.Profile, out project.Output) []sema.Adapter {
	seen := map[string]bool{out.Adapter: true}
	var all []sema.Adapter
	for _, o := range profile.Outputs {
		if named(o) && !seen[o.Adapter] {
			seen[o.Adapter] = true
			all = append(all, sema.Adapter{Name: o.Adapter, Sure: true, Output: o.Name})
		}
	}
	return all
}

// sign is a word that one warehouse's projects use more than others'.
type sign struct {
	adapter string
	weight  int
	call    bool // it counts only before an opening parenthesis
}

// signs are looked for in models and in dbt_project.yml, in lower case. They
// are function names, types and configuration keys of the warehouses; what
// several have in common, as ilike and to_char(), is none.
var signs = map[string]sign{
	"flatten": {"snowflake", 2, true}, "snowflake_warehouse": {"snowflake", 4, false}, "variant": {"snowflake", 2, false},
	"try_parse_json": {"snowflake", 3, true}, "object_construct": {"snowflake", 3, true}, "iff": {"snowflake", 2, true},
	"timestamp_ntz": {"snowflake", 2, false}, "convert_timezone": {"snowflake", 1, true}, "qualify": {"snowflake", 1, false},
	"dateadd": {"snowflake", 1, true}, "listagg": {"snowflake", 1, true}, "zeroifnull": {"snowflake", 3, true},
	"safe_cast": {"bigquery", 3, true}, "farm_fingerprint": {"bigquery", 3, true}, "safe_divide": {"bigquery", 2, true},
	"int64": {"bigquery", 3, false}, "float64": {"bigquery", 3, false}, "parse_date": {"bigquery", 2, true},
	"format_date": {"bigquery", 2, true}, "timestamp_trunc": {"bigquery", 2, true}, "safe_offset": {"bigquery", 3, true}, "countif": {"bigquery", 2, true},
	"distkey": {"redshift", 4, false}, "sortkey": {"redshift", 4, false}, "diststyle": {"redshift", 4, false}, "getdate": {"redshift", 2, true},
	"jsonb": {"postgres", 2, false}, "jsonb_build_object": {"postgres", 2, true}, "timestamptz": {"postgres", 1, false},
	"read_csv": {"duckdb", 4, true}, "read_csv_auto": {"duckdb", 4, true}, "read_parquet": {"duckdb", 4, true}, "strptime": {"duckdb", 3, true}, "epoch_ms": {"duckdb", 2, true},
	"liquid_clustered_by": {"databricks", 4, false}, "from_json": {"databricks", 2, true}, "explode": {"databricks", 2, true}, "delta": {"databricks", 1, false},
	"date_parse": {"trino", 3, true}, "varbinary": {"trino", 3, false}, "from_unixtime": {"trino", 1, true}, "from_iso8601_timestamp": {"trino", 4, true}, "at_timezone": {"trino", 3, true},
	"todate": {"clickhouse", 4, true}, "tostartofmonth": {"clickhouse", 4, true}, "argmax": {"clickhouse", 3, true}, "touint64": {"clickhouse", 4, true}, "replacingmergetree": {"clickhouse", 6, false},
}

// eachWord calls f with every word of text in lower case, and whether an opening
// parenthesis follows it.
func eachWord(text string, f func(word string, call bool)) {
	isWord := func(c byte) bool { return c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' }
	for i := 0; i < len(text); i++ {
		if !isWord(text[i]) {
			continue
		}
		start := i
		for i < len(text) && isWord(text[i]) {
			i++
		}
		f(strings.ToLower(text[start:i]), i < len(text) && text[i] == '(')
	}
}

// inferSample bounds the files that are looked at.
const inferSample = 400

// onlyAdapter returns the adapter that all outputs of all profiles have: a
// project whose own profile is not there is probably of it too.
func onlyAdapter(p *project.Profiles) string {
	only := ""
	if p == nil {
		return only
	}
	for _, profile := range p.Profiles {
		for _, o := range profile.Outputs {
			if !named(o) || only != "" && o.Adapter != only {
				return ""
			}
			only = o.Adapter
		}
	}
	return only
}

// inferAdapter guesses the adapter from the project's files; empty if nothing
// points to one more than to all others.
func inferAdapter(p *project.Project) string {
	score := map[string]int{}
	look := func(text string) {
		seen := map[string]bool{}
		eachWord(text, func(word string, call bool) {
			if s, ok := signs[word]; ok && !seen[word] && (call || !s.call) {
				seen[word] = true
				score[s.adapter] += s.weight
			}
		})
	}
	if p.Root.Doc != nil && p.Root.Doc.File != nil {
		look(p.Root.Doc.File.Text)
	}
	step := max(1, len(p.Root.Models)/inferSample)
	for i := 0; i < len(p.Root.Models); i += step {
		text := p.Root.Models[i].File.Text
		look(text[:min(len(text), 20_000)])
	}
	names := make([]string, 0, len(score))
	for n := range score {
		names = append(names, n)
	}
	slices.SortFunc(names, func(a, b string) int {
		if d := score[b] - score[a]; d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	if len(names) == 0 || len(names) > 1 && score[names[0]] == score[names[1]] || score[names[0]] < 2 {
		return ""
	}
	return names[0]
}

// withConfigVars puts the variables of the configuration under those of the
// command line.
func withConfigVars(cfg *config.Config, vars map[string]jinja.Value) map[string]jinja.Value {
	if cfg.Vars == nil {
		return vars
	}
	out := map[string]jinja.Value{}
	for _, p := range cfg.Vars.Pairs {
		out[p.Key.Value] = yamlValue(p.Value)
	}
	for k, v := range vars {
		out[k] = v
	}
	return out
}

func yamlValue(n *yaml.Node) jinja.Value { return jinja.FromGo(n.Typed()) }
