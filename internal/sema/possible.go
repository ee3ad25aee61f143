package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/parser/jinja"
)

// base is the output that the exported columns come from: of the full refresh,
// when the incremental run has the same columns. Where a condition of the
// template is not known, only what holds either way.
func (m *Model) base() *Summary {
	full := m.Full()
	if full == nil || full.World == nil || full.World.Output == nil {
		return nil
	}
	out := *full.World.Output
	out.Columns = slices.Clone(out.Columns)
	for _, v := range m.Variants {
		broken := v.World == nil && v.Tree != nil && len(v.Tree.Errors) > 0 // no run brings that about
		if m.possible(v) && !broken {
			out.meet(v.World)
		}
	}
	return &out
}

// possible reports whether a forced world is one that the target may well take:
// what is forced in it is not known, or is as it is.
func (m *Model) possible(v *Variant) bool {
	if len(v.Rendered.World.Forced) == 0 || v.Rendered.World.Incremental {
		return false
	}
	unknown := false
	for f, how := range v.Rendered.World.Forced {
		c, ok := m.condition(f)
		if !ok || !c.Unknown && (!c.Taken[outcome(how.Holds)] || c.Taken[outcome(!how.Holds)]) {
			return false
		}
		unknown = unknown || c.Unknown
	}
	return unknown
}

func outcome(holds bool) int {
	if holds {
		return 1
	}
	return 0
}

// condition returns the condition at f as the first world came to it that was
// not told its outcome.
func (m *Model) condition(f jinja.Fork) (jinja.Condition, bool) {
	for _, v := range m.Variants {
		if _, forced := v.Rendered.World.Forced[f]; forced || v.Rendered.World.Incremental {
			continue
		}
		for _, c := range v.Rendered.Conditions {
			if c.Span == f.Span && f.File == m.Node.File && c.Taken != ([2]bool{}) {
				return c, true
			}
		}
		for _, fork := range v.Rendered.Forks {
			if fork.Fork == f {
				return fork.Condition, true
			}
		}
	}
	return jinja.Condition{}, false
}

// meet keeps of s what holds of another output as well that the relation may
// have; of a world that could not be analysed nothing is known.
func (s *Summary) meet(w *World) {
	const why = "its query depends on a condition that is not known"
	s.FDs, s.Ranges = nil, nil
	if w == nil || w.Output == nil {
		s.Keys, s.Card = nil, Card{0, Many}
		s.Open, s.OpenWhy = true, why
		for i := range s.Columns {
			s.Columns[i].forget()
		}
		return
	}
	o := w.Output
	s.Keys = slices.DeleteFunc(slices.Clone(s.Keys), func(k Key) bool { return !s.keptBy(k, o) })
	s.Card = Card{min(s.Card.Min, o.Card.Min), max(s.Card.Max, o.Card.Max)}
	if !s.Open && (o.Open || len(o.Columns) != len(s.Columns)) {
		s.Open, s.OpenWhy = true, why
	}
	for i := range s.Columns {
		c := &s.Columns[i]
		switch k := o.Index(c.Fold); {
		case k < 0:
			c.forget()
			if !s.Open {
				s.Open, s.OpenWhy = true, why
			}
		default:
			c.meet(&o.Columns[k])
		}
	}
}

// keptBy reports whether a key of s is one of o too.
func (s *Summary) keptBy(k Key, o *Summary) bool {
	return slices.ContainsFunc(o.Keys, func(other Key) bool {
		if other.Lax && !k.Lax || other.When != nil || k.When != nil {
			return false
		}
		return !slices.ContainsFunc(other.Cols, func(i int) bool {
			return !slices.ContainsFunc(k.Cols, func(j int) bool { return s.Columns[j].Fold == o.Columns[i].Fold })
		})
	})
}

// forget takes back the facts of a column.
func (c *Column) forget() {
	c.NotNull, c.NullWhy, c.NullEvidence = false, nil, nil
	c.NullBy, c.Empty = nil, nil
	c.Const, c.ConstEvidence, c.Teller, c.Values = "", nil, false, nil
}

// meet keeps the facts of a column that o has as well.
func (c *Column) meet(o *Column) {
	if !o.NotNull {
		c.NotNull, c.NullWhy, c.NullEvidence = false, nil, nil
	}
	if o.NullBy == nil {
		c.NullBy, c.Empty = nil, nil
	}
	if c.Const != o.Const {
		c.Const, c.ConstEvidence = "", nil
	}
	c.Teller = c.Teller && o.Teller
	c.Values = nil
}
