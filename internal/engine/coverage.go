package engine

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/source"
)

// coverage is how much of one resource could be seen.
type coverage struct {
	counted                                          bool
	rendered, parsed, holesFree, columnsKnown, keyed bool
	joins, joinsKnown                                int
	gap                                              *finding.Gap
	errors                                           []dbtctx.Error
}

func (c *coverage) python(n *manifest.Node) {
	c.counted = true
	c.gap = &finding.Gap{Model: n.ID, Reason: "a Python model: its columns are not known", Place: finding.Place{File: n.File}}
}

// fault records a fault of this program.
func (c *coverage) fault(n *manifest.Node, fault any, own bool) {
	*c = coverage{counted: own && (n.Type == manifest.Model || n.Type == manifest.Snapshot)}
	c.gap = &finding.Gap{Model: n.ID, Reason: fmt.Sprintf("internal error: %v; please report it", fault), Place: finding.Place{File: n.File}}
}

// count measures an analysed model.
func (c *coverage) count(m *sema.Model) {
	c.counted = true
	c.parsed, c.holesFree = len(m.Variants) > 0, true
	for i, v := range m.Variants {
		forced := len(v.Rendered.World.Forced) > 0
		if i == 0 && !v.Rendered.World.Incremental {
			c.rendered = !failed(v.Rendered.Errors) && v.Rendered.Stopped == "" && len(m.Node.Template.Errors) == 0
		}
		if len(v.Rendered.Holes) > 0 && !forced { // a loop without items is forced to have one that is a hole
			c.holesFree = false
		}
		c.errors = append(c.errors, v.Rendered.Errors...)
		if len(v.Tree.Errors) == 0 && v.Tree.Opaques == 0 && v.Rendered.Stopped == "" && !m.Node.Template.Lost {
			continue
		}
		if forced {
			continue // a branch that this target never takes
		}
		c.parsed = false
		if c.gap == nil {
			c.gap = unparsed(m, v)
		}
	}
	if !c.rendered && c.gap == nil {
		c.gap = unrendered(m)
	}
	if m.Summary != nil {
		c.columnsKnown = !m.Summary.Open
		_, c.keyed = m.Summary.Grain()
	}
	if run := m.Run(); run != nil {
		for _, j := range run.Joins {
			c.joins++
			if j.Right.Status != sema.NotKnown || j.Left.Status != sema.NotKnown {
				c.joinsKnown++
			}
		}
	}
}

// failed reports whether an error is the project's own: not one that a package
// which is not installed may explain.
func failed(errors []dbtctx.Error) bool {
	return slices.ContainsFunc(errors, func(e dbtctx.Error) bool { return e.Package == "" })
}

// unparsed says why the SQL of a variant is not understood: first of all because
// its template ended early.
func unparsed(m *sema.Model, v *sema.Variant) *finding.Gap {
	if m.Node.Template.Lost {
		return unrendered(m)
	}
	if v.Rendered.Stopped != "" {
		return &finding.Gap{Model: m.Node.ID, Reason: v.Rendered.Stopped, Place: finding.Place{File: m.Node.File}}
	}
	g := &finding.Gap{Model: m.Node.ID, Reason: "part of its SQL is not understood"}
	g.File = m.Node.File
	if len(v.Tree.Errors) > 0 {
		e := v.Tree.Errors[0]
		g.Reason = e.Message
		if p, _ := v.Rendered.Map.Source(e.Span); p.File != nil {
			g.File, g.Span = p.File, p.Span
		}
	}
	if v.Rendered.World.Incremental {
		g.Reason += " (incremental)"
	}
	if v.Opinion != nil && v.Opinion.Error == nil {
		g.Reason += "; PostgreSQL's own grammar reads it, so that the limit is dbtvet's"
	}
	return g
}

func unrendered(m *sema.Model) *finding.Gap {
	g := &finding.Gap{Model: m.Node.ID, Reason: "its template does not render"}
	g.File = m.Node.File
	if len(m.Variants) == 0 {
		return g
	}
	v := m.Variants[0].Rendered
	switch {
	case len(m.Node.Template.Errors) > 0:
		e := m.Node.Template.Errors[0]
		g.Reason = e.Msg
		g.File, g.Span = e.Place.File, e.Place.Span
	case v.Stopped != "":
		g.Reason = v.Stopped
	case len(v.Errors) > 0:
		g.Reason = v.Errors[0].Message
		g.File, g.Span = v.Errors[0].Place.File, v.Errors[0].Place.Span
	}
	return g
}

