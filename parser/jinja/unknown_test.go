package jinja

import (
	"errors"
	"testing"

	"github.com/dbtvet/dbtvet/parser/source"
)

func unknownScope() testScope {
	scope := hostScope(nil)
	scope["unk"] = &Unknown{Why: "run_query"}
	scope["rows"] = &Unknown{Kind: RowsKind, Why: "rows"}
	scope["rel"] = &Unknown{Kind: RelationKind, Why: "rel"}
	scope["raise"] = &Func{Name: "raise", Fn: func(c *CallArgs) (Value, error) {
		msg, _ := c.String(0, "msg")
		return nil, errors.New(msg)
	}}
	return scope
}

func TestUnknown(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"printed", "a {{ unk }} b {{ unk }}", "a __hole_1__ b __hole_2__"},
		{"parts", "{{ unk.a['b'][1:2](3).c | upper }}", "__hole_1__"},
		{"operators", "{{ unk + 1 }}{{ 1 - unk }}{{ -unk }}{{ unk < 1 }}", "__hole_1____hole_2____hole_3____hole_4__"},
		{"text around", "{{ 'a' ~ unk ~ 'b' }}", "a__hole_1__b"},
		{"text plus", "{{ 'a' + unk }}", "a__hole_1__"},
		{"joined", "{{ ['a', unk] | join(', ') }}", "a, __hole_1__"},
		{"formatted", "{{ 'x={}'.format(unk) }} {{ '%s!' % unk }}", "x=__hole_1__ __hole_2__!"},
		{"upper spares holes", "{{ ('a' ~ unk) | upper }}", "A__hole_1__"},
		{"pieces are not known", "{{ ('a_' ~ unk ~ '_b').split('_')[0] }}", "__hole_2__"},
		{"not known text", "{{ ('a' ~ unk) | length }}", "__hole_2__"},
		{"host is not asked", "{{ fn2('a', unk) }}", "__hole_1__"},
		{"host is not asked inside", "{{ fn2('a', [unk]) }}", "__hole_1__"},
		{"host is not asked with holes", "{{ fn2('a', 'b' ~ unk) }}", "__hole_2__"},
		{"then by default", "{% if unk %}a{% else %}b{% endif %}", "a"},
		{"inline if", "{{ 'a' if unk else 'b' }}", "a"},
		{"inline if without else", "{{ 'a' if unk }}", "__hole_1__"},
		{"settled and", "{% if unk and false %}a{% else %}b{% endif %}", "b"},
		{"settled or", "{% if unk or true %}a{% endif %}", "a"},
		{"defined", "{{ unk is defined }} {{ unk is undefined }}", "True False"},
		{"not none", "{% if unk is none %}a{% else %}b{% endif %}", "b"},
		{"relation is a mapping", "{% if rel is not mapping %}a{% else %}b{% endif %}", "b"},
		{"relation is no string", "{% if rel is string %}a{% else %}b{% endif %}", "b"},
		{"default", "{{ unk | default('x') }}", "__hole_1__"},
		{"loop", "select {% for r in rows %}{{ r.a }}{{ ', ' if not loop.last }}{% endfor %}", "select __hole_1____hole_2__"},
		{"loop with statement", "{% for r in rows %}{% if not loop.first %}union{% endif %} {{ r }}{% endfor %}", "__hole_1__ __hole_2__"},
		{"loop first branch", "{% for r in rows %}{% if loop.first %}where{% else %}and{% endif %} {{ r }}{% endfor %}", "where __hole_1__"},
		{"loop by index", "{% for r in rows %}{% if loop.index > 1 %},{% endif %}x{% endfor %}", "__hole_1__x"},
		{"loop over pairs", "{% for k, v in unk.items() %}{{ k }}={{ v }}{% endfor %}", "__hole_1__=__hole_2__"},
		{"no else of a loop", "{% for r in rows %}a{% else %}b{% endfor %}", "a"},
		{"in a list", "{% set l = ['a'] %}{% do l.extend(rows) %}{{ l | join(',') }}", "a,__hole_1__"},
		{"printed list", "{{ [1, unk] }}", "__hole_1__"},
		{"map", "{{ [unk, 'b'] | map('upper') | join(' ') }}", "__hole_1__ B"},
		{"sort", "{{ [unk, 'b'] | sort }}", "__hole_1__"},
		{"equality", "{{ unk == 1 }}{{ ['a', unk] == ['b', 1] }}", "__hole_1__False"},
		{"membership", "{{ 'a' in ['a', unk] }}{{ 'b' in ['a', unk] }}", "True__hole_1__"},
		{"dict value", "{{ {'a': unk}['a'] }}{{ {'a': 1}[unk] }}", "__hole_1____hole_2__"},
		{"dict with an unknown key", "{% set d = {} %}{% do d.update({unk: 1}) %}{{ d.get('a') }} {{ d }} {{ d['a'] }}{% if not d %}x{% endif %}", "__hole_1__ __hole_2__ __hole_3__"},
		{"keys of an open dict", "{% set d = {'b': 1} %}{% do d.update({unk: 1}) %}{% for k in d %}{{ k }}{% endfor %}{{ d | length }}", "__hole_1____hole_2__"},
		{"truth set under it", "{% set f = false %}{% if unk %}{% set f = true %}{% endif %}{% if f %}a{% do raise('no') %}{% endif %}", "a"},
		{"truth of an inline if", "{% set f = true if unk else false %}{% if f %}a{% do raise('no') %}{% endif %}", "a"},
		{"falsehood of an inline if", "{% set f = false if unk else true %}{% if f %}a{% else %}b{% do raise('no') %}{% endif %}", "b"},
		{"counted in a loop", "{% set ns = namespace(n=0) %}{% for r in rows %}{% set ns.n = ns.n + 1 %}{% endfor %}{% if ns.n == 0 %}a{% else %}b{% do raise('no') %}{% endif %}{{ ns.n }}", "b__hole_1__"},
		{"text set under it stays", "{% set t = 'a' %}{% if unk %}{% set t = 'b' %}{% endif %}{{ t }}", "b"},
		{"first set under it", "{% if unk %}{% set n = 1 %}{{ n }}{% endif %}{{ n }}", "1__hole_1__"},
		{"set by a tuple and a block", "{% if unk %}{% set a, b = 1, 2 %}{% set t %}x{% endset %}{% endif %}{{ a }}{{ t }}{% if t == 'x' %}{% do raise('no') %}{% endif %}", "__hole_1__x"},
		{"chosen text decides nothing", "{% set t = 'a' %}{% if unk %}{% set t = 'b' %}{% endif %}{% if t == 'b' %}c{% do raise('no') %}{% endif %}{% if 'b' in t ~ 'x' %}{% do raise('no') %}{% endif %}", "c"},
		{"printed text decides nothing", "{% macro m() %}{% if unk %}true{% else %}false{% endif %}{% endmacro %}{% if m() == 'true' %}a{% do raise('no') %}{% endif %}{% if m() == 'false' %}{% do raise('no') %}{% else %}b{% endif %}", "ab"},
		{"text made in a loop", "{% set ns = namespace(s='x', t='y') %}{% for r in rows %}{% set ns.s = ns.s ~ ',a' %}{% set ns.t = 'z' %}{% endfor %}{{ ns.s }} {{ ns.t }}", "x__hole_1__ __hole_2__"},
		{"made and changed in a loop", "{% for r in rows %}{% set ns = namespace(n=0) %}{% set l = [] %}{% for i in [1, 2] %}{% set ns.n = ns.n + i %}{% do l.append(i) %}{% endfor %}{{ ns.n }}{{ l }}{% endfor %}", "3[1, 2]"},
		{"appended in a loop", "{% set l = [] %}{% for r in rows %}{% do l.append('a') %}{% if l | length == 1 %}{% do raise('no') %}{% endif %}{% endfor %}{{ l | join(', ') }} {{ l | length }}{% if l | length == 0 %}{% do raise('no') %}{% else %}b{% endif %}{% if not l %}{% do raise('no') %}{% endif %}{% if l %}c{% endif %}", "__hole_1__ __hole_2__bc"},
		{"appended under it", "{% set l = ['a', 'b'] %}{% if unk %}{% do l.append('c') %}{{ l | length }}{% endif %} {{ l | join(', ') }} {{ l | length }}{{ l[0] }}{{ l[-1] }}{{ l[2] }} {{ 'a' in l }}{{ 'd' in l }}", "3 a, b, __hole_1__ __hole_2__a__hole_3____hole_4__ True__hole_5__"},
		{"appended after it", "{% set l = ['a'] %}{% if unk %}{% do l.append('b') %}{% endif %}{% do l.append('c') %}{{ l | join(',') }}{% for x in l %}{{ x }}{{ ';' if not loop.last }}{{ loop.first }}{% endfor %}", "a,__hole_1__a__hole_2__True__hole_3____hole_4____hole_5__"},
		{"of a list that goes on", "{% set l = ['a'] %}{% if unk %}{% do l.append('b') %}{% endif %}{{ l | list | length }}{{ (l + ['c']) | join(',') }}{{ (['c'] + l) | join(',') }}{{ l | first }}{{ l | last }}{{ l[:1] }}{{ l.copy() | length }}{% if l %}t{% endif %}", "__hole_1__a,__hole_2__c,a,__hole_3__a__hole_4____hole_5____hole_6__t"},
		{"all else that changes a list", "{% set k = ['a', 'b'] %}{% set l, m, n, o, p = k.copy(), k.copy(), k.copy(), k.copy(), k.copy() %}{% if unk %}{% do l.insert(0, 'c') %}{% do m.pop() %}{% do n.remove('a') %}{% do o.extend(['c']) %}{% do p.clear() %}{% endif %}{{ l[0] }}{{ m | length }}{{ n }}{{ o }}{{ p | join }}{% do p.clear() %}{{ p }}", "__hole_1____hole_2____hole_3____hole_4____hole_5__[]"},
		{"longer lists", "{% set ns = namespace(l=['a']) %}{% for r in rows %}{% set ns.l = ns.l + ['b'] %}{% endfor %}{{ ns.l | join(',') }}{% if ns.l | length == 2 %}{% do raise('no') %}{% endif %}", "a,__hole_1__"},
		{"list chosen by it", "{% if unk %}{% set l = ['a', 'b'] %}{% else %}{% set l = ['a'] %}{% endif %}{{ l | join(',') }}{% if l | length == 2 %}{% do raise('no') %}c{% endif %}", "a,bc"},
		{"dict changed under it", "{% set d = {'a': 1} %}{% set e = d.copy() %}{% if unk %}{% do d.update({'b': 2}) %}{{ d.b }}{% do e.pop('a') %}{% endif %}{{ d.b }}{{ d | length }}{{ e.get('a') }}", "2__hole_1____hole_2____hole_3__"},
		{"left by a return", "{% set l = [] %}{% macro m(l) %}{% if unk %}{% do l.append(1) %}{{ return('x') }}{% endif %}{% endmacro %}{{ m(l) }}{{ l | length }}", "x__hole_1__"},
		{"joiner and cycler", "{% set j = joiner(',') %}{% set c = cycler('a', 'b') %}{% for r in rows %}{{ j() }}{{ c.next() }}{{ loop.cycle(1, 2) }}{% endfor %}", "__hole_1____hole_2____hole_3__"},
		{"length of rows", "{% if rows | length == 0 %}{% do raise('no') %}{% else %}a{% endif %}{% if rows | length > 0 %}b{% endif %}", "ab"},
		{"keyword expansion", "{{ fn2(*unk) }}{{ fn2(**unk) }}", "__hole_1____hole_2__"},
		{"macro gets it", "{% macro m(a) %}<{{ a }}>{% endmacro %}{{ m(unk) }}", "<__hole_1__>"},
		{"unpacked", "{% set a, b = unk %}{{ a }}{{ b }}", "__hole_1____hole_2__"},
		{"discarded error", "{% if unk %}{% do raise('no') %}{% endif %}x", "x"},
		{"discarded type error", "{% if unk %}{{ 1 + 'a' }}{% endif %}x", "__hole_1__x"},
		{"slices spare holes", "{% set x = 'ab_' ~ unk ~ '_cd' %}{{ x[:2] }}{{ x[-3:] }} {{ x[:-2] }} {{ x[1:] }} {{ x[:4] }} {{ x[4:] }} {{ x[::-1] }} {{ x[-4:] }} {{ x[-1:2] }}", "ab_cd ab___hole_1___ b___hole_1___cd __hole_2__ __hole_3__ __hole_4__ __hole_5__ __hole_6__"},
		{"characters of holes", "{% set x = 'ab' ~ unk ~ 'cd' %}{{ x[1] }}{{ x[2] }}{{ x[-2] }}{{ x[-3] }}{{ x[99] }}", "b__hole_2__c__hole_3____hole_4__"},
		{"trims spare holes", "{% set x = '_a' ~ unk ~ 'b_' %}{{ x.strip('_abhole1') }} {{ x.lstrip('_') }} {{ x | trim('_') }} {{ x.rstrip('b_') }}", "__hole_1__ a__hole_1__b_ a__hole_1__b _a__hole_1__"},
		{"replacements spare holes", "{% set x = 'a_h' ~ unk ~ '_1' %}{{ x.replace('_', '-') }} {{ x | replace('h', 'H') }} {{ x | replace('', '-') }} {{ x.replace('_', '-', 1) }}", "a-h__hole_1__-1 a_H__hole_1___1 __hole_2__ __hole_3__"},
		{"parts of open text", "{% set x = 'a.b' ~ unk ~ '.c' %}{{ x.partition('.')[0] }} {{ x.rpartition('.')[2] }} {{ x.partition('hole')[0] }} {{ x.splitlines() | length }} {{ x.zfill(30) }} {{ '%.3s|%.4s' % (x, x) }}", "a c __hole_2__ __hole_3__ __hole_4__ __hole_5__"},
		{"open formats", "{{ ('%s' ~ unk) % (1, 2) }}{{ ('{}{' ~ unk).format(1) }}", "__hole_2____hole_4__"},
		{"none chosen by it", "{% set x = none if unk else 'a' %}{% if x is none %}{% do raise('no') %}{% endif %}b", "b"},
		{"a key that it chose", "{% set k = 'a' %}{% if unk %}{% set k = 'b' %}{% endif %}{% if {'b': 1}[k] == 1 %}{% do raise('no') %}{% endif %}{% if {'a': 1}.get(k) is none %}{% do raise('no') %}{% endif %}{{ {'b': 'x'}[k] }}", "x"},
		{"an argument that it chose", "{% set k = 'a' %}{% if unk %}{% set k = 'b' %}{% endif %}{% if 'bc'.startswith(k) %}{% do raise('no') %}{% endif %}{% if fn2(k, 'c') == 'bc' %}{% do raise('no') %}{% endif %}{{ fn2(k, 'c') }}{{ [k].index('z') }}{{ k.index('z') }}", "bc__hole_1____hole_2__"},
		{"settled by presumption", "{% if rel is not mapping %}{% do raise('no') %}{% endif %}x", "x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Render(parseText(c.text), Options{Scope: unknownScope()})
			checkMap(t, r)
			if r.Text != c.want || len(r.Errors) > 0 || r.Stopped != "" {
				t.Errorf("got %q, want %q; errors %v %s", r.Text, c.want, r.Errors, r.Stopped)
			}
		})
	}
}

