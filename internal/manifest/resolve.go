package manifest

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/parser/source"
)

// searchOrder returns the packages that a name is looked for in, as seen from
// package from; the empty name means any package.
func (m *Manifest) searchOrder(from, pkg string) []string {
	root := m.Project.Root.Name
	switch {
	case pkg != "":
		return []string{pkg}
	case from == root:
		return []string{root, ""}
	}
	if own, _ := m.Project.Root.Flags.Get("require_ref_searches_node_package_before_root").Bool(); own {
		return []string{from, root, ""}
	}
	return []string{root, from, ""}
}

// choose returns the first enabled candidate in search order. Of several in
// "any package" the first is returned, with the others' packages as detail.
func choose(candidates []*Node, order []string) (*Node, *dbtctx.Problem) {
	var disabled *Node
	for _, pkg := range order {
		var hits []*Node
		for _, n := range candidates {
			switch {
			case pkg != "" && n.Package != pkg:
			case n.Enabled:
				hits = append(hits, n)
			case disabled == nil:
				disabled = n
			}
		}
		switch {
		case len(hits) == 1 || len(hits) > 1 && pkg != "":
			return hits[0], nil
		case len(hits) > 1:
			return hits[0], &dbtctx.Problem{
				Kind: dbtctx.Ambiguous, Detail: fmt.Sprintf("it is in the packages `%s` and `%s`", hits[0].Package, hits[1].Package),
			}
		}
	}
	if disabled != nil {
		return nil, &dbtctx.Problem{Kind: dbtctx.Disabled, Detail: fmt.Sprintf("`%s` is disabled", disabled.ID)}
	}
	return nil, &dbtctx.Problem{Kind: dbtctx.NotFound}
}

// lookupRef finds the node of a ref.
func (m *Manifest) lookupRef(from, pkg, name, version string) (*Node, *dbtctx.Problem) {
	candidates := m.names[name]
	if len(candidates) == 0 {
		// name_v2 and name.v2 mean a version too, when nothing is called so.
		for _, sep := range []string{"_v", ".v"} {
			if i := strings.LastIndex(name, sep); i > 0 && version == "" && len(m.names[name[:i]]) > 0 {
				candidates, version = m.names[name[:i]], name[i+len(sep):]
			}
		}
	}
	candidates = slices.DeleteFunc(slices.Clone(candidates), func(n *Node) bool {
		return version == "" && !n.Latest || version != "" && n.Version != version
	})
	n, problem := choose(candidates, m.searchOrder(from, pkg))
	if problem != nil && problem.Kind == dbtctx.NotFound {
		if m.absent(pkg) || m.unread[name] || m.unread[""] || m.partial && version != "" {
			problem.Kind = dbtctx.PackageMissing
			return nil, problem
		}
		if who, ok := m.Project.Refable(name); ok && (pkg == "" || pkg == who.Name) {
			if problem.Sibling = who.Name; who.In != nil {
				problem.Kind = dbtctx.PackageMissing
			}
			return nil, problem
		}
		problem.Nearest = m.nearRef.to(name)
		if version != "" && len(m.names[name]) > 0 {
			problem.Detail = fmt.Sprintf("`%s` has no version `%s`", name, version)
		}
	}
	return n, problem
}

// lookupSource finds the node of a source.
func (m *Manifest) lookupSource(from, src, table string) (*Node, *dbtctx.Problem) {
	n, problem := choose(m.sources[src+"."+table], m.searchOrder(from, ""))
	if problem != nil && problem.Kind == dbtctx.NotFound {
		if m.partial || m.missing && !m.knownSource(src) {
			problem.Kind = dbtctx.PackageMissing
			return nil, problem
		}
		problem.Nearest = m.nearSource.to(src + "." + table)
	}
	return n, problem
}

// speller finds the known name that a wrong one most resembles. It remembers
// what it found: one wrong name in a macro is asked for by every model.
type speller struct {
	names []string // sorted
	found sync.Map
}

func (s *speller) to(name string) string {
	if near, ok := s.found.Load(name); ok {
		return near.(string)
	}
	near := finding.Nearest(name, s.names)
	s.found.Store(name, near)
	return near
}

func (m *Manifest) knownSource(src string) bool {
	for name := range m.sources {
		if strings.HasPrefix(name, src+".") {
			return true
		}
	}
	return false
}

// macroPackages are packages of the hub that define macros and generic tests
// and nothing that a ref or source could name; nor do the packages they need.
var macroPackages = []string{
	"audit_helper", "codegen", "dbt_constraints", "dbt_external_tables", "dbt_profiler", "dbt_utils", "fivetran_utils",
}

// mayHaveModels reports whether a package that is not installed may define what
// a ref or source names.
func mayHaveModels(d project.Dependency) bool {
	return d.Kind != project.Hub && d.Kind != project.Git || !slices.Contains(macroPackages, d.Name)
}

