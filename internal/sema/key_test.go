package sema

import (
	"strings"
	"testing"
)

// TestKeysOfConstants: values that a condition or a group fixes add nothing to a
// key, on either side of an outer join too.
func TestKeysOfConstants(t *testing.T) {
	const facts = "r lax(k, t) r notnull(k) r notnull(t) l strict(a, b) l notnull(b)"
	for _, c := range []struct {
		query string
		key   []string
	}{
		{"select 'a' || '-' || cast(x.k as varchar) as e from (select k from r where t = 1) as x", []string{"e"}},
		{"select concat((select count(*) from l), '-', k) as e from r where t = 1", []string{"e"}},
		{"select k, t from r where coalesce(t, 0) = 1", []string{"k"}},
		{"select k, t from r where t = w and coalesce(w, 1) = 1", []string{"k"}},
		{"select k, t, w from r where coalesce(t, 'none') = 'order'", []string{"k"}},
		{"select l.a, l.b, x.m from l full join (select t as m from r where k = 1) as x on l.a <> x.m", []string{"a", "b", "m"}},
		{"select 2 as e, count(a) as n from l group by all", nil},
		{"select min(m) as x from (select max(v) as m, max(v) as o from l group by b) as y group by m, o", []string{"x"}},
		{"select concat_ws('-', coalesce(k, 1), w) as e from r where t = 1 and w = 2", []string{"e"}},
		{"select k, t, w from r where not (not (t = 1))", []string{"k"}},
		{"select p.a, p.b, row_number() over (partition by p.a order by q.b) as n from l as p join l as q on p.a is not distinct from q.a join l as s on s.a = q.a", []string{"a", "n"}},
		{"select coalesce(k, -1) as e from r where t = 1", []string{"e"}},
		{"select cast(w as varchar) || '-' || cast(w as varchar) as e from (select distinct w from r) as x", []string{"e"}},
		{"select concat_ws('-', w, w) as e from (select distinct w from r) as x", []string{"e"}},
		{"select concat(k, '-', w) as e from r where t = 1", []string{"e"}},
		{"select concat(m, '-', b) as e from (select b, max(b) + 1 as m from l group by b) as x", []string{"e"}},
		{"select coalesce(k, k) as e from r where t = 1", []string{"e"}},
		{"select min(v) as m, max(b) as n from (select v, b, count(*) as c from l group by v, b) group by v, b", []string{"m", "n"}},
	} {
		if s := worldOf(t, facts, c.query).Output; !s.claims(c.key, false) {
			t.Errorf("%v is a key of %s", c.key, c.query)
		}
	}
}

// TestNoKeysOfFallbacks: a coalesce whose fallback is the value looked for lets
// NULL through.
func TestNoKeysOfFallbacks(t *testing.T) {
	const facts = "r strict(k, w)"
	for _, q := range []string{
		"select k, w from r where coalesce(w, 1) = 1",
		"select k, w from r where coalesce(w, t) = 1",
		"select k, w from r where coalesce(w, 2) <> 1",
		"select concat(w, '-', t) as k, w from r",
		"select concat_ws('-', k, w) as k, w from r",
		"select coalesce(w, -1) as k, w from r where t = 1",
		"select max(k) as k, 1 as w from r group by rollup(t)",
	} {
		if s := worldOf(t, facts, q).Output; s.claims([]string{"k"}, false) {
			t.Errorf("k is no key of %s", q)
		}
	}
}

// TestWitnessNames: each row of a witness has the columns of its own relation.
func TestWitnessNames(t *testing.T) {
	w := worldOf(t, "r strict(k, t)", "select sum(l.v) from l join r on r.k = l.a")
	lines := w.Joins[0].Right.Witness("l", "v")
	if len(lines) != 2 || lines[0] != "l (a=1, v=5)" || !strings.HasPrefix(lines[1], "r (k=1, t=1) (k=1, t=2) ") {
		t.Errorf("%q", lines)
	}
}

// TestHolesMayRepeatRows: template text that nobody knows may be a join or a
// branch of a union.
func TestHolesMayRepeatRows(t *testing.T) {
	for _, q := range []string{
		"select l.a from l __hole_1__",
		"select l.a from l __hole_1__, (select 1 as x) as r",
		"select l.a from l join (select 1 as x) as r on true __hole_1__",
		"select a from ((select a from l) __hole_1__) y",
		"select a from ((select a from l) __hole_1__, (select 1 as z) q) y",
		"(select a from l) __hole_1__ (select k from r)",
		"select a from ((select a from l) __hole_1__ (select k from r)) y",
		"select a from l union select a from l __hole_1__ select a from l",
	} {
		w := worldOf(t, "l strict(a)", q)
		if len(w.Output.Columns) != 1 || len(w.Output.Keys) > 0 {
			t.Errorf("%s: %d columns, keys %v", q, len(w.Output.Columns), w.Output.Keys)
		}
	}
}
