package main

import (
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// origin is what the name of a table in FROM turned out to be.
type origin int

const (
	// unresolved is a bare name that neither a CTE nor a resource has.
	unresolved origin = iota
	// lost is a table that the analysis never looked at, or took for something
	// else than the scopes of the text say.
	lost
	// external is a name with its schema, written out: the warehouse has it.
	external
	named   // a CTE, a ref, a source or the model's own table
	element // a collection of a relation beside it
	hidden  // a template made a part of the name, or it is a file: nothing to resolve
)

// origins returns what each table of a world is. The CTEs in scope are worked
// out from the text once more, so that an analysis that loses one is seen.
func origins(w *sema.World) map[*sql.Table]origin {
	s := &scopes{dialect: w.Dialect, ctes: map[*sql.Table]bool{}}
	for _, st := range w.Tree.Statements {
		s.visit(st)
	}
	scans := map[*sql.Table]*sema.Scan{}
	for _, scan := range w.Scans {
		scans[scan.Table] = scan
	}
	out := map[*sql.Table]origin{}
	for _, t := range s.tables {
		out[t] = originOf(t, scans[t], s.ctes[t], w)
	}
	return out
}

func originOf(t *sql.Table, scan *sema.Scan, cte bool, w *sema.World) origin {
	switch {
	case t.Literal, holed(t):
		return hidden
	case cte && scan == nil, scan != nil && !cte && scan.Relation.ID != "":
		return named
	case cte || scan == nil && len(t.Name) == 1, w.Truncated():
		return lost
	case scan == nil:
		return element
	case len(t.Name) > 1:
		return external
	}
	return unresolved
}

func holed(t *sql.Table) bool {
	for _, id := range t.Name {
		if id.Hole {
			return true
		}
	}
	return false
}

// scopes walks a text and keeps the names of the CTEs that are visible.
type scopes struct {
	dialect *sql.Dialect
	visible []string
	tables  []*sql.Table
	ctes    map[*sql.Table]bool
}

func (s *scopes) visit(n sql.Node) {
	mark := len(s.visible)
	switch n := n.(type) {
	case *sql.Table:
		s.tables = append(s.tables, n)
		s.ctes[n] = len(n.Name) == 1 && s.sees(s.dialect.Fold(n.Name[0]))
	case *sql.Query:
		if n.With != nil {
			s.with(n.With)
		}
		for c := range sql.Children(n) {
			if _, with := c.(*sql.With); !with {
				s.visit(c)
			}
		}
		s.visible = s.visible[:mark]
		return
	}
	for c := range sql.Children(n) {
		s.visit(c)
	}
}

// with visits the bodies of CTEs. Each sees those before it and, if it may be
// recursive, itself and those after it.
func (s *scopes) with(w *sql.With) {
	if w.Recursive {
		s.see(w.CTEs)
	}
	for _, c := range w.CTEs {
		s.visit(c)
		s.see([]*sql.CTE{c})
	}
}

func (s *scopes) see(ctes []*sql.CTE) {
	for _, c := range ctes {
		if c.Name != nil && c.Body != nil && !c.Name.Hole {
			s.visible = append(s.visible, s.dialect.Fold(c.Name))
		}
	}
}

func (s *scopes) sees(name string) bool {
	for _, v := range s.visible {
		if v == name {
			return true
		}
	}
	return false
}
