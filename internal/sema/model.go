package sema

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/proof"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// Model is a resource with all its worlds analysed.
type Model struct {
	Node    *manifest.Node
	Dialect *sql.Dialect
	Adapter Adapter
	// Variants are the rendered worlds in order, the full refresh first; World
	// is nil where the text could not be parsed.
	Variants []*Variant
	// Unseen are the outcomes of conditions that no variant shows. Narrowed says
	// that worlds were left out because nobody asked for them.
	Unseen   []dbtctx.Outcome
	Narrowed bool
	Declared Declared
	// Named is what the text of the template and of the macros that it may call
	// names, for who asks for it: nil in a lint run.
	Named []dbtctx.Reference
	// Summary is what the resource exports.
	Summary *Summary
	guards  []*Guard
	guarded bool
	decided *Decision
	cols    []Column
	closed  bool
	listed  bool
}

// Adapter is the warehouse adapter of the run.
type Adapter struct {
	Name string
	// Sure is set when it was read from a profile or set by the user; an
	// inferred adapter raises no errors.
	Sure bool
	// Output is the output of the profile that it was read from.
	Output string
	// Others are the other outputs of the profile, of other adapters: a model
	// is built on them as well.
	Others []Adapter
}

// loading are the settings that say how an incremental model is loaded.
var loading = []string{"materialized", "incremental_strategy", "unique_key", "incremental_predicates", "predicates", "partition_by", "partitioned_by", "enabled"}

// Elsewhere returns the model as the other outputs of the profile build it. A
// model with a setting that is computed is left out: it may have another value
// there.
func (m *Model) Elsewhere() []*Model {
	if len(m.Adapter.Others) == 0 || slices.ContainsFunc(loading, m.Node.Config.Computed) {
		return nil
	}
	return m.others()
}

// others returns the model with each other adapter of the profile.
func (m *Model) others() []*Model {
	var out []*Model
	for i, a := range m.Adapter.Others {
		c := *m
		c.Adapter = a
		c.Adapter.Others = append(slices.Delete(slices.Clone(m.Adapter.Others), i, i+1), m.Adapter)
		out = append(out, &c)
	}
	return out
}

// NeedsKeyElsewhere reports whether another output of the profile uses the
// unique_key of the model, or may use it.
func (m *Model) NeedsKeyElsewhere() bool {
	return slices.ContainsFunc(m.others(), func(o *Model) bool {
		s := o.Strategy()
		return !s.Known || !s.IgnoresKey() && !s.RefusesKey()
	})
}

// Variant is one rendered world of a model.
type Variant struct {
	Rendered *dbtctx.Rendered
	Tree     *sql.Tree
	World    *World // nil if the tree has errors
	// Opinion is what another grammar says of a text whose tree has errors;
	// mostly nil, see sql.SecondOpinion.
	Opinion *sql.Opinion
}

// Full returns the variant of a full refresh, or nil.
func (m *Model) Full() *Variant {
	if len(m.Variants) == 0 || m.Variants[0].Rendered.World.Incremental {
		return nil
	}
	return m.Variants[0]
}

// Incremental returns the variant of an incremental run: nil when
// is_incremental() is never asked, or changes nothing.
func (m *Model) Incremental() *Variant {
	i := slices.IndexFunc(m.Variants, func(v *Variant) bool {
		return v.Rendered.World.Incremental && len(v.Rendered.World.Forced) == 0
	})
	if i < 0 {
		return nil
	}
	return m.Variants[i]
}

// Run returns the world that an incremental run executes: the incremental one,
// or the full refresh when they are the same; nil if it could not be analysed.
func (m *Model) Run() *World {
	v := m.Incremental()
	if v == nil {
		v = m.Full()
	}
	if v == nil {
		return nil
	}
	return v.World
}

// UnboundInRun returns the references of an incremental run that nothing in
// scope has, each name once, without those that the full refresh lacks too: nil
// unless both queries were analysed.
func (m *Model) UnboundInRun() []*Unbound {
	full, incr := m.Full(), m.Incremental()
	if full == nil || incr == nil || full.World == nil || incr.World == nil {
		return nil
	}
	seen := map[string]bool{}
	for _, u := range full.World.Unbound {
		seen[full.World.Text(u.Column.Span)] = true
	}
	var out []*Unbound
	for _, u := range incr.World.Unbound {
		if text := incr.World.Text(u.Column.Span); !seen[text] {
			seen[text] = true
			out = append(out, u)
		}
	}
	return out
}

