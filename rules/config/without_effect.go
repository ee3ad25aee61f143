// Package config holds the rules about configurations of nodes.
package config

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/source"
)

// WithoutEffect reports configurations for another warehouse than the one the
// project runs on.
var WithoutEffect = lint.Rule{
	Meta: finding.Meta{
		Code: "CFG01", Name: "config-without-effect", Family: "config", Severity: finding.Warning,
		Summary: "a configuration that the project's adapter does not read", Needs: finding.NeedGraph, Since: "0.1.0",
	},
	Project: func(p *lint.Pass, in *lint.Project) {
		if !in.Adapter.Sure || !slices.Contains(judged, in.Adapter.Name) {
			return
		}
		adapters := adaptersOf(in)
		own := ownKeys(in.Manifest.Project)
		seen := map[place]*tally{}
		var order []*tally
		for _, n := range in.Manifest.Nodes {
			if n.Type != manifest.Model || !n.Enabled || n.Package != in.Manifest.Project.Root.Name {
				continue
			}
			for _, key := range n.Config.Keys() {
				value, origin := n.Config.Get(key)
				readers := readBy[key]
				if readers == nil || own[key] || origin.File == nil || !asks(value) || anyOf(readers, adapters) || excused(n, key) {
					continue
				}
				at := place{origin.File, origin.Span}
				if t := seen[at]; t != nil {
					t.nodes++
					continue
				}
				seen[at] = &tally{at, key, n, 1}
				order = append(order, seen[at])
			}
		}
		for _, t := range order {
			t.report(p, in.Adapter.Name)
		}
	},
}

type place struct {
	file *source.File
	span source.Span
}

// tally is a configuration, with the number of models that it reaches.
type tally struct {
	at    place
	key   string
	node  *manifest.Node
	nodes int
}

func (t *tally) report(p *lint.Pass, adapter string) {
	r := p.ReportAt(t.at.file, t.at.span, "`%s` has no effect, the adapter `%s` does not read it", t.key, adapter).About(t.key)
	r.On(t.node.ID).Note("adapters", "it is read by %s", strings.Join(readBy[t.key], ", "))
	if t.nodes > 1 {
		r.Note("models", "%d models have it from here", t.nodes)
	}
	if instead := insteadOf[t.key][adapter]; instead != "" {
		r.Help("on %s it is `%s`", adapter, instead)
		return
	}
	r.Help("remove it")
}

// judged are the adapters of which all configurations are known.
var judged = []string{"bigquery", "databricks", "duckdb", "postgres", "redshift", "snowflake"}

// readBy tells for configurations of tables which adapters read them. Keys are
// here only if what they ask for would be missed: how the data is laid out,
// not what a job is called.
var readBy = map[string][]string{
	"cluster_by":                {"bigquery", "snowflake"},
	"partition_by":              {"athena", "bigquery", "clickhouse", "databricks", "duckdb", "glue", "spark"},
	"require_partition_filter":  {"bigquery"},
	"partition_expiration_days": {"bigquery"},
	"hours_to_expiration":       {"bigquery"},
	"indexes":                   {"duckdb", "materialize", "postgres", "risingwave", "sqlserver"},
	"unlogged":                  {"postgres"},
	"dist":                      {"redshift"},
	"sort":                      {"redshift"},
	"sort_type":                 {"redshift"},
	"file_format":               {"databricks", "glue", "spark"},
	"location_root":             {"databricks", "spark"},
	"tblproperties":             {"databricks", "spark"},
	"clustered_by":              {"databricks", "spark"},
	"liquid_clustered_by":       {"databricks"},
	"snowflake_warehouse":       {"snowflake"},
	"transient":                 {"snowflake"},
	"copy_grants":               {"snowflake"},
	"target_lag":                {"snowflake"},
}

// insteadOf names what another adapter has for the same purpose.
var insteadOf = map[string]map[string]string{
	"cluster_by":   {"databricks": "liquid_clustered_by", "redshift": "sort", "postgres": "indexes", "duckdb": "indexes"},
	"partition_by": {"snowflake": "cluster_by", "redshift": "sort", "postgres": "indexes"},
	"indexes":      {"snowflake": "cluster_by", "bigquery": "cluster_by", "redshift": "sort", "databricks": "liquid_clustered_by"},
	"sort":         {"snowflake": "cluster_by", "bigquery": "cluster_by", "postgres": "indexes"},
}

// excused reports whether a table of another format may read the key after
// all: Iceberg on Snowflake has partitions.
func excused(n *manifest.Node, key string) bool {
	return key == "partition_by" && (n.Config.Has("table_format") || n.Config.Has("catalog_name") || n.Config.Has("catalog"))
}

// adaptersOf returns the adapters that the project's profile names: one model
// may be configured for several.
func adaptersOf(in *lint.Project) []string {
	out := []string{in.Adapter.Name}
	profile, ok := in.Manifest.Project.Profiles.Profile(in.Manifest.Target.Profile)
	if !ok {
		return out
	}
	for _, o := range profile.Outputs {
		out = append(out, o.Adapter)
	}
	return out
}

func anyOf(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}

// asks reports whether a value asks for anything.
func asks(v jinja.Value) bool {
	switch v := v.(type) {
	case nil, *jinja.Unknown:
		return false
	case bool:
		return v
	case *jinja.Str:
		return v.Text() != ""
	case *jinja.List:
		return v.Len() > 0
	case *jinja.Dict:
		return v.Len() > 0
	}
	return true
}

// ownKeys returns the configurations that macros of the project and its
// packages read: a materialization of their own may do anything.
func ownKeys(p *project.Project) map[string]bool {
	out := map[string]bool{}
	for _, pkg := range p.Packages {
		for _, m := range pkg.Macros {
			if m.Def == nil {
				continue
			}
			for c := range jinja.Calls(m.Def.Body...) {
				callee := c.Callee()
				if !strings.HasSuffix(callee, "config.get") && !strings.HasSuffix(callee, "config.require") {
					continue
				}
				if arg := c.Arg(0, "name"); arg != nil {
					if key, ok := jinja.LiteralText(arg); ok {
						out[key] = true
					}
				}
			}
		}
	}
	return out
}
