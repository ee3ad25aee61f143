package engine

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dbtvet/dbtvet/fixtures"
	"github.com/dbtvet/dbtvet/internal/config"
	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/internal/proof"
	"github.com/dbtvet/dbtvet/internal/proof/check"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/jinja"
)

// claim is a fact that explain prints, with its proof.
type claim struct {
	what  string
	steps []sema.Step
	proof *proof.Proof
}

// claims returns what is proven of a model: its keys, dependencies and columns
// without NULL, and the joins of all its worlds.
func claims(m *sema.Model) []claim {
	var out []claim
	s := m.Summary
	for _, k := range s.Keys {
		out = append(out, claim{fmt.Sprintf("%s: key %v lax=%t %v", s.ID, s.Names(k.Cols), k.Lax, k.When), k.Steps, k.Evidence.Proof()})
	}
	for _, f := range s.FDs {
		out = append(out, claim{fmt.Sprintf("%s: %v determine %v", s.ID, s.Names(f.From), s.Names(f.To)), f.Steps, f.Evidence.Proof()})
	}
	for _, c := range s.Columns {
		if c.NotNull && c.NullEvidence != nil {
			out = append(out, claim{fmt.Sprintf("%s: %s is never NULL", s.ID, c.Name), c.NullWhy, c.NullEvidence.Proof()})
		}
	}
	for _, v := range m.Variants {
		if v.World == nil {
			continue
		}
		for i, j := range v.World.Joins {
			for _, side := range []*sema.Verdict{&j.Right, &j.Left} {
				if e := side.Evidence(); e != nil {
					out = append(out, claim{fmt.Sprintf("%s (%s): join %d meets one row of %s", s.ID, v.World.Name, i, side.Side), side.Proof(), e.Proof()})
				}
			}
		}
	}
	return out
}

// proven analyses the project at dir and calls f with each claim of its models,
// and with what the project declares.
func proven(t *testing.T, files fs.FS, dir string, f func(c claim, declared check.Declared)) {
	t.Helper()
	o := Options{FS: files, Proofs: true}
	o.defaults(t.Context())
	r := newRun(t.Context(), o, &config.Config{}, dir)
	r.rules = nil
	r.analyse()
	known := declarations{r.manifest.Nodes}
	for _, n := range r.manifest.Nodes {
		if n.Template == nil || !n.Enabled {
			continue
		}
		for _, c := range claims(r.inspected(n)) {
			f(c, known.declares)
		}
	}
}

// declarations answers for what a project declares, from its files.
type declarations struct{ nodes []*manifest.Node }

// declares reports whether the project declares what a step states.
func (k declarations) declares(p *proof.Proof, s *proof.Step) error {
	f := &s.Says
	var cols []string
	for _, x := range append(slices.Clone(f.From), f.To...) {
		if x >= len(p.Names) {
			return fmt.Errorf("there is no column %d", x)
		}
		cols = append(cols, strings.ToLower(p.Names[x]))
	}
	for _, n := range k.nodes {
		for t := range n.AllTests() {
			if t.Enabled && t.File == s.Place.File && t.Span == s.Place.Span {
				return testSays(t, f, cols)
			}
		}
	}
	for _, n := range k.nodes {
		if n.Seed != nil && n.Seed.File == s.Place.File {
			return seedSays(n.Seed, f, cols)
		}
	}
	for _, n := range k.nodes {
		if n.Name == p.Name || n.Source+"."+n.Name == p.Name {
			return configSays(n, s, cols)
		}
	}
	return fmt.Errorf("nothing declares %q", s.Text)
}

func words(v any) []string {
	if s, ok := jinja.TextOf(v); ok {
		return []string{strings.ToLower(s)}
	}
	var out []string
	if l, ok := v.(*jinja.List); ok {
		for _, x := range l.Items() {
			s, _ := jinja.TextOf(x)
			out = append(out, strings.ToLower(s))
		}
	}
	return out
}

func sameNames(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(slices.Compact(a), slices.Compact(b))
}

