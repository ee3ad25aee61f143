package sema

import (
	"slices"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
)

// Varies reports whether the template depends on a condition that is not known,
// so that runs of one kind may have several texts.
func (m *Model) Varies() bool {
	return slices.ContainsFunc(m.Unseen, func(o dbtctx.Outcome) bool { return o.Possible && !o.Tried }) ||
		slices.ContainsFunc(m.Variants, func(v *Variant) bool { return len(v.Rendered.World.Forced) > 0 && v.Rendered.World.Possible })
}

// certain is the output of a full refresh, or of an incremental run. Where a
// condition of the template is not known, only what holds either way; nothing,
// where no world shows one of the ways. It is nil if the query was not analysed.
func (m *Model) certain(incremental bool) *Summary {
	incremental = incremental && slices.ContainsFunc(m.Variants, func(v *Variant) bool { return v.Rendered.Stands(incremental) })
	var out *Summary
	for _, v := range m.Variants {
		broken := out != nil && v.World == nil && v.Tree != nil && len(v.Tree.Errors) > 0 // no run brings that about
		switch {
		case !v.Rendered.Stands(incremental) || broken:
		case out != nil:
			out.meet(v.World)
		case v.World == nil || v.World.Output == nil:
			return nil
		default:
			first := *v.World.Output
			first.Columns = slices.Clone(first.Columns)
			out = &first
		}
	}
	if out != nil && slices.ContainsFunc(m.Unseen, func(o dbtctx.Outcome) bool { return o.Possible && !o.Tried && o.Incremental == incremental }) {
		out.meet(nil)
	}
	return out
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
