package sema

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/parser/jinja"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// Fact is a key that the project declares for a relation, by a test, a
// constraint, a seed's rows or a configuration.
type Fact struct {
	Cols []string // as declared
	Lax  bool
	When *FactWhen // nil unless it holds only among some rows
	Step Step
	// Kind says what declares it: unique, unique_combination_of_columns,
	// primary_key, unique_key, entity, assume, seed, snapshot.
	Kind string
}

// FactWhen is the condition of a partial key.
type FactWhen struct{ Col, Op, Lit string }

// Declared is all that the project's files say of a node's rows: facts that
// may be used, each with its place and strength.
type Declared struct {
	Keys    []Fact
	NotNull map[string]Step // by comparison key of the column
	Many    []DeclaredMany
	// Const are columns with a single accepted value.
	Const  map[string]DeclaredConst
	Ranges []DeclaredRanges
}

// DeclaredConst is the one value that a column may have.
type DeclaredConst struct {
	Lit  string
	Step Step
}

// DeclaredRanges says that the ranges from Lower to Upper do not overlap among
// rows that agree on Partition. With Closed set they do not even touch, with
// Proper set none is empty.
type DeclaredRanges struct {
	Lower, Upper   string
	Partition      []string
	Closed, Proper bool
	Step           Step
}

// DeclaredMany says that several rows may share a value of a column: a
// relationships test, example rows, the rows of a seed.
type DeclaredMany struct {
	Col   string
	To    string // unique_id; empty when it is only known that values repeat
	Field string
	Step  Step
}

// Declare reads the facts that the project declares for a node.
func Declare(n *manifest.Node, d *sql.Dialect) Declared {
	out := Declared{NotNull: map[string]Step{}, Const: map[string]DeclaredConst{}}
	for t := range n.AllTests() {
		if t.Enabled {
			out.test(t, d)
		}
	}
	out.constraints(n, d)
	out.assumed(n)
	out.grains(n)
	out.seed(n, d)
	out.snapshot(n)
	return out
}

// strengthOf: a test accuses only if it fails the build on every row.
func strengthOf(t *manifest.Test) finding.Strength {
	if t.Severity == "error" && t.ErrorIf == "" && t.WarnIf == "" && t.Limit == 0 {
		return finding.Tested
	}
	return finding.Declared
}