// What an unknown condition chose decides nothing, whatever is taken of it, and
// conditions on it come out as for that branch.
func TestChosenValues(t *testing.T) {
	for returned, path := range map[string]string{"['a', 'b']": "", "{'k': ['a', 'b']}": ".k", "[['a', 'b']]": "[0]", "(1, ['a', 'b'])": "[1]"} {
		before := "{% macro m() %}{% if unk %}{{ return(" + returned + ") }}{% endif %}{{ return([]) }}{% endmacro %}{% set l = m()" + path + " %}"
		for _, test := range []string{
			"l", "l | join(',') == 'a,b'", "l[0] == 'a'", "l | first == 'a'", "l | last == 'b'", "l[-1] == 'b'", "'b' in l", "'c' not in l", "l | length == 2",
			"l == ['a', 'b']", "(l | list) | length == 2", "l | map('upper') | join == 'AB'", "(l + ['c']) | length == 3", "l | string == \"['a', 'b']\"", "l[:1] == ['a']",
			"l.index('a') == 0", "l.count('a') == 1", "l | sort == ['a', 'b']", "l | unique | list | length == 2", "l.copy() | length == 2", "l | reject('equalto', 'a') | list | length == 1",
			"(l | reverse | list) | length == 2", "{'k': l}['k'] | length == 2", "l | select('equalto', 'b') | list == ['b']",
		} {
			r := Render(parseText(before+"{% if "+test+" %}then{% do raise('no') %}{% else %}else{% do raise('no') %}{% endif %}"), Options{Scope: unknownScope()})
			checkMap(t, r)
			if r.Text != "then" || len(r.Errors) > 0 {
				t.Errorf("%s, %s: %q %v", returned, test, r.Text, r.Errors)
			}
		}
	}
	r := Render(parseText("{% macro m() %}{% if unk %}{{ return(['a', 'b']) }}{% endif %}{{ return([]) }}{% endmacro %}{% set ns = namespace(n=0, t='', l=[]) %}"+
		"{% for x in m() %}{% set ns.n = ns.n + 1 %}{% set ns.t = ns.t ~ x %}{% do ns.l.append(x) %}{{ x }}{{ ',' if not loop.last }}{% do raise('no') %}{% else %}none{% endfor %} {{ ns.n }} {{ ns.t }} {{ ns.l | length }}"+
		"{% if ns.t == 'ab' %}c{% do raise('no') %}{% endif %}{% set a, b = m() %}{{ a }}{% if a == 'a' %}d{% do raise('no') %}{% endif %}"), Options{Scope: unknownScope()})
	checkMap(t, r)
	if r.Text != "a,b __hole_1__ ab __hole_2__cad" || len(r.Errors) > 0 {
		t.Errorf("a loop over it: %q %v", r.Text, r.Errors)
	}
}

