package incremental

import (
	"regexp"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// thorough are the presets that hear advice which most projects do without.
var thorough = []string{"strict", "teaching"}

var happened = regexp.MustCompile(`(?i)(event|order(ed)?|created|occurred|placed|paid|sent|clicked|visited|logged|transaction|sale|sold|day|date)(_|$)`)

// NoLookback reports a guard over a time of events that reads nothing again:
// what arrives late is left out.
var NoLookback = lint.Rule{
	Meta: finding.Meta{Code: "INC09", Name: "no-lookback", Family: "incremental", Severity: finding.Info,
		Summary: "a guard over the time of events leaves out late ones", Needs: finding.NeedSQL, Since: "0.1.0"},
	Presets: thorough,
	Model: func(p *lint.Pass, m *sema.Model) {
		if !m.Incremented() {
			return
		}
		for _, g := range m.Restricting() {
			if g.Op != sql.OpGt && g.Op != sql.OpGe || g.Bound.Kind != sema.ThisMax || g.Bound.Shifted || !happened.MatchString(g.Column) || g.Ordered() {
				continue
			}
			p.ReportIn(g.World.Rendered, g.Expr.Range(), "`%s` leaves out events that arrive late: nothing behind the newest is read again", oneLine(g.World.Text(g.Expr.Range()))).
				Help("subtract an interval from the maximum, and replace rows by key").Quiet("a lookback, or the time of arrival").About(g.Column)
			return
		}
	},
}

// MaxOnEmpty reports a guard whose bound is NULL for ever: the full refresh
// builds an empty table.
var MaxOnEmpty = lint.Rule{
	Meta: finding.Meta{Code: "INC10", Name: "max-on-empty", Family: "incremental", Severity: finding.Info,
		Summary: "the full refresh is empty, and the maximum of nothing is NULL", Needs: finding.NeedSQL, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		full := m.Full()
		if !m.Incremented() || full == nil || full.World == nil || !full.World.Empty() || len(full.World.Vain()) > 0 { // what is in vain is FLT04's
			return
		}
		for _, g := range m.Restricting() {
			if !g.Bound.Bare() {
				continue
			}
			p.ReportIn(g.World.Rendered, g.Expr.Range(), "the full refresh builds an empty table, whose maximum is NULL: no row ever passes `%s`", oneLine(g.World.Text(g.Expr.Range()))).
				Help("give the bound a value with `coalesce`").Quiet("`coalesce` around the maximum").About(g.Column)
			return
		}
	},
}

// NowBasedWindow reports a guard that goes by the clock alone.
var NowBasedWindow = lint.Rule{
	Meta: finding.Meta{Code: "INC17", Name: "now-based-window", Family: "incremental", Severity: finding.Info,
		Summary: "a guard goes by the clock: a pause leaves a gap", Needs: finding.NeedSQL, Since: "0.1.0"},
	Presets: thorough,
	Model: func(p *lint.Pass, m *sema.Model) {
		run := m.Run()
		if !m.Incremented() || run == nil || len(run.This) > 0 || m.RunAsks() {
			return
		}
		for _, g := range m.Restricting() {
			if g.Bound.Kind != sema.Clock || g.Op != sql.OpGt && g.Op != sql.OpGe {
				continue
			}
			p.ReportIn(g.World.Rendered, g.Expr.Range(), "`%s` goes by the clock: when runs pause for longer, the rows between are never read", oneLine(g.World.Text(g.Expr.Range()))).
				Help("compare with the maximum of `{{ this }}`").Quiet("a bound of the table, or a variable").About(g.Column)
			return
		}
	},
}

// FullRefreshDiverges reports a full refresh that reads only what is recent.
var FullRefreshDiverges = lint.Rule{
	Meta: finding.Meta{Code: "INC21", Name: "full-refresh-diverges", Family: "incremental", Severity: finding.Info,
		Summary: "a full refresh keeps less than the runs have collected", Needs: finding.NeedSQL, Since: "0.1.0"},
	Model: func(p *lint.Pass, m *sema.Model) {
		if refresh, known := m.Node.Config.Bool("full_refresh"); !m.Incremented() || !known || m.Node.Config.Has("full_refresh") && !refresh || len(m.Recent()) == 0 {
			return
		}
		f := m.Recent()[0]
		p.ReportIn(f.World.Rendered, f.Expr.Range(), "a full refresh reads `%s` alone: the history that runs have collected is gone then", oneLine(f.World.Text(f.Expr.Range()))).
			Help("set `full_refresh: false`, or let the full refresh read all").Quiet("`full_refresh: false`")
	},
}