func (out *Declared) test(t *manifest.Test, d *sql.Dialect) {
	strength := strengthOf(t)
	step := func(text string) Step { return Step{text, finding.Place{File: t.File, Span: t.Span}, strength} }
	cond, total := readWhere(t)
	col := t.Column
	switch t.Name {
	case "unique":
		if col == "" {
			col, _ = jinja.TextOf(t.Arg("column_name").Value)
		}
		cols := []string{col}
		if t.Column == "" && col != "" {
			cols = uniqueColumns(col)
		}
		if col != "" && total && len(cols) > 0 {
			out.Keys = append(out.Keys, Fact{cols, true, cond, step("`" + col + "` is tested unique"), "unique"})
		}
	case "not_null":
		if col != "" && total && cond == nil {
			out.NotNull[d.FoldName(col, false)] = step("`" + col + "` is tested not null")
		}
	case "unique_combination_of_columns":
		cols := strs(t.Arg("combination_of_columns").Value)
		if len(cols) > 0 && total {
			out.Keys = append(out.Keys, Fact{cols, false, cond, step(Tuple(cols) + " is tested unique"), t.Name})
		}
	case "expect_compound_columns_to_be_unique":
		cols := strs(t.Arg("column_list").Value)
		if len(cols) > 0 && total && cond == nil && t.Arg("row_condition").Value == nil {
			mode, _ := jinja.TextOf(t.Arg("ignore_row_if").Value)
			out.Keys = append(out.Keys, Fact{cols, mode != "never", nil, step(Tuple(cols) + " is tested unique"), t.Name})
			if mode == "" || mode == "all_values_are_missing" {
				// A row with a value in any of the columns counts.
				for _, c := range cols {
					out.Keys = append(out.Keys, Fact{cols, false, &FactWhen{c, "is not null", ""}, step(Tuple(cols) + " is tested unique"), t.Name})
				}
			}
		}
	case "mutually_exclusive_ranges":
		out.ranges(t, total && cond == nil, step)
	case "expect_column_values_to_be_unique":
		if col != "" && total && cond == nil && t.Arg("row_condition").Value == nil {
			out.Keys = append(out.Keys, Fact{[]string{col}, true, nil, step("`" + col + "` is tested unique"), t.Name})
		}
	case "expect_column_values_to_not_be_null":
		if col != "" && total && cond == nil && t.Arg("row_condition").Value == nil {
			out.NotNull[d.FoldName(col, false)] = step("`" + col + "` is tested not null")
		}
	case "primary_key": // dbt_constraints
		cols := strs(t.Arg("column_names").Value)
		if col != "" {
			cols = []string{col}
		}
		if len(cols) > 0 && total && cond == nil {
			out.Keys = append(out.Keys, Fact{cols, false, nil, step(Tuple(cols) + " is tested as the primary key"), t.Name})
			for _, c := range cols {
				out.NotNull[d.FoldName(c, false)] = step("`" + c + "` is part of a tested primary key")
			}
		}
	case "unique_key": // dbt_constraints
		cols := strs(t.Arg("column_names").Value)
		if col != "" {
			cols = []string{col}
		}
		if len(cols) > 0 && total && cond == nil {
			out.Keys = append(out.Keys, Fact{cols, true, nil, step(Tuple(cols) + " is tested unique"), t.Name})
		}
	case "relationships":
		field, _ := jinja.TextOf(t.Arg("field").Value)
		if to := t.Arg("to").To; to != nil && col != "" && field != "" {
			out.Many = append(out.Many, DeclaredMany{col, to.ID, field, step("`" + col + "` refers to `" + to.Name + "." + field + "`")})
		}
	case "accepted_values":
		if vals := strs(t.Arg("values").Value); len(vals) == 1 && col != "" && total && cond == nil {
			out.Const[d.FoldName(col, false)] = DeclaredConst{"'" + strings.ReplaceAll(vals[0], "'", "''") + "'", step("`" + col + "` has one accepted value")}
		}
	}
}

// strs reads a list of texts, or a single one.
func strs(v jinja.Value) []string {
	if s, ok := jinja.TextOf(v); ok {
		return []string{s}
	}
	l, ok := v.(*jinja.List)
	if !ok {
		return nil
	}
	var out []string
	for _, x := range l.Items() {
		s, ok := jinja.TextOf(x)
		if !ok {
			return nil
		}
		out = append(out, s)
	}
	return out
}

// enforcing are the engines that reject rows that violate a primary key or
// unique constraint of an enforced contract.
var enforcing = map[string]bool{"postgres": true, "tsql": true, "duckdb": true}

func (out *Declared) constraints(n *manifest.Node, d *sql.Dialect) {
	if enforced, _ := n.Contract(); !enforced {
		return
	}
	strength := finding.Declared
	if enforcing[d.Name] {
		strength = finding.Enforced
	}
	add := func(c *manifest.Constraint, cols []string) {
		if len(cols) == 0 {
			return
		}
		step := Step{Tuple(cols) + " has a " + strings.ReplaceAll(c.Type, "_", " ") + " constraint", finding.Place{File: c.File, Span: c.Span}, strength}
		switch c.Type {
		case "primary_key":
			out.Keys = append(out.Keys, Fact{cols, false, nil, step, c.Type})
			for _, x := range cols {
				out.NotNull[d.FoldName(x, false)] = step
			}
		case "unique":
			out.Keys = append(out.Keys, Fact{cols, true, nil, step, c.Type})
		case "not_null":
			step.Strength = max(step.Strength, finding.Tested) // every engine enforces NOT NULL
			out.NotNull[d.FoldName(cols[0], false)] = step
		}
	}
	for _, c := range n.Constraints {
		add(c, c.Columns)
	}
	for _, col := range n.Columns {
		for _, c := range col.Constraints {
			add(c, []string{col.Name})
		}
	}
}

