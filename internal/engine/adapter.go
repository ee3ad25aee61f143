package engine

import (
	"regexp"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/config"
	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// adapterOf returns the adapter of a project and how it is known: from the
// profile, from an option, inferred from the SQL, or not at all (default).
func adapterOf(p *project.Project, target, option string) (name, origin string) {
	if profile, ok := p.Profiles.Profile(p.Root.Profile); ok {
		if target == "" {
			target = profile.Target
		}
		out, found := profile.Output(target)
		if !found && len(profile.Outputs) > 0 {
			out = profile.Outputs[0]
		}
		if out.Adapter != "" && !strings.Contains(out.Adapter, "{{") {
			return out.Adapter, "profile"
		}
	}
	if option != "" {
		return option, "option"
	}
	if name := inferAdapter(p); name != "" {
		return name, "inferred"
	}
	return "", "default"
}

// signs are texts that only one warehouse's projects contain, with their
// weight. They are looked for in models and in dbt_project.yml.
var signs = []struct {
	adapter string
	weight  int
	re      *regexp.Regexp
}{
	{"snowflake", 3, regexp.MustCompile(`(?i)\blateral\s+flatten\s*\(|\bsnowflake_warehouse\b|::variant\b|\btry_parse_json\s*\(|\bobject_construct\s*\(`)},
	{"snowflake", 1, regexp.MustCompile(`(?i)\biff\s*\(|\bqualify\b|\bdateadd\s*\(\s*'?day'?|::timestamp_ntz\b|::number\b`)},
	{"bigquery", 3, regexp.MustCompile("(?i)\\bsafe_cast\\s*\\(|\\bstruct<|'data_type'\\s*:|\"data_type\"\\s*:|\\bparse_date\\s*\\(|\\bfarm_fingerprint\\s*\\(|\\bsafe_divide\\s*\\(|\\bas\\s+int64\\b|\\bas\\s+float64\\b")},
	{"bigquery", 1, regexp.MustCompile("`[a-zA-Z0-9_-]+\\.[a-zA-Z0-9_.-]+`|(?i)\\bas\\s+string\\b|\\bdate_trunc\\s*\\([a-z_.]+,\\s*(day|week|month|year)\\b|\\bselect\\s+\\*\\s+except\\b|\\bcurrent_date\\(\\)")},
	{"redshift", 3, regexp.MustCompile(`(?i)\bdistkey\b|\bdiststyle\b|\bsortkey\b|\bgetdate\s*\(\s*\)|\bsort\s*=\s*'`)},
	{"postgres", 1, regexp.MustCompile(`(?i)::jsonb\b|\bjsonb_|\bilike\b|\bgenerate_series\s*\(|\bto_char\s*\(`)},
	{"duckdb", 3, regexp.MustCompile(`(?i)\bread_csv(_auto)?\s*\(|\bread_parquet\s*\(|\bstrptime\s*\(|\blist_aggregate\s*\(|\bexclude\s*\(|\bmd\.|\bepoch_ms\s*\(`)},
	{"databricks", 3, regexp.MustCompile(`(?i)\bliquid_clustered_by\b|\bdelta\.|'delta'|\bfrom_json\s*\(|\bexplode\s*\(`)},
	{"trino", 2, regexp.MustCompile(`(?i)\bdate_parse\s*\(|\bfrom_iso8601|\bat_timezone\s*\(|\bcast\s*\(\s*row\s*\(|\bas\s+varbinary\b|\bvarbinary\b|\bfrom_unixtime\s*\(|\bcross\s+join\s+unnest\b|\bunix_timestamp\b`)},
	{"clickhouse", 4, regexp.MustCompile(`\btoDate\s*\(|\btoStartOf\w+\s*\(|\bargMax\s*\(|\bReplacingMergeTree\b|\bFINAL\b.*\bWHERE\b|\btoUInt\d+\s*\(`)},
}

// inferSample bounds the files that are looked at.
const inferSample = 400

// inferAdapter guesses the adapter from the project's files; empty if nothing
// points to one more than to all others.
func inferAdapter(p *project.Project) string {
	score := map[string]int{}
	look := func(text string) {
		for _, s := range signs {
			if s.re.MatchString(text) {
				score[s.adapter] += s.weight
			}
		}
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