// Nor does a text that it chose, whatever is made of it.
func TestChosenText(t *testing.T) {
	before := "{% set x = 'a' %}{% if unk %}{% set x = 'ab_cd' %}{% endif %}"
	for _, test := range []string{
		"x.startswith('ab')", "x.endswith('cd')", "x.find('b') == 1", "x.count('_') == 1", "x.index('b') == 1", "x.split('_') | length == 2", "x.split('_')[1] == 'cd'",
		"x.partition('_')[1] == '_'", "x | length == 5", "x is lower", "x is eq 'ab_cd'", "x in ['ab_cd']", "x | int(7) == 7", "x.isidentifier()", "x | wordcount == 1",
		"x | list | length == 5", "x[0] == 'a' and x[1] == 'b'", "(x | upper) == 'AB_CD'", "[x] | string == \"['ab_cd']\"", "x | tojson == '\"ab_cd\"'", "'%r' % x == \"'ab_cd'\"",
		"x.splitlines() | length == 1", "x | first == 'a' and x | last == 'd'", "x is not none",
	} {
		r := Render(parseText(before+"{% if "+test+" %}then{% do raise('no') %}{% else %}else{% do raise('no') %}{% endif %}"), Options{Scope: unknownScope()})
		checkMap(t, r)
		if r.Text != "then" && r.Text != "else" || len(r.Errors) > 0 || len(r.Conditions) < 2 || !r.Conditions[1].Unknown {
			t.Errorf("%s: %q %v", test, r.Text, r.Errors)
		}
	}
}