// ranges reads a test that ranges exclude each other. The test asks for lower
// bounds below the upper ones, and for each upper bound not above the next
// lower one.
func (out *Declared) ranges(t *manifest.Test, use bool, step func(string) Step) {
	lower, _ := jinja.TextOf(t.Arg("lower_bound_column").Value)
	upper, _ := jinja.TextOf(t.Arg("upper_bound_column").Value)
	partition, _ := jinja.TextOf(t.Arg("partition_by").Value)
	gaps, _ := jinja.TextOf(t.Arg("gaps").Value)
	if !use || lower == "" || upper == "" {
		return
	}
	zero := t.Arg("zero_length_range_allowed").Value
	allowed, _ := zero.(bool)
	r := DeclaredRanges{Lower: lower, Upper: upper, Closed: gaps == "required", Proper: zero == nil || !allowed}
	for _, p := range strings.Split(partition, ",") {
		if p = strings.TrimSpace(p); p != "" {
			r.Partition = append(r.Partition, p)
		}
	}
	r.Step = step("the ranges from `" + lower + "` to `" + upper + "` are tested to exclude each other")
	out.Ranges = append(out.Ranges, r)
}

// grains reads meta.grain and meta.primary_key, with which teams write down what
// one row is.
func (out *Declared) grains(n *manifest.Node) {
	place := finding.Place{File: n.Description.File, Span: n.Description.Span}
	if n.Patch != nil {
		place = finding.Place{File: n.Patch.File, Span: n.Patch.Name}
	}
	for _, name := range []string{"grain", "primary_key"} {
		if cols := strs(dig(n.Meta, name)); len(cols) > 0 {
			out.Keys = append(out.Keys, Fact{cols, true, nil, Step{Tuple(cols) + " is the meta." + name, place, finding.Declared}, "meta"})
		}
	}
}

// assumed reads meta.dbtvet.assume.unique: what the user vouches for.
func (out *Declared) assumed(n *manifest.Node) {
	unique := dig(n.Meta, "dbtvet", "assume", "unique")
	l, ok := unique.(*jinja.List)
	if !ok {
		return
	}
	place := finding.Place{File: n.Description.File, Span: n.Description.Span}
	if n.Patch != nil {
		place = finding.Place{File: n.Patch.File, Span: n.Patch.Name}
	}
	items := l.Items()
	if all := strs(l); all != nil {
		items = []jinja.Value{l}
	}
	for _, it := range items {
		if cols := strs(it); len(cols) > 0 {
			out.Keys = append(out.Keys, Fact{cols, false, nil, Step{Tuple(cols) + " is assumed unique", place, finding.Declared}, "assume"})
		}
	}
}

func asDict(v jinja.Value) *jinja.Dict {
	d, _ := v.(*jinja.Dict)
	return d
}

func dig(d *jinja.Dict, path ...string) jinja.Value {
	var v jinja.Value = d
	for _, p := range path {
		m, ok := v.(*jinja.Dict)
		if !ok || m == nil {
			return nil
		}
		v, _ = m.Get(p)
	}
	return v
}

// snapshot knows the keys of a snapshot's table: the surrogate, the key with
// the beginning of validity, and the key among current rows.
func (out *Declared) snapshot(n *manifest.Node) {
	if n.Type != manifest.Snapshot {
		return
	}
	key, origin, ok := n.UniqueKey()
	if !ok || len(key) == 0 {
		return
	}
	meta := snapshotColumns(n)
	step := func(text string) Step {
		return Step{text, finding.Place{File: origin.File, Span: origin.Span}, finding.Declared}
	}
	out.Keys = append(out.Keys,
		Fact{[]string{meta("dbt_scd_id")}, false, nil, step("a snapshot has one row per `" + meta("dbt_scd_id") + "`"), "snapshot"},
		Fact{append(slices.Clone(key), meta("dbt_valid_from")), false, nil, step("a snapshot has one row per key and `" + meta("dbt_valid_from") + "`"), "snapshot"},
	)
	when := &FactWhen{meta("dbt_valid_to"), "is null", ""}
	if v, _ := n.Config.Get("dbt_valid_to_current"); v != nil {
		return // the current row's mark is an expression
	}
	out.Keys = append(out.Keys, Fact{key, false, when, step("a snapshot has one current row per " + Tuple(key)), "snapshot"})
}

// snapshotColumns returns how a snapshot names dbt's own columns.
func snapshotColumns(n *manifest.Node) func(name string) string {
	v, _ := n.Config.Get("snapshot_meta_column_names")
	return func(name string) string {
		if s, ok := jinja.TextOf(dig(asDict(v), name)); ok {
			return s
		}
		return name
	}
}