// testSays reports whether a test states the fact over columns cols.
func testSays(t *manifest.Test, f *proof.Fact, cols []string) error {
	own := []string{strings.ToLower(t.Column)}
	named := func(args ...string) []string {
		for _, a := range args {
			if l := words(t.Arg(a).Value); len(l) > 0 {
				return l
			}
		}
		return own
	}
	key, strict := f.Kind == proof.Key || f.Kind == proof.Partial && t.Where != "", false
	var of []string
	switch t.Name {
	case "unique", "expect_column_values_to_be_unique", "unique_key":
		of = named("column_names", "column_name")
		if len(of) == 1 {
			of = strings.FieldsFunc(of[0], func(r rune) bool { return strings.ContainsRune(" ,()|'-", r) })
		}
	case "unique_combination_of_columns":
		of, strict = named("combination_of_columns"), true
	case "primary_key":
		of, strict = named("column_names"), true
		key = key || f.Kind == proof.NotNull && slices.Contains(of, cols[0])
		if f.Kind == proof.NotNull {
			of = cols
		}
	case "expect_compound_columns_to_be_unique":
		mode, _ := jinja.TextOf(t.Arg("ignore_row_if").Value)
		of, strict = named("column_list"), mode == "never"
		if f.Kind == proof.Partial && f.Lit == "is not null " {
			key, strict, cols = true, true, cols[:len(cols)-1]
		}
	case "not_null", "expect_column_values_to_not_be_null":
		of, strict, key = own, true, f.Kind == proof.NotNull
	case "accepted_values":
		of, strict, key = own, true, f.Kind == proof.Constant
	case "mutually_exclusive_ranges":
		of, strict, key = cols, true, f.Kind == proof.Exclusive
	}
	if f.Kind == proof.Partial && t.Where != "" {
		cols = cols[:len(cols)-1]
	}
	if !key || !f.Lax && !strict && f.Kind != proof.Exclusive || !sameNames(of, cols) {
		return fmt.Errorf("test %s of %v does not state it", t.Name, of)
	}
	return nil
}

// seedSays reports whether the rows of a seed are as the fact says.
func seedSays(s *project.Seed, f *proof.Fact, cols []string) error {
	var at []int
	for _, c := range cols {
		at = append(at, slices.IndexFunc(s.Header, func(h project.Cell) bool { return strings.EqualFold(h.Text, c) }))
	}
	seen := map[string]bool{}
	for _, row := range s.Rows {
		text, null := "", false
		for _, i := range at {
			if i < 0 || i >= len(row.Cells) {
				return fmt.Errorf("the seed has no such column")
			}
			v := strings.ToLower(strings.TrimSpace(row.Cells[i].Text))
			text, null = text+v+"\x00", null || v == ""
		}
		if null && !f.Lax || !null && f.Kind == proof.Key && seen[text] {
			return fmt.Errorf("row %q says otherwise", text)
		}
		seen[text] = true
	}
	if f.Kind != proof.Key && f.Kind != proof.NotNull {
		return fmt.Errorf("a seed says no such thing")
	}
	return nil
}

// configSays reports whether the configuration of a node states the fact.
func configSays(n *manifest.Node, s *proof.Step, cols []string) error {
	f := &s.Says
	switch s.Word {
	case "unique_key", "snapshot":
		key, _, _ := n.UniqueKey()
		has := func(part string) bool {
			return slices.ContainsFunc(cols, func(x string) bool { return strings.Contains(x, part) })
		}
		for _, c := range key {
			if !slices.ContainsFunc(cols, func(x string) bool { return strings.EqualFold(x, c) }) && (s.Word == "unique_key" || !has("scd_id")) {
				return fmt.Errorf("the unique_key is %v", key)
			}
		}
		if s.Word == "unique_key" && (!f.Lax || len(cols) != len(key)) {
			return fmt.Errorf("a unique_key says less")
		}
		if s.Word == "snapshot" && f.Kind == proof.Key && !has("scd_id") && !has("valid_from") {
			return fmt.Errorf("a snapshot keeps several rows per key")
		}
	case "meta", "assume":
		if s.Word == "meta" && !f.Lax {
			return fmt.Errorf("a grain says less")
		}
	case "entity":
	case "primary_key", "unique", "not_null":
		var found bool
		says := func(c *manifest.Constraint, of []string) {
			lower := words(strings.Join(of, " "))
			found = found || sameNames(strings.Fields(strings.Join(lower, " ")), cols) && (c.Type == "primary_key" || c.Type == "unique" && f.Lax && f.Kind == proof.Key || c.Type == "not_null" && f.Kind == proof.NotNull) ||
				c.Type == "primary_key" && f.Kind == proof.NotNull && slices.ContainsFunc(of, func(x string) bool { return strings.EqualFold(x, cols[0]) })
		}
		for _, c := range n.Constraints {
			says(c, c.Columns)
		}
		for _, col := range n.Columns {
			for _, c := range col.Constraints {
				says(c, []string{col.Name})
			}
		}
		if !found {
			return fmt.Errorf("no constraint says so")
		}
	default:
		return fmt.Errorf("%s of %s is not known", s.Word, n.Name)
	}
	return nil
}