func (c *coverage) add(to *finding.Coverage) {
	if c.gap != nil {
		to.NotAnalysed = append(to.NotAnalysed, *c.gap)
	}
	if !c.counted {
		return
	}
	to.Models++
	for _, x := range []struct {
		yes bool
		n   *int
	}{{c.rendered, &to.Rendered}, {c.parsed, &to.Parsed}, {c.holesFree, &to.HolesFree}, {c.columnsKnown, &to.ColumnsKnown}, {c.keyed, &to.KeysKnown}} {
		if x.yes {
			*x.n++
		}
	}
	to.Joins += c.joins
	to.JoinsKnown += c.joinsKnown
}

func merge(to *finding.Coverage, c finding.Coverage) {
	to.Models += c.Models
	to.Rendered += c.Rendered
	to.Parsed += c.Parsed
	to.HolesFree += c.HolesFree
	to.ColumnsKnown += c.ColumnsKnown
	to.KeysKnown += c.KeysKnown
	to.Joins += c.Joins
	to.JoinsKnown += c.JoinsKnown
	to.NotAnalysed = append(to.NotAnalysed, c.NotAnalysed...)
	to.Notes = append(to.Notes, c.Notes...)
}

// title names the project, also one whose name could not be read.
func (r *run) title() string { return cmp.Or(r.project.Root.Name, "unnamed") }

// notes says what the run as a whole could not see: packages that are not
// installed, an adapter that was guessed, files over the budget.
func (r *run) notes() []finding.Note {
	var out []finding.Note
	name := "`" + r.title() + "`"
	if r.origin == "inferred" {
		out = append(out, finding.Note{Text: fmt.Sprintf("%s: the adapter %s is inferred from the SQL; set `dialect` in dbtvet.yml to be sure", name, r.adapter.Name)})
	}
	if r.origin == "profiles" {
		out = append(out, finding.Note{Text: fmt.Sprintf("%s: the profile `%s` is not in %s; the adapter %s is that of all that are; set `dialect` in dbtvet.yml to be sure", name, r.project.Root.Profile, r.project.Profiles.Path, r.adapter.Name)})
	}
	if r.origin == "default" {
		out = append(out, finding.Note{Text: name + ": the adapter is not known; set `dialect` in dbtvet.yml"})
	}
	for _, d := range r.project.Missing {
		n := finding.Note{Text: fmt.Sprintf("package `%s` is listed and not installed: run `dbt deps`", d.Name)}
		n.File, n.Span = d.File, d.Span
		out = append(out, n)
	}
	if root := r.project.Root; len(root.Models) == 0 {
		out = append(out, finding.Note{Text: fmt.Sprintf("%s has no models: there are none below `%s`", name, strings.Join(root.Paths.Models, "`, `"))})
	}
	for _, p := range r.project.Problems {
		if !notice(p.Kind) || r.lostModel(p) {
			continue
		}
		n := finding.Note{Text: "`" + p.Path + "`: " + p.Message}
		n.File, n.Span = p.File, p.Span
		out = append(out, n)
	}
	return append(append(append(out, r.openColumns()...), r.elsewhere()...), r.missingMacros()...)
}

// openColumns tells once that models whose properties list columns have columns that
// are not all known, so that nothing is said of what the two do not share.
func (r *run) openColumns() []finding.Note {
	var first *result
	why, n := "", 0
	for _, res := range r.results {
		if res.model == nil || res.node.Package != r.project.Root.Name || len(res.node.Columns) == 0 {
			continue
		}
		if s := res.model.Summary; s == nil || !s.Open || s.OpenWhy == "" {
			continue
		}
		if n++; first == nil {
			first, why = res, res.model.Summary.OpenWhy
		}
	}
	if first == nil {
		return nil
	}
	note := finding.Note{Code: "DOC02", Text: fmt.Sprintf("the columns of `%s`%s are not all known, and are not compared with its properties: %s", first.node.Name, more(n-1), why)}
	note.File = first.node.File
	return []finding.Note{note}
}