// Writes reports whether the text at s in w is written out in the model's own
// file, and printed by no macro or expression.
func (m *Model) Writes(w *World, s sql.Span) bool {
	p := w.Place(s)
	return p.File == m.Node.File && strings.EqualFold(strings.TrimSpace(p.File.Slice(p.Span)), strings.TrimSpace(w.Text(s)))
}

// Worlds returns the analysed worlds.
func (m *Model) Worlds() []*World {
	var out []*World
	for _, v := range m.Variants {
		if v.World != nil {
			out = append(out, v.World)
		}
	}
	return out
}

// AskedIncremental reports whether is_incremental() was evaluated in any world.
func (m *Model) AskedIncremental() bool {
	return slices.ContainsFunc(m.Variants, func(v *Variant) bool { return v.Rendered.AskedIncremental })
}

// IsIncremental reports whether the model is incremental; known is false when
// its materialization is not.
func (m *Model) IsIncremental() (yes, known bool) {
	name, known := m.Node.Materialized()
	return name == "incremental", known && name != ""
}

// Incremented reports whether the model certainly is incremental.
func (m *Model) Incremented() bool {
	yes, known := m.IsIncremental()
	return yes && known
}

// Columns returns the output columns that the worlds list, together. closed is false
// when a world may have more, or could not be analysed.
func (m *Model) Columns() (cols []Column, closed bool) {
	if !m.listed {
		m.cols, m.closed = m.columns()
		m.listed = true
	}
	return m.cols, m.closed
}

func (m *Model) columns() (cols []Column, closed bool) {
	closed = len(m.Variants) > 0
	seen := map[string]bool{}
	for _, v := range m.Variants {
		if len(v.Rendered.World.Forced) > 0 && v.World == nil {
			continue // a branch that this target never takes
		}
		if v.World == nil || v.World.Output == nil {
			return cols, false
		}
		if v.World.Output.Open || v.Rendered.Stopped != "" {
			closed = false
		}
		for _, c := range v.World.Output.Columns {
			if c.Fold == "" {
				closed = false
				continue
			}
			if !seen[c.Fold] && !c.Listed {
				seen[c.Fold] = true
				cols = append(cols, c)
			}
		}
	}
	return cols, closed
}

// Summarise computes what the model exports, from its worlds and from what the
// project declares of it.
//
// The columns and facts of a table are those of the query for every
// materialization but incremental: there a key of the query holds in each batch,
// and in the table only when the strategy replaces rows by it.
func (m *Model) Summarise() *Summary {
	s := &Summary{ID: m.Node.ID, Name: m.Node.Name, Type: string(m.Node.Type), Card: Card{0, Many}, Open: true, OpenWhy: "its SQL could not be analysed"}
	if base := m.certain(false); base != nil {
		s.Columns, s.Open, s.OpenWhy = base.Columns, base.Open, base.OpenWhy
		s.Keys, s.FDs, s.Card, s.Many = base.Keys, base.FDs, base.Card, base.Many
		if m.accumulates() {
			s.Keys, s.FDs, s.Card = nil, nil, Card{0, Many}
			if l, gap := m.loading(); gap == "" {
				s.Keys = m.Kept(l)
			}
			s.weaken(m.certain(true))
		}
	}
	if m.Node.Type == manifest.Snapshot {
		s.history(m.Node, m.Dialect)
	}
	s.declare(m.Node, m.Declared, m.Dialect, m.Incremented() && m.Strategy().Effect == Upsert)
	s.Storage, s.EventTime = storageOf(m.Node, m.Dialect), eventTime(m.Node)
	s.Undecided = m.undecided()
	s.Written, s.Unseen, s.Rising = m.written(), m.unseen(), m.rising(s)
	return s
}

// weaken takes back what the columns of a full refresh have and those of an
// incremental run do not.
func (s *Summary) weaken(run *Summary) {
	for i := range s.Columns {
		c := &s.Columns[i]
		lit := c.Const
		c.Const, c.Literal = "", lit != ""
		if run == nil {
			continue // it fails, and inserts nothing
		}
		k := run.Index(c.Fold)
		if k < 0 {
			continue
		}
		c.Literal = c.Literal && run.Columns[k].Const == lit
		if !run.Columns[k].NotNull {
			c.NotNull, c.NullWhy, c.NullEvidence = false, nil, nil
		}
	}
}