// ofAllProjects calls f with the claims of all projects of the repository: those of
// fixtures, and the examples of the rules.
func ofAllProjects(t *testing.T, f func(c claim, declared check.Declared)) {
	t.Helper()
	for _, dir := range []string{"fixtures/projects/vyaparbazaar", "fixtures/projects/kitchen"} {
		proven(t, os.DirFS("../.."), dir, f)
	}
	proven(t, syntax, ".", f)
	err := fs.WalkDir(fixtures.Rules, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".txtar") {
			return err
		}
		data, err := fs.ReadFile(fixtures.Rules, name)
		if err != nil {
			return err
		}
		e, err := fixtures.Parse(name, data)
		if err != nil {
			return err
		}
		for _, p := range e.Projects {
			files := fstest.MapFS{}
			for name, data := range p.Tree() {
				files[name] = &fstest.MapFile{Data: data}
			}
			proven(t, files, ".", func(c claim, declared check.Declared) {
				c.what = name + "/" + p.Name + ": " + c.what
				f(c, declared)
			})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// syntax is a project of models that are proven by what a condition or an operator
// says, which no example needs.
var syntax = fstest.MapFS{
	"dbt_project.yml": {Data: []byte("name: syntax\nprofile: syntax\nmodel-paths: [models]\n")},
	"profiles.yml":    {Data: []byte("syntax: {target: dev, outputs: {dev: {type: snowflake}}}\n")},
	"models/s.yml": {Data: []byte(`
models:
  - name: prices
    columns: [{name: product_id, data_tests: [not_null]}, {name: valid_from, data_tests: [not_null]}, {name: valid_to}, {name: price}]
    data_tests:
      - dbt_utils.mutually_exclusive_ranges: {lower_bound_column: valid_from, upper_bound_column: valid_to, partition_by: product_id}
  - name: orders
    columns: [{name: order_id, data_tests: [unique, not_null]}, {name: product_id}, {name: ordered_at}]
  - name: returned
    columns: [{name: order_id, data_tests: [unique, not_null]}]
  - name: spend
    columns: [{name: day, data_tests: [unique, not_null]}, {name: ads, data_tests: [not_null]}, {name: mail}]
`)},
	"models/prices.sql":   {Data: []byte("select product_id, valid_from, valid_to, price from raw.prices")},
	"models/orders.sql":   {Data: []byte("select order_id, product_id, ordered_at from raw.orders")},
	"models/returned.sql": {Data: []byte("select order_id from raw.returned")},
	"models/spend.sql":    {Data: []byte("select day, ads, mail from raw.spend")},
	"models/priced.sql": {Data: []byte(`
select o.order_id, p.price
from {{ ref('orders') }} o
left join {{ ref('prices') }} p on p.product_id = o.product_id and o.ordered_at >= p.valid_from and o.ordered_at < coalesce(p.valid_to, '9999-12-31')
`)},
	"models/within.sql": {Data: []byte(`
select o.order_id, p.price
from {{ ref('orders') }} o
join {{ ref('prices') }} p on p.product_id = o.product_id and p.valid_from < o.ordered_at and o.ordered_at <= p.valid_to
`)},
	"models/listed.sql": {Data: []byte(`
select order_id from {{ ref('orders') }} where order_id not in (select order_id from {{ ref('returned') }})
union all
select order_id from {{ ref('returned') }}
`)},
	"models/existing.sql": {Data: []byte(`
with gone as (select order_id, 1 as n from {{ ref('returned') }})
select o.order_id, 0 as n from {{ ref('orders') }} o where not exists (select 1 from gone g where g.order_id = o.order_id)
union all
select order_id, n from gone where n > 0
`)},
	"models/channels.sql": {Data: []byte("select * from {{ ref('spend') }} unpivot (amount for channel in (ads, mail))")},
	"models/by_name.sql":  {Data: []byte("select * from (select day, channel, amount from {{ ref('channels') }}) pivot (sum(amount) for channel in ('ads', 'mail'))")},
}

// TestSyntaxProofs: the rules that read conditions and operators are all used.
func TestSyntaxProofs(t *testing.T) {
	used := map[proof.Rule]bool{}
	proven(t, syntax, ".", func(c claim, declared check.Declared) {
		for _, s := range c.proof.Steps {
			used[s.Rule] = true
		}
	})
	for name, r := range map[string]proof.Rule{"range": proof.InRange, "filter": proof.ApartFilter, "pivot": proof.Pivoted, "unpivot": proof.Unpivoted, "its name": proof.UnpivotName, "its value": proof.UnpivotFilled} {
		if !used[r] {
			t.Errorf("no proof by a %s", name)
		}
	}
}

// TestProofs checks every proof that explain prints of the projects of the
// repository: each step follows, and what is printed are steps of it.
func TestProofs(t *testing.T) {
	n, steps := 0, map[proof.Rule]int{}
	ofAllProjects(t, func(c claim, declared check.Declared) {
		n++
		if err := check.Proof(c.proof, declared); err != nil {
			t.Errorf("%s: %v", c.what, err)
			return
		}
		said := c.proof.Sentences()
		for _, s := range c.steps {
			if !slices.Contains(said, s.Text) {
				t.Errorf("%s: the printed step %q is no step of the proof", c.what, s.Text)
			}
		}
		for _, s := range c.proof.Steps {
			steps[s.Rule]++
		}
	})
	t.Logf("%d proofs, steps by rule %v", n, steps)
}