func TestErrorsOfHosts(t *testing.T) {
	cause := errors.New("no such thing")
	scope := testScope{"bad": &Func{Name: "bad", Fn: func(*CallArgs) (Value, error) { return nil, cause }}}
	r := Render(parseText("{% macro m() %}{{ bad() }}{% endmacro %}a{{ m() }}{{ m() }}b"), Options{Scope: scope})
	checkMap(t, r)
	if r.Text != "a__hole_1____hole_2__b" || len(r.Errors) != 1 {
		t.Fatalf("%q %v", r.Text, r.Errors)
	}
	e := r.Errors[0]
	if !errors.Is(e, cause) || e.Kind != HostError || len(e.Chain) != 1 || e.Chain[0].Name != "m" {
		t.Errorf("%+v", e)
	}
	if got := e.Place.File.Slice(e.Place.Span); got != "bad()" {
		t.Errorf("at %q", got)
	}
}

func TestUndefinedHook(t *testing.T) {
	var asked []string
	o := Options{Undefined: func(s *State, name string, at source.Place) Value {
		asked = append(asked, name+"@"+at.File.Slice(at.Span))
		return &Unknown{Kind: MacroKind, Why: "undefined"}
	}}
	r := Render(parseText("{{ a }}{{ b.c }}{{ d(1) }}{{ e is defined }}{{ f | default('x') }}{% if g %}y{% endif %}{% set h = i %}{{ h ~ '' }}"), o)
	checkMap(t, r)
	if want := "__hole_1____hole_2____hole_3__Falsex__hole_4__"; r.Text != want {
		t.Errorf("%q", r.Text)
	}
	want := []string{"a@a", "b@b", "d@d", "i@i"}
	for i, w := range want {
		if i >= len(asked) || asked[i] != w {
			t.Fatalf("asked for %q, want %q", asked, want)
		}
	}
}

