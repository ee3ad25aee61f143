package dbtctx

import (
	"maps"
	"slices"

	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/parser/jinja"
)

// library holds every macro that templates of a project can name: those of
// the project, of the installed packages, and dbt's own.
type library struct {
	root     string
	prefixes []string
	order    map[string][]string        // search order of `dispatch:` by namespace
	packages map[string]*shelf          // project, installed packages, dbt_utils if it is known natively
	dbt      *shelf                     // dbt's internal packages, flattened
	missing  map[string]bool            // packages that are listed and not installed
	spaces   map[string]space           // by package of the node
	homes    map[*jinja.MacroDef]string // the package of each macro of the project and its packages
}

// shelf is the macros of one package.
type shelf struct {
	name   string
	macros map[string]jinja.Value
	// partial: the package is known only in part, so that a macro that is not
	// here may exist.
	partial bool
	own     bool // the texts are ours, in dbt's place
}

// space is what a template of one package can name without a prefix.
type space map[string]binding

type binding struct {
	value jinja.Value
	event string // name of the macro for its event, with its package
}

// utilsPackage is the package that this one knows the macros of.
const utilsPackage = "dbt_utils"

func newLibrary(p *project.Project, a adapter) *library {
	l := &library{
		prefixes: a.prefixes(), order: map[string][]string{}, packages: map[string]*shelf{},
		missing: map[string]bool{}, spaces: map[string]space{}, homes: map[*jinja.MacroDef]string{},
	}
	own := parseBuiltins()
	l.dbt = &shelf{name: "dbt", macros: own["dbt"], own: true}
	maps.Copy(l.dbt.macros, nativeMacros())
	if p == nil {
		return l
	}
	l.addPackages(p)
	l.addMissing(p, own[utilsPackage])
	for name := range l.packages {
		l.spaces[name] = l.newSpace(name)
	}
	return l
}

func (l *library) addPackages(p *project.Project) {
	if p.Root != nil {
		l.root = p.Root.Name
		for _, d := range p.Root.Dispatch {
			l.order[d.Namespace] = d.SearchOrder
		}
	}
	for _, pkg := range p.Packages {
		s := &shelf{name: pkg.Name, macros: make(map[string]jinja.Value, len(pkg.Macros))}
		for _, m := range pkg.Macros {
			if m.Def != nil {
				s.macros[m.Name] = jinja.NewMacro(m.Def, scope{}, m.Name)
				l.homes[m.Def] = pkg.Name
			}
		}
		if l.packages[pkg.Name] == nil {
			l.packages[pkg.Name] = s
		}
	}
}

func (l *library) addMissing(p *project.Project, utils map[string]jinja.Value) {
	for _, d := range p.Missing {
		if d.Kind == project.CrossProject || l.packages[d.Name] != nil {
			continue
		}
		l.missing[d.Name] = true
	}
	// Nearly every package brings dbt_utils with it.
	if len(l.missing) > 0 && l.packages[utilsPackage] == nil {
		l.packages[utilsPackage] = &shelf{name: utilsPackage, macros: utils, partial: true, own: true}
	}
}

// newSpace merges what a template of package pkg sees, the strongest last:
// dbt's macros, `dbt`, the packages by name, the root's macros, its own.
func (l *library) newSpace(pkg string) space {
	root, own := l.packages[l.root], l.packages[pkg]
	sp := make(space, len(l.dbt.macros)+len(l.packages)+128)
	sp.add(l.dbt)
	sp["dbt"] = binding{value: packageObject{l.dbt}}
	for name, s := range l.packages {
		sp[name] = binding{value: packageObject{s}}
	}
	for name := range l.missing {
		if l.packages[name] == nil {
			sp[name] = binding{value: packageObject{&shelf{name: name, partial: true}}}
		}
	}
	sp.add(root)
	sp.add(own)
	return sp
}

func (sp space) add(s *shelf) {
	if s == nil {
		return
	}
	for name, m := range s.macros {
		sp[name] = binding{value: m, event: s.name + "." + name}
	}
}

// space returns what templates of package pkg see; those of a package that
// does not exist see what the root does.
func (l *library) space(pkg string) space {
	if sp := l.spaces[pkg]; sp != nil {
		return sp
	}
	if sp := l.spaces[l.root]; sp != nil {
		return sp
	}
	sp := space{}
	sp.add(l.dbt)
	sp["dbt"] = binding{value: packageObject{l.dbt}}
	return sp
}

// suspect returns a missing package that an undefined name may be of: the
// package itself, or one that would have installed it too.
func (l *library) suspect(name string) string {
	switch {
	case l.missing[name]:
		return name
	case len(l.missing) > 0:
		return slices.Min(slices.Collect(maps.Keys(l.missing)))
	}
	return ""
}