// unread returns the names of the files that were found and not read: a ref to
// one of them may be right. A folder stands for any name.
func unread(p *project.Project) map[string]bool {
	names := map[string]bool{}
	for _, problem := range p.Problems {
		switch problem.Kind {
		case project.Unreadable, project.TooLarge, project.Escapes:
			base := path.Base(problem.Path)
			ext := path.Ext(base)
			names[strings.TrimSuffix(base, ext)] = true
			names[""] = names[""] || ext == ""
		}
	}
	return names
}

// absent reports whether a name of package pkg may be in a package that is
// listed and not installed.
func (m *Manifest) absent(pkg string) bool {
	if pkg == "" {
		return m.missing
	}
	return len(m.Project.Missing) > 0 && m.Project.Package(pkg) == nil
}

// Ref resolves a ref as seen from package from. It implements dbtctx.Resources.
func (m *Manifest) Ref(from, pkg, name, version string) (*dbtctx.Resource, *dbtctx.Problem) {
	n, problem := m.lookupRef(from, pkg, name, version)
	if problem == nil && n.Access == "protected" && n.Package != from && m.restricts(n.Package) {
		problem = &dbtctx.Problem{Kind: dbtctx.NoAccess, Detail: fmt.Sprintf("`%s` is protected", n.ID)}
	}
	return m.resource(n), problem
}

// Source resolves a source as seen from package from. It implements
// dbtctx.Resources.
func (m *Manifest) Source(from, src, table string) (*dbtctx.Resource, *dbtctx.Problem) {
	n, problem := m.lookupSource(from, src, table)
	return m.resource(n), problem
}

// Function resolves a function as seen from package from. It implements
// dbtctx.Resources.
func (m *Manifest) Function(from, pkg, name string) (*dbtctx.Resource, *dbtctx.Problem) {
	n, problem := m.lookupFunction(from, pkg, name)
	return m.resource(n), problem
}

func (m *Manifest) lookupFunction(from, pkg, name string) (*Node, *dbtctx.Problem) {
	n, problem := choose(m.functions[name], m.searchOrder(from, pkg))
	if problem != nil && problem.Kind == dbtctx.NotFound {
		if m.absent(pkg) || m.unread[name] || m.unread[""] {
			problem.Kind = dbtctx.PackageMissing
			return nil, problem
		}
		problem.Nearest = finding.Nearest(name, sections(m.functions))
	}
	return n, problem
}

// restricts reports whether a package keeps its protected models to itself.
func (m *Manifest) restricts(pkg string) bool {
	p := m.Project.Package(pkg)
	if p == nil {
		return false
	}
	restrict, _ := p.Doc.Root.Get("restrict-access").Bool()
	return restrict
}

func (m *Manifest) resource(n *Node) *dbtctx.Resource {
	if n == nil {
		return nil
	}
	r := &dbtctx.Resource{
		UniqueID: n.ID, Type: string(n.Type), Package: n.Package, Name: n.Name,
		Database: n.Database, Schema: n.Schema, Identifier: n.Alias, Quote: m.quoting(n), Node: n,
	}
	if n.Type == Source {
		r.Name = n.Source + "." + n.Name
	}
	r.Materialized, _ = n.Materialized()
	r.Ephemeral = n.Type == Model && r.Materialized == "ephemeral"
	return r
}

// resolve finds what the refs and sources of the enabled nodes mean.
func (b *builder) resolve() {
	b.unitTests()
	for _, n := range b.m.Nodes {
		for i := range n.Events {
			e := &n.Events[i]
			if n.Enabled && names(e) {
				b.find(n, e)
			}
		}
		for _, e := range n.Events {
			if names(&e) {
				n.Refs = append(n.Refs, e)
			}
		}
		b.resolveHooks(n)
		n.Macros = n.calledMacros()
	}
	b.metrics()
}

// names reports whether an event names a resource.
func names(e *dbtctx.Event) bool {
	return e.Kind == dbtctx.RefEvent || e.Kind == dbtctx.SourceEvent || e.Kind == dbtctx.FunctionEvent
}

// metrics connects metrics to the semantic models that have their measures.
func (b *builder) metrics() {
	measures := map[string]string{}
	for _, l := range b.listed {
		for _, measure := range l.entry.Get("measures").List() {
			if name := measure.Get("name").Text(); name != "" && l.section == "semantic_models" {
				measures[name] = id(SemanticModel, l.pkg.Name, l.name.Text())
			}
		}
	}
	for _, n := range b.m.Nodes {
		for _, measure := range n.measures {
			if model := measures[measure]; model != "" {
				n.uses = append(n.uses, model)
			}
		}
	}
}