func TestConditions(t *testing.T) {
	text := "{% if a %}1{% elif unk %}2{% else %}3{% endif %}{{ 'x' if b else 'y' }}{% for i in [] %}4{% else %}5{% endfor %}" +
		"{% if c %}{% if d %}6{% endif %}{% endif %}"
	tmpl := parseText(text)
	o := Options{Scope: testScope{"a": false, "b": true, "c": false, "d": true, "unk": &Unknown{}}}
	r := Render(tmpl, o)
	if r.Text != "2x5" {
		t.Fatalf("%q", r.Text)
	}
	slice := tmpl.File.Slice
	type row struct {
		cond, then, otherwise string
		taken                 [2]bool
		unknown, loop         bool
	}
	want := []row{
		{"a", "1", "{% elif unk %}2{% else %}3", [2]bool{true, false}, false, false},
		{"unk", "2", "{% else %}3", [2]bool{false, true}, true, false},
		{"b", "'x'", "'y'", [2]bool{false, true}, false, false},
		{"[]", "4", "5", [2]bool{true, false}, false, true},
		{"c", "{% if d %}6{% endif %}", "", [2]bool{true, false}, false, false},
		{"d", "6", "", [2]bool{}, false, false},
	}
	if len(r.Conditions) != len(want) {
		t.Fatalf("%d conditions", len(r.Conditions))
	}
	for i, c := range r.Conditions {
		got := row{slice(c.Span), slice(c.Then), slice(c.Else), c.Taken, c.Unknown, c.Loop}
		if got != want[i] {
			t.Errorf("condition %d is %+v, want %+v", i, got, want[i])
		}
	}
	fork := func(i int) Fork { return Fork{tmpl.File, r.Conditions[i].Span} }
	o.Forced = map[Fork]Forcing{fork(1): {}, fork(2): {}, fork(4): {Holds: true}}
	if r := Render(tmpl, o); r.Text != "3y56" {
		t.Errorf("forced: %q", r.Text)
	}
	o.Forced = map[Fork]Forcing{fork(0): {Holds: true}}
	if r := Render(tmpl, o); r.Text != "1x5" || !r.Conditions[0].Taken[1] || r.Conditions[1].Taken[1] {
		t.Errorf("forced: %q %+v", r.Text, r.Conditions)
	}
}