// scope resolves the free names of all templates and macros. Macros see what
// the node that is rendered sees, not what their own package does: that is
// why packages write their own name before their macros.
type scope struct{}

// Lookup returns the macro or the member of dbt's context of that name.
func (scope) Lookup(s *jinja.State, name string) (jinja.Value, bool) {
	r := runOf(s)
	if b, ok := r.space[name]; ok {
		if b.event != "" {
			r.called(s, b.event)
		}
		return b.value, true
	}
	return r.member(s, name)
}

// called records the use of a macro.
func (r *run) called(s *jinja.State, name string) {
	r.record(Event{Kind: MacroEvent, Name: name, Place: s.Place()})
}

// packageObject is the name of a package as a value.
type packageObject struct{ s *shelf }

// Attr returns a macro of the package.
func (p packageObject) Attr(s *jinja.State, name string) (jinja.Value, bool) {
	r := runOf(s)
	if m, ok := p.s.macros[name]; ok {
		r.called(s, p.s.name+"."+name)
		return m, true
	}
	if p.s.name == utilsPackage && p.s.partial {
		// Before its version 1.0, dbt_utils had what dbt has had since.
		if m, ok := r.ctx.lib.dbt.macros[name]; ok {
			return m, true
		}
	}
	full := p.s.name + "." + name
	e := Error{Kind: UndefinedName, Name: full, Place: s.Place()}
	switch {
	case r.world.Parse:
		return forgiving{}, true
	case p.s.partial:
		e.Package = p.s.name
		e.Message = "macro `" + full + "` is not known: package `" + p.s.name + "` is not installed"
	case p.s.own && r.ctx.knownToDbt(name):
		return unknown(jinja.MacroKind, "macro `"+full+"` of dbt", s.Place()), true
	default:
		e.Message = "package `" + p.s.name + "` has no macro `" + name + "`"
	}
	r.fail(s, e, "name "+full)
	return unknown(jinja.MacroKind, e.Message, s.Place()), true
}

// Index is pkg['name'].
func (p packageObject) Index(s *jinja.State, key jinja.Value) (jinja.Value, bool) {
	name, ok := jinja.TextOf(key)
	if !ok {
		return nil, false
	}
	return p.Attr(s, name)
}

// Is lets a package pass for the mapping that it is in dbt.
func (p packageObject) Is(test string) bool { return test == "mapping" }

// dispatch finds the macro that adapter.dispatch(name, ns) means: packages in
// their search order, in each the prefixes from the adapter to default.
func (r *run) dispatch(s *jinja.State, name, ns string) (jinja.Value, error) {
	l := r.ctx.lib
	missing := ""
	for _, pkg := range l.searchOrder(ns) {
		for _, prefix := range l.prefixes {
			if m, event, ok := r.find(pkg, prefix+"__"+name); ok {
				if event != "" {
					r.called(s, event)
				}
				return m, nil
			}
		}
		if sh := l.packages[pkg]; pkg != "" && l.missing[pkg] && (sh == nil || sh.partial) {
			missing = pkg
		}
	}
	at := s.Place()
	e := Error{Kind: UndefinedName, Name: name, Place: at, Message: "adapter.dispatch finds no macro `" + l.prefixes[0] + "__" + name + "` or `default__" + name + "`"}
	switch {
	case r.world.Parse:
		return forgiving{}, nil
	case missing != "":
		e.Package = missing
		e.Message = "macro `" + name + "` is not known: package `" + missing + "` is not installed"
	case r.ctx.knownToDbt(name):
		return unknown(jinja.MacroKind, "macro `"+name+"` of dbt", at), nil
	}
	r.fail(s, e, "dispatch "+name)
	return unknown(jinja.MacroKind, e.Message, at), nil
}

// searchOrder returns the packages that a dispatch in namespace ns looks
// through; the empty name is the ordinary lookup of the node.
func (l *library) searchOrder(ns string) []string {
	switch order := l.order[ns]; {
	case ns == "":
		return []string{""}
	case len(order) > 0:
		return order
	case l.packages[ns] != nil || l.missing[ns]:
		return slices.Compact([]string{l.root, ns})
	}
	return []string{""}
}

// find looks a macro up in a package; in the empty one as a template would.
func (r *run) find(pkg, name string) (m jinja.Value, event string, ok bool) {
	switch sh := r.ctx.lib.packages[pkg]; {
	case pkg == "":
		b, ok := r.space[name]
		return b.value, b.event, ok
	case pkg == "dbt":
		m, ok := r.ctx.lib.dbt.macros[name]
		return m, "dbt." + name, ok
	case sh != nil:
		m, ok := sh.macros[name]
		return m, sh.name + "." + name, ok
	}
	return nil, "", false
}
