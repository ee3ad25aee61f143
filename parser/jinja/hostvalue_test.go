package jinja

import "testing"

// days is a host's value with arithmetic and an order.
type days struct{ n int64 }

func (d days) Attr(*State, string) (Value, bool) { return nil, false }
func (d days) Print() string                     { return ToString(d.n) + "d" }

func (d days) Arith(op Op, other Value, right bool) (Value, bool) {
	n, ok := other.(int64)
	switch {
	case !ok:
		return nil, false
	case op == Add:
		return days{d.n + n}, true
	case op == Sub && !right:
		return days{d.n - n}, true
	}
	return nil, false
}

func (d days) Order(other Value) (int, bool) {
	o, ok := other.(days)
	return int(d.n - o.n), ok
}

func TestHostValues(t *testing.T) {
	scope := testScope{"d": days{3}, "e": days{5}}
	r := Render(parseText("{{ d + 1 }} {{ 1 + d }} {{ d - 1 }} {{ d < e }} {{ d >= e }} {{ e > d }} {{ d == d }} {{ [e, d] | sort | first }}"), Options{Scope: scope})
	checkMap(t, r)
	if want := "4d 4d 2d True False True True 3d"; r.Text != want || len(r.Errors) > 0 {
		t.Errorf("%q, want %q %v", r.Text, want, r.Errors)
	}
	for _, text := range []string{"{{ 1 - d }}", "{{ d * 2 }}", "{{ d < 1 }}"} {
		if r := Render(parseText(text), Options{Scope: scope}); len(r.Errors) != 1 || r.Errors[0].Kind != TypeError {
			t.Errorf("%s: %q %v", text, r.Text, r.Errors)
		}
	}
}