func TestForcedInLoop(t *testing.T) {
	tmpl := parseText("{% for r in rows %}{% if not loop.last %},{% endif %}{{ ';' if not loop.first }}{% endfor %}")
	o := Options{Scope: unknownScope(), Forced: map[Fork]Forcing{}}
	for _, c := range Render(tmpl, o).Conditions {
		if !c.Loop {
			o.Forced[Fork{tmpl.File, c.Span}] = Forcing{Holds: true}
		}
	}
	if r := Render(tmpl, o); r.Text != ",;" {
		t.Errorf("%q", r.Text)
	}
}

func TestReturn(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"{% macro m() %}a{{ return([1, 2]) }}b{% endmacro %}{% for x in m() %}{{ x }}{% endfor %}", "12"},
		{"{% macro m() %}{% for i in [1, 2] %}{% if i == 2 %}{% do return(i) %}{% endif %}{% endfor %}{% endmacro %}{{ m() + 1 }}", "3"},
		{"{% macro w() %}[{{ caller() }}]{{ return('after') }}{% endmacro %}{% call w() %}x{% endcall %}", "after"},
		{"{% macro w() %}[{{ caller() }}]{% endmacro %}{% macro m() %}{% call w() %}{{ return('up') }}{% endcall %}{% endmacro %}<{{ m() }}>", "<up>"},
		{"{% macro m() %}{% set q %}x{{ return('y') }}{% endset %}{% endmacro %}{{ m() }}z", "yz"},
		{"{% macro m() %}{{ return(none) }}{% endmacro %}{{ m() is none }}", "True"},
	} {
		r := Render(parseText(c.text), Options{Scope: hostScope(nil)})
		checkMap(t, r)
		if r.Text != c.want || len(r.Errors) > 0 {
			t.Errorf("%s: %q, want %q %v", c.text, r.Text, c.want, r.Errors)
		}
	}
	r := Render(parseText("{% macro m() %}{% if unk %}{{ return(true) }}{% endif %}{{ return(false) }}{% endmacro %}{% if m() %}x{% else %}y{% endif %}"), Options{Scope: unknownScope()})
	if c := r.Conditions[len(r.Conditions)-1]; r.Text != "x" || !c.Unknown {
		t.Errorf("a truth value under an unknown condition: %q %+v", r.Text, c)
	}
	r = Render(parseText("a{{ return(1) }}b"), Options{Scope: hostScope(nil)})
	if r.Text != "a" || len(r.Errors) != 1 {
		t.Errorf("%q %v", r.Text, r.Errors)
	}
}