// history turns the columns of a snapshot's query into those of its table: one
// row per version of a row, with dbt's own columns.
func (s *Summary) history(n *manifest.Node, d *sql.Dialect) {
	s.Keys, s.FDs, s.Card = nil, nil, Card{0, Many}
	names := snapshotColumns(n)
	for _, c := range []string{"dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to"} {
		s.Columns = append(s.Columns, Column{Name: names(c), Fold: d.FoldName(names(c), false), NotNull: c != "dbt_valid_to"})
	}
	if v, _ := n.Config.Text("hard_deletes"); v == "new_record" {
		s.Columns = append(s.Columns, Column{Name: names("dbt_is_deleted"), Fold: d.FoldName(names("dbt_is_deleted"), false)})
	}
}

// accumulates reports whether the table holds the rows of many runs, so that
// what one query's rows fulfil need not hold of all.
func (m *Model) accumulates() bool {
	yes, known := m.IsIncremental()
	return yes || !known
}

// isKey reports whether names are the columns of a unique_key, in any order.
func (m *Model) isKey(key, names []string) bool {
	if len(key) != len(names) {
		return false
	}
	for _, k := range key {
		if !slices.ContainsFunc(names, func(n string) bool { return m.Dialect.FoldName(n, false) == m.Dialect.FoldName(k, false) }) {
			return false
		}
	}
	return true
}

// indexes returns the positions of columns by name; nil if one is not there.
func (s *Summary) indexes(names []string, d *sql.Dialect) []int {
	var out []int
	for _, n := range names {
		i := s.Index(d.FoldName(n, false))
		if i < 0 {
			return nil
		}
		out = append(out, i)
	}
	return out
}

// declare adds declared facts to a summary, and declared columns to one whose
// columns are not all known.
//
// merged is set for a model whose rows are merged by its unique_key.
func (s *Summary) declare(n *manifest.Node, d Declared, dialect *sql.Dialect, merged bool) {
	if s.Open {
		for _, c := range n.Columns {
			if fold := dialect.FoldName(c.Name, c.Quote); s.Index(fold) < 0 {
				s.Columns = append(s.Columns, Column{Name: c.Name, Fold: fold, Listed: true, Place: finding.Place{File: c.File, Span: c.NameSpan}})
			}
		}
	}
	for i := range s.Columns {
		c := &s.Columns[i]
		if step, ok := d.NotNull[c.Fold]; ok && !c.NotNull {
			c.NotNull, c.NullWhy = true, []Step{step}
			c.NullEvidence = s.declared(proof.NotNull, nil, []int{i}, "", step, "not_null")
		}
		if one, ok := d.Const[c.Fold]; ok && c.Const == "" && c.NotNull {
			c.Const = one.Lit
			c.ConstEvidence = s.declared(proof.Constant, nil, []int{i}, one.Lit, one.Step, "accepted_values")
		}
		if yc := n.Column(c.Name); yc != nil && c.Type == "" {
			c.Type = yc.DataType
		}
	}
	for _, f := range d.Keys {
		s.addFact(f, dialect)
	}
	for _, r := range d.Ranges {
		s.addRanges(r, dialect)
	}
	if merged {
		s.addUniqueKey(n, dialect)
	}
	for _, m := range d.Many {
		if i := s.Index(dialect.FoldName(m.Col, false)); i >= 0 {
			s.Many = append(s.Many, ManySide{i, m.To, dialect.FoldName(m.Field, false), m.Step})
		}
	}
	slices.SortStableFunc(s.Keys, func(a, b Key) int {
		switch {
		case better(a, b):
			return -1
		case better(b, a):
			return 1
		}
		return slices.Compare(a.Cols, b.Cols)
	})
}