// find resolves one recorded ref or source of n, reports what is wrong with
// it, and returns the node it means.
func (b *builder) find(n *Node, e *dbtctx.Event) *Node {
	var target *Node
	var problem *dbtctx.Problem
	switch {
	case e.Kind == dbtctx.SourceEvent && len(e.Args) == 2:
		target, problem = b.m.lookupSource(n.Package, e.Args[0], e.Args[1])
	case e.Kind == dbtctx.RefEvent && len(e.Args) == 2:
		target, problem = b.m.lookupRef(n.Package, e.Args[0], e.Args[1], e.Ver)
	case e.Kind == dbtctx.RefEvent && len(e.Args) == 1:
		target, problem = b.m.lookupRef(n.Package, "", e.Args[0], e.Ver)
	case e.Kind == dbtctx.FunctionEvent && len(e.Args) > 0:
		target, problem = b.m.lookupFunction(n.Package, strings.Join(e.Args[:len(e.Args)-1], ""), e.Args[len(e.Args)-1])
	default: // the arguments are not known
		return nil
	}
	if problem == nil && target.Type == Model {
		problem = b.access(n, target)
	}
	e.Resolved, e.Problem = b.m.resource(target), problem
	if problem != nil {
		b.unresolved(n, e, problem)
	}
	return target
}

// access checks that n may refer to target.
func (b *builder) access(n, target *Node) *dbtctx.Problem {
	switch {
	case target.Access == "private" && (n.Package != target.Package || n.Group != target.Group || target.Group == ""):
		return &dbtctx.Problem{Kind: dbtctx.NoAccess, Detail: fmt.Sprintf("`%s` is private to the group `%s`", target.Name, target.Group)}
	case target.Access == "protected" && n.Package != target.Package && b.m.restricts(target.Package):
		return &dbtctx.Problem{Kind: dbtctx.NoAccess, Detail: fmt.Sprintf("`%s` is protected", target.Name)}
	}
	return nil
}

// beside notes a name that another project of the tree has.
func (b *builder) beside(name string, e *dbtctx.Event) {
	if e.Kind != dbtctx.RefEvent {
		return
	}
	who, ok := b.m.Project.Refable(e.Args[len(e.Args)-1])
	if ok && who.In != nil {
		b.m.Elsewhere = append(b.m.Elsewhere, Elsewhere{Name: name, From: who.Outline, In: who.In, Place: e.Place})
	}
}

// unresolved turns why a ref or source does not resolve into a problem.
func (b *builder) unresolved(n *Node, e *dbtctx.Event, why *dbtctx.Problem) {
	name := strings.Join(e.Args, ".")
	p := Problem{Node: n, Name: name, Nearest: why.Nearest, File: e.Place.File, Span: e.Place.Span}
	if last := len(e.Chain) - 1; last >= 0 {
		// A macro made the call: blame where the node called the macro.
		p.File, p.Span, p.Related = e.Chain[last].File, e.Chain[last].Span, []source.Place{e.Place}
	}
	if e.Kind == dbtctx.FunctionEvent {
		p.Kind, p.Message = UndefinedRef, fmt.Sprintf("`%s` calls the function `%s`, which does not exist", n.Name, name)
	} else if e.Kind == dbtctx.RefEvent {
		p.Kind, p.Message = UndefinedRef, fmt.Sprintf("`%s` refers to `%s`, which does not exist", n.Name, name)
	} else {
		p.Kind, p.Message = UndefinedSource, fmt.Sprintf("`%s` reads the source `%s`, which is not declared", n.Name, name)
	}
	switch why.Kind {
	case dbtctx.PackageMissing:
		b.beside(name, e)
		return
	case dbtctx.Disabled:
		if in := b.m.Project.Enabler(); in != nil && n.Package == b.m.Project.Root.Name {
			b.m.Elsewhere = append(b.m.Elsewhere, Elsewhere{Name: name, In: in, Place: e.Place})
			return
		}
		p.Kind, p.Nearest = DisabledRef, ""
		p.Message = fmt.Sprintf("`%s` depends on `%s`, which is disabled", n.Name, name)
	case dbtctx.Ambiguous:
		p.Kind, p.Message = AmbiguousRef, fmt.Sprintf("`%s` refers to `%s`, and %s", n.Name, name, why.Detail)
	case dbtctx.NoAccess:
		p.Kind, p.Message = NoAccess, fmt.Sprintf("`%s` refers to `%s`, but %s", n.Name, name, why.Detail)
	}
	if p.Kind == UndefinedRef && why.Detail != "" {
		p.Message = fmt.Sprintf("`%s` refers to a version that does not exist: %s", n.Name, why.Detail)
	}
	if why.Sibling != "" {
		p.Sibling = why.Sibling
		p.Message = fmt.Sprintf("`%s` refers to `%s`, which is in the project `%s` of the same repository, and that is not listed as a package", n.Name, name, why.Sibling)
	}
	if p.File == nil {
		p.File, p.Span = n.File, source.At(n.Body.Start)
	}
	b.problem(p)
}