func TestBudgets(t *testing.T) {
	small := Budget{Steps: 1000, Depth: 20, Output: 10_000, Loop: 500}
	for _, text := range []string{
		"{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
		"{% for i in range(100000) %}{% endfor %}",
		"{{ 'a' * 1000000 }}",
		"{{ range(10 ** 12) | list }}",
		"{% set ns = namespace(s='x') %}{% for i in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
		"{{ 'a'.ljust(100000000) }}{{ '%100000s' % 'a' }}",
		"{% for i in range(400) %}{% for j in range(400) %}x{% endfor %}{% endfor %}",
		"{{ '{:9999999}'.format('x') }}",
		"{{ 'abc' | replace('', 'x' * 5000) }}",
		"{{ [0] * 100000 }}",
		"{% set ns = namespace(s='ab') %}{% for i in range(100) %}{% set ns.s = ns.s.replace('a', 'aba') %}{% endfor %}",
		"{% set s = 'x' * 9000 %}{% for i in range(400) %}{{ s|upper|length }}{% endfor %}",
		"{% set s = 'x' * 9000 %}{{ s[::2] }}",
		"{{ ('a,' * 4000).split(',') | length }}",
	} {
		r := Render(parseText("start "+text+" end"), Options{Budget: small})
		checkMap(t, r)
		if r.Stopped == "" || len(r.Text) > 20_000 {
			t.Errorf("%s is not stopped: %d bytes", text, len(r.Text))
		}
	}
}

func TestNative(t *testing.T) {
	same := testScope{"fn": &Func{Name: "fn", Fn: func(c *CallArgs) (Value, error) { return c.Args[0], nil }}}
	for text, want := range map[string]string{
		"{{ fn('[1, 2]') }}":                   "'[1, 2]'",
		"{{ [1, fn(2)] }}":                     "[1, 2]",
		"{{ [1, 2] }}":                         "'[1, 2]'",
		"{{ 'true' }}":                         "'true'",
		"{{ true }}":                           "'True'",
		"{{ fn(true) }}":                       "True",
		"1":                                    "'1'",
		"{{ fn('1') }}":                        "'1'",
		"{{ fn(1) }}":                          "1",
		"{{ fn(1) }}{{ 2 }}":                   "'12'",
		"a{{ 1 }}":                             "'a1'",
		"":                                     "''",
		"{{ fn(none) }}":                       "None",
		"{{ none }}":                           "'None'",
		"{{ 2 * 21 | int }}":                   "'42'",
		" {{ fn(1) }}":                         "' 1'",
		"{% if 1 -%} {{ fn(1) }} {%- endif %}": "1",
		"{% if 1 %}1{% endif %}":               "'1'",
		"{% set x = fn(5) %}{{ x }}":           "5",
		"{% set x = fn(5) %}\n{{ x }}":         "'\\n5'",
		"{% set x %}{{ fn(2) }}{% endset %}{{ fn(1) }}": "1",
		"{% if 0 %}x{% endif %}":                        "''",
		"{{ fn(1) }}\n":                                 "1",
	} {
		v, r := RenderNative(parseText(text), Options{Scope: same})
		checkMap(t, r)
		if got := Repr(v); got != want || len(r.Errors) > 0 {
			t.Errorf("%q is %s, want %s %v", text, got, want, r.Errors)
		}
	}
}