// elsewhere tells once that names are of other projects of the tree, which dbt
// brings together with this one where both are packages.
func (r *run) elsewhere() []finding.Note {
	all := r.manifest.Elsewhere
	if len(all) == 0 {
		return nil
	}
	count := func(is func(manifest.Elsewhere) bool) (names, from []string) {
		for _, e := range all {
			if !is(e) {
				continue
			}
			names = append(names, e.Name)
			if e.From != nil {
				from = append(from, e.From.Name)
			}
		}
		slices.Sort(names)
		slices.Sort(from)
		return slices.Compact(names), slices.Compact(from)
	}
	var out []finding.Note
	note := func(format string, args ...any) {
		n := finding.Note{Code: "REF02", Text: fmt.Sprintf(format, args...)}
		n.File, n.Span = all[0].Place.File, all[0].Place.Span
		out = append(out, n)
	}
	title, in := r.title(), fmt.Sprintf("as in `%s` (%s)", all[0].In.Name, all[0].In.Dir)
	if names, from := count(func(e manifest.Elsewhere) bool { return e.From != nil }); len(names) > 0 {
		note("`%s` refers to `%s`%s of `%s`: dbt finds that where both are packages, %s", title, names[0], more(len(names)-1), strings.Join(from, "`, `"), in)
	}
	if names, _ := count(func(e manifest.Elsewhere) bool { return e.From == nil }); len(names) > 0 {
		note("`%s` refers to `%s`%s, which it disables: that may be enabled where it is a package, %s", title, names[0], more(len(names)-1), in)
	}
	return out
}

// more says how many there are beside the one that is named.
func more(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" and %d more", n)
}

// worthNoting is the number of joins from which on a missing key is noted.
const worthNoting = 3

// fewWanted is the number of such keys that are named.
const fewWanted = 3

// wanted names the few keys whose declaration would decide most joins. FAN15
// lists them all; where it runs, nothing is said here.
func (r *run) wanted(models map[string]*sema.Model) (out []finding.Note) {
	if slices.ContainsFunc(r.rules, func(rule *lint.Rule) bool { return rule.Code == "FAN15" }) {
		return nil
	}
	for _, w := range sema.Wanted(models) {
		n := r.manifest.ByID[w.Relation]
		if n == nil || !r.own(n) || w.Joins < worthNoting {
			continue
		}
		note := finding.Note{Code: "FAN15", Text: fmt.Sprintf("no key of `%s` is known: declaring %s unique would decide %d joins", w.Name, sema.Tuple(w.On), w.Joins)}
		note.File = n.File
		if n.Patch != nil {
			note.File, note.Span = n.Patch.File, n.Patch.Name
		}
		if out = append(out, note); len(out) == fewWanted {
			break
		}
	}
	return out
}

// lostModel reports whether a problem kept a model of the project, or a folder
// of them, from being read.
func (r *run) lostModel(p project.Problem) bool {
	unread := p.Kind == project.TooLarge || p.Kind == project.Escapes || p.Kind == project.Unreadable
	ext := path.Ext(p.Path)
	root := r.project.Root
	return unread && p.Package == root.Name && (ext == ".sql" || ext == ".py" || ext == "") &&
		slices.ContainsFunc(root.Paths.Models, func(dir string) bool {
			return strings.HasPrefix(p.Path, path.Join(root.Dir, dir)+"/")
		})
}

// lost adds the models that were not read: they are not analysed, and counted
// unless it is a folder that may hold any number.
func (r *run) lost(to *finding.Coverage) {
	for _, p := range r.project.Problems {
		if !r.lostModel(p) {
			continue
		}
		g := finding.Gap{Reason: p.Message}
		if ext := path.Ext(p.Path); ext != "" {
			to.Models++
			g.Model = "model." + p.Package + "." + strings.TrimSuffix(path.Base(p.Path), ext)
		}
		g.File = source.NewFile(p.Path, "")
		to.NotAnalysed = append(to.NotAnalysed, g)
	}
}

// notice reports whether a problem of reading is told as a note: it is no
// mistake of the project.
func notice(k project.ProblemKind) bool {
	return k == project.TooLarge || k == project.BadEncoding || k == project.Escapes || k == project.Linked
}

// missingMacros tells once which macros may come from a package that is not
// installed.
func (r *run) missingMacros() []finding.Note {
	seen := map[string]bool{}
	var out []finding.Note
	for _, res := range r.results {
		for _, e := range res.coverage.errors {
			if e.Package == "" || seen[e.Name] {
				continue
			}
			seen[e.Name] = true
			n := finding.Note{Code: "JIN02", Text: fmt.Sprintf("`%s` is of package `%s`, which is not installed", e.Name, e.Package)}
			if who, ok := r.project.Macro(e.Name); ok && who.Name == e.Package && who.In != nil {
				n.Text = fmt.Sprintf("`%s` is of the project `%s`: dbt finds it where both are packages, as in `%s` (%s)", e.Name, who.Name, who.In.Name, who.In.Dir)
			}
			n.File, n.Span = e.Place.File, source.Span(e.Place.Span)
			out = append(out, n)
		}
	}
	return out
}
