package sema

import (
	"github.com/dbtvet/dbtvet/parser/sql"
)

// scope is the relations whose columns an expression can name, innermost
// query first.
type scope struct {
	parent  *scope
	sources []*sourceRel
	ctes    *cteName
	// aliases are the names of the select list, where the dialect lets other
	// clauses use them.
	aliases map[string]*sql.Item
	// plain is set where no name of the select list can be meant: in WHERE, for
	// most dialects.
	plain bool
	block *Block
	// outer is set when a column of an enclosing query was used.
	outer set
	hole  bool // a hole in FROM: any name may come from it
	lost  bool // a name was not found, here or in a query within
}

// cteName is a name that a WITH clause gives, and those before it.
type cteName struct {
	fold   string // comparison key
	cte    *CTE
	before *cteName
}

func (n *cteName) get(d *sql.Dialect, id *sql.Ident) *CTE {
	for ; n != nil; n = n.before {
		if d.Is(id, n.fold) {
			return n.cte
		}
	}
	return nil
}

// cte returns the CTE that t names, nil if it is none.
func (b *Block) cte(t *sql.Table) *CTE {
	if len(t.Name) != 1 || t.Name[0].Hole {
		return nil
	}
	for s := b.scope; s != nil; s = s.parent {
		if c := s.ctes.get(b.World.Dialect, t.Name[0]); c != nil {
			return c
		}
	}
	return nil
}

// sourceRel is one relation in FROM.
type sourceRel struct {
	name   string // comparison key of the alias or table name, empty if it has none
	title  string // for people
	path   []string
	rel    *rel
	scan   *Scan
	node   sql.TableExpr
	merged map[string]Col // columns merged by USING, shared by all sources of the scope
}

// openCols answers for the columns of a relation that are not all known: they
// are minted when they are asked for.
type openCols struct {
	why   string
	named map[string]Col
	mint  func(name string, at *sql.Column) Col
}

func (o *openCols) get(fold string, at *sql.Column) Col {
	if c, ok := o.named[fold]; ok {
		return c
	}
	c := o.mint(fold, at)
	o.named[fold] = c
	return c
}

// asked returns the columns that were asked for.
func (o *openCols) asked() map[Col]bool {
	out := map[Col]bool{}
	for _, c := range o.named {
		out[c] = true
	}
	return out
}

// lookup is the outcome of resolving a name.
type lookup struct {
	col Col
	src *sourceRel
	// fields is the number of trailing parts that are struct fields.
	fields int
	found  bool
	// certain is false when an open relation was given the benefit of the doubt.
	certain bool
}

// resolve finds the column that the parts name. With missing set, every
// relation in scope is fully known and none has it.
func (w *World) resolve(sc *scope, c *sql.Column) (l lookup, missing bool) {
	for s := sc; s != nil; s = s.parent {
		l, closed := w.resolveIn(s, c)
		if l.found {
			if s != sc {
				for i := sc; i != s; i = i.parent {
					i.outer = i.outer.with(l.col)
				}
			}
			return l, false
		}
		if !closed {
			sc.lose()
			return lookup{}, false
		}
	}
	sc.lose()
	return lookup{}, true
}

// lose notes, in a scope and those around it, that a name was not found: what a
// query of the scope depends on is not known.
func (s *scope) lose() {
	for ; s != nil; s = s.parent {
		s.lost = true
	}
}

// resolveIn looks in one scope. closed is false when the name may be there
// without our knowing.
func (w *World) resolveIn(s *scope, c *sql.Column) (l lookup, closed bool) {
	for _, p := range c.Parts {
		if p.Hole {
			return lookup{}, false
		}
	}
	if len(c.Parts) > 1 {
		if l, ok := w.qualified(s, c); ok {
			return l, true
		}
	}
	first := w.Dialect.Fold(c.Parts[0])
	for _, src := range s.sources {
		if col, ok := src.merged[first]; ok {
			return lookup{col: col, src: src, fields: len(c.Parts) - 1, found: true, certain: true}, true
		}
	}
	var open []*sourceRel
	for _, src := range s.sources {
		if col, ok := src.rel.named(first); ok {
			return lookup{col: col, src: src, fields: len(c.Parts) - 1, found: true, certain: true}, true
		}
		if src.rel.open != nil {
			open = append(open, src)
		}
	}
	if s.hole {
		return lookup{}, false
	}
	if len(open) == 0 {
		return lookup{}, true
	}
	// A name that an enclosing scope or an alias has is looked for there first
	// by the caller; here an only open relation is given the name.
	if len(open) == 1 && len(c.Parts) == 1 {
		src := open[0]
		return lookup{col: src.rel.open.get(first, c), src: src, found: true}, false
	}
	return lookup{}, false
}

// qualified resolves alias.column and longer paths.
func (w *World) qualified(s *scope, c *sql.Column) (lookup, bool) {
	for n := len(c.Parts) - 1; n >= 1; n-- {
		for _, src := range s.sources {
			if !w.denotes(src, c.Parts[:n]) {
				continue
			}
			fold := w.Dialect.Fold(c.Parts[n])
			fields := len(c.Parts) - n - 1
			if col, ok := src.rel.named(fold); ok {
				return lookup{col: col, src: src, fields: fields, found: true, certain: true}, true
			}
			if src.rel.open != nil {
				return lookup{col: src.rel.open.get(fold, c), src: src, fields: fields, found: true}, true
			}
			return lookup{}, false
		}
	}
	return lookup{}, false
}

// denotes reports whether parts name src: its alias, or the end of its table name.
func (w *World) denotes(src *sourceRel, parts []*sql.Ident) bool {
	if len(parts) == 1 {
		return src.name != "" && w.Dialect.Is(parts[0], src.name)
	}
	if len(parts) > len(src.path) {
		return false
	}
	tail := src.path[len(src.path)-len(parts):]
	for i, p := range parts {
		if !w.Dialect.Is(p, tail[i]) {
			return false
		}
	}
	return true
}

// named returns the column with comparison key fold.
func (r *rel) named(fold string) (Col, bool) {
	for i := range r.cols {
		if r.cols[i].fold == fold {
			return r.cols[i].col, true
		}
	}
	return 0, false
}

// visible reports whether col can be named in the relation.
func (r *rel) visible(col Col) bool {
	for i := range r.cols {
		if r.cols[i].col == col {
			return true
		}
	}
	return false
}