func (s *Summary) addFact(f Fact, d *sql.Dialect) {
	cols := make([]int, len(f.Cols))
	for i, c := range f.Cols {
		cols[i] = s.Index(d.FoldName(c, false))
		if cols[i] < 0 {
			return // an expression, or a column that is not there
		}
	}
	k := Key{Cols: cols, Lax: f.Lax, Steps: []Step{f.Step}, Strength: f.Step.Strength}
	slices.Sort(k.Cols)
	k.Evidence = s.declared(proof.Key, k.Cols, nil, "", f.Step, f.Kind)
	if f.When != nil {
		i := s.Index(d.FoldName(f.When.Col, false))
		if i < 0 {
			return
		}
		k.When = &When{i, f.When.Op, f.When.Lit}
		k.Evidence = s.declared(proof.Partial, k.Cols, []int{i}, f.When.Op+" "+f.When.Lit, f.Step, f.Kind)
	}
	k.Evidence = k.Evidence.claiming(f.Lax)
	if k.Lax && k.When == nil && s.allNotNull(k.Cols) {
		k.Lax = false
		k.Evidence = s.filled(k)
		for _, c := range k.Cols {
			k.Steps = append(k.Steps, s.Columns[c].NullWhy...)
			for _, st := range s.Columns[c].NullWhy {
				k.Strength = min(k.Strength, st.Strength)
			}
		}
	}
	s.addKey(k)
}

func (s *Summary) addRanges(r DeclaredRanges, d *sql.Dialect) {
	at := s.indexes(append([]string{r.Lower, r.Upper}, r.Partition...), d)
	if at != nil {
		lit := ""
		if r.Closed {
			lit = "closed"
		}
		s.Ranges = append(s.Ranges, Ranges{at[0], at[1], at[2:], r.Closed, r.Proper, r.Step, s.declared(proof.Exclusive, at[2:], at[:2], lit, r.Step, "ranges")})
	}
}

// addKey keeps the stronger of two proofs of one key.
func (s *Summary) addKey(k Key) {
	for i, o := range s.Keys {
		if o.Lax == k.Lax && (o.When == nil) == (k.When == nil) && slices.Equal(o.Cols, k.Cols) && (o.When == nil || *o.When == *k.When) {
			if k.Strength > o.Strength {
				s.Keys[i] = k
			}
			return
		}
	}
	s.Keys = append(s.Keys, k)
}

func (s *Summary) allNotNull(cols []int) bool {
	return !slices.ContainsFunc(cols, func(c int) bool { return !s.Columns[c].NotNull })
}

// addUniqueKey takes the unique_key that a merge goes by for a declared key. That
// of a delete+insert is none: it names groups of rows, and is one only where
// batches are unique, which is not known here.
func (s *Summary) addUniqueKey(n *manifest.Node, d *sql.Dialect) {
	cols, origin, _ := n.UniqueKey()
	s.addFact(Fact{cols, true, nil, Step{Tuple(cols) + " is the model's unique_key", finding.Place{File: origin.File, Span: origin.Span}, finding.Declared}, "unique_key"}, d)
}

// SummaryOf returns the summary of a node that has no SQL: a source or a seed,
// and of any other node what its properties say.
func SummaryOf(n *manifest.Node, declared Declared, d *sql.Dialect) *Summary {
	s := &Summary{ID: n.ID, Name: n.Name, Type: string(n.Type), Card: Card{0, Many}}
	switch {
	case n.Type == manifest.Source:
		s.Name = n.Source + "." + n.Name
		complete, _ := dig(n.Meta, "columns_complete").(bool)
		s.Open, s.OpenWhy = !complete, "the columns of source `"+s.Name+"` are not all declared"
	case n.Seed != nil:
		quoted, _ := n.Config.Bool("quote_columns")
		for _, h := range n.Seed.Header {
			s.Columns = append(s.Columns, Column{Name: h.Text, Fold: d.FoldName(h.Text, quoted), Place: finding.Place{File: n.Seed.File, Span: h.Span}})
		}
		s.emptyCells(n.Seed)
		s.values(n.Seed)
		s.Open, s.OpenWhy = len(n.Seed.Header) == 0, "the header of seed `"+n.Name+"` could not be read"
	default:
		s.Open, s.OpenWhy = true, "`"+n.Name+"` is not SQL"
	}
	if n.Type == manifest.Source {
		for _, c := range n.Columns {
			s.Columns = append(s.Columns, Column{Name: c.Name, Fold: d.FoldName(c.Name, c.Quote), Type: c.DataType, Place: finding.Place{File: c.File, Span: c.NameSpan}})
		}
	}
	s.declare(n, declared, d, false)
	s.Storage, s.EventTime = storageOf(n, d), eventTime(n)
	return s
}
