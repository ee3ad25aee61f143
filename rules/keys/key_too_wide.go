package keys

import (
	"regexp"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// KeyTooWide reports a unique_key that holds more than a tested key, and among
// it a column that changes: each change is a new row.
var KeyTooWide = lint.Rule{
	Meta: finding.Meta{Code: "UK10", Name: "key-too-wide", Family: "keys", Severity: finding.Warning,
		Summary: "the unique_key holds a column that changes beside a key", Needs: finding.NeedKeys, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		s := m.Strategy()
		key, origin, known := m.Node.UniqueKey()
		if !m.Incremented() || !known || s.Effect != sema.Upsert && s.Effect != sema.DeleteInsert || m.Run() == nil || m.Run().Output == nil || keepsHistory(m) {
			return
		}
		out := m.Run().Output
		cols := indexes(m, out, key)
		if len(cols) < len(key) {
			return
		}
		k, extra, ok := out.Tested(cols)
		if !ok {
			return
		}
		for _, name := range out.Names(extra) {
			if !mutable.MatchString(name) {
				continue
			}
			r := at(p, m, origin, "%s alone is a key: with `%s` in the `unique_key`, a row that changes is inserted beside its old version", sema.Tuple(out.Names(k.Cols)), name)
			r.Evidence("key", k.Steps...)
			r.Help("set `unique_key` to %s", sema.Tuple(out.Names(k.Cols)))
			r.Quiet("a model that keeps versions on purpose says so in its name or in `meta`: history, scd, snapshot").About(key...)
			if !m.Adapter.Sure && !s.Explicit {
				r.Lower(finding.Info)
			}
			return
		}
	},
}

// mutable matches the names of columns that change while the row stays the same.
var mutable = regexp.MustCompile(`(?i)(^|_)(updated|modified|changed|loaded|synced|inserted|ingested|extracted)(_|$)|(^|_)(status|state|amount|balance|hash_?diff|row_hash|checksum)$`)

var historic = regexp.MustCompile(`(?i)hist|scd|snapshot|version|log|audit|change|daily|archive`)

// keepsHistory reports whether a model is meant to hold the versions of its rows.
func keepsHistory(m *sema.Model) bool {
	if historic.MatchString(m.Node.Name) || historic.MatchString(m.Node.Description.Value) {
		return true
	}
	for _, t := range m.Node.Tags {
		if historic.MatchString(t) {
			return true
		}
	}
	if m.Node.Meta == nil {
		return false
	}
	for _, k := range m.Node.Meta.Keys() {
		if s, ok := k.(interface{ Text() string }); ok && historic.MatchString(strings.ToLower(s.Text())) {
			return true
		}
	}
	return false
}