// A host may call back, ask where it is, and see the arguments' places.
func TestHostCalls(t *testing.T) {
	scope := testScope{"call": &Func{Name: "call", Fn: func(c *CallArgs) (Value, error) {
		f, _ := c.Arg(0, "f")
		x, _ := c.Arg(-1, "x")
		if got := c.Place.File.Slice(c.PlaceOf(-1, "x").Span); got != "'v'" {
			t.Errorf("argument at %q", got)
		}
		if got := c.State.Place().File.Slice(c.State.Place().Span); got != "call(m, x='v')" || c.State.OutputLen() != 2 {
			t.Errorf("place %q after %d bytes", got, c.State.OutputLen())
		}
		if c.State.Data() != "data" || c.State.Tainted() {
			t.Error("state")
		}
		return c.State.Call(f, []Value{x}, nil, c.Place)
	}}}
	r := Render(parseText("{% macro m(a) %}<{{ a }}>{% endmacro %}a {{ call(m, x='v') }}"), Options{Scope: scope, Data: "data"})
	checkMap(t, r)
	if r.Text != "a <v>" || len(r.Errors) > 0 {
		t.Errorf("%q %v", r.Text, r.Errors)
	}
}

func TestGoValues(t *testing.T) {
	v := FromGo(map[string]any{"b": []any{1, "x", nil, 2.5}, "a": true})
	if got := Repr(v); got != "{'a': True, 'b': [1, 'x', None, 2.5]}" {
		t.Error(got)
	}
	back := ToGo(v).(map[string]any)
	if list := back["b"].([]any); list[0] != int64(1) || list[1] != "x" || back["a"] != true {
		t.Error(back)
	}
}

// Lists that hold each other twice, or themselves, have no end; everything
// that looks into them has.
func TestEndlessValues(t *testing.T) {
	endless := func() *List {
		l := NewList(int64(1))
		for range 60 {
			l = NewList(l, l)
		}
		l.Append(l, l)
		return l
	}
	if c := CopyOf(endless()).(*List); c.Items()[2] != c || Freeze(c) != Value(c) {
		t.Error("a copy of a list in itself")
	}
	a, b := endless(), endless()
	ToGo(a)
	if Equal(a, b) || !Equal(a, a) || len(Repr(a)) < maxText {
		t.Error("lists in themselves")
	}
	scope := testScope{"a": a, "b": b}
	for _, text := range []string{"{{ a }}", "{{ a == b }}", "{{ a < b }}", "{{ a | tojson }}", "{{ a | string | length }}", "{{ [a, b] | unique }}", "{{ '%s' % [a] }}"} {
		checkMap(t, Render(parseText(text), Options{Scope: scope, Budget: Budget{Output: 100_000}}))
	}
}

// What renders share is copied for each, or no template changes it.
func TestSharedValues(t *testing.T) {
	shared := NewDict()
	shared.Set("l", NewList(int64(1)))
	scope := testScope{"mine": CopyOf(shared), "all": Freeze(shared)}
	text := "{% do mine.l.append(2) %}{% do mine.update({'k': 1}) %}{% do all.l.append(3) %}{% do all.pop('l') %}{{ all.update({'k': 1}) }}{{ mine }} {{ all }}"
	r := Render(parseText(text), Options{Scope: scope})
	checkMap(t, r)
	if want := "__hole_1__{'l': [1, 2], 'k': 1} {'l': [1]}"; r.Text != want || len(r.Errors) > 0 {
		t.Errorf("got %q, want %q; %v", r.Text, want, r.Errors)
	}
}

// A field of a format that is none is an error, as in Python.
func TestFieldsOfFormats(t *testing.T) {
	for field, want := range map[string]string{
		"{[]]}": "Empty attribute in format string", "{.}": "Empty attribute in format string", "{[]}": "Empty attribute in format string",
		"{[0]x}": "Only '.' or '[' may follow ']' in format field specifier", "{[0][0]}": "",
	} {
		r := Render(parseText("{{ '"+field+"'.format([[1]]) }}"), Options{})
		got := ""
		if len(r.Errors) > 0 {
			got = r.Errors[0].Msg
		}
		if got != want || r.Stopped != "" {
			t.Errorf("%s: %q, want %q %s", field, got, want, r.Stopped)
		}
	}
}
