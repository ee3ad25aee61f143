package sql

import (
	"strings"
	"testing"
)

// holed are texts with template holes at the places where templates have them.
var holed = []string{
	"__hole_1__",
	"__hole_1__ __hole_2__",
	"__hole_1__ select * from t",
	"__hole_1__ with a as (select 1) select * from a",
	"with __hole_1__ select * from t",
	"with __hole_1__, b as (select 1) select * from b",
	"with a as (select 1), __hole_1__ select * from a",
	"with a as (select 1) __hole_1__ select * from a",
	"with a as (select 1) __hole_1__ b as (select 2) select * from b",
	"with a as (select 1), __hole_1__ as (select 2) select * from b",
	"with a as __hole_1__ select * from a",
	"with a as (__hole_1__), b as (select 2) select * from b",
	"with a as (select 1) __hole_1__",
	"with a as ( __hole_1__ select 1 ) select * from a",
	"__hole_1__, a as (select 1) select * from a",
	"__hole_1__, __hole_2__ as (select 1) select * from a",
	"with t___hole_1__ as (select 1) select * from t___hole_1__",
	"select __hole_1__",
	"select __hole_1__ from t",
	"select __hole_1__, a from t",
	"select a, __hole_1__ from t",
	"select a __hole_1__ from t",
	"select a __hole_1__ b from t",
	"select a as x __hole_1__ b as y __hole_2__ from t",
	"select a, __hole_1__ b, c from t",
	"select __hole_1__ a, b from t",
	"select __hole_1__ a as b, c::int from t",
	"select __hole_1__ as b, __hole_2__.c, d.__hole_3__, __hole_4__.* from t",
	"select a.__hole_1__, a.b__hole_1__c, __hole_1__(x), f__hole_1__(y) from t",
	"select * except (__hole_1__) from t",
	"select * __hole_1__ from t",
	"select a, * __hole_1__, b from t",
	"select cast(a as __hole_1__), cast(b as __hole_1__(10)), cast(__hole_2__ as date) from t",
	"select '__hole_1__', 'a __hole_1__ b' -- __hole_2__\n from t /* __hole_3__ */",
	"select a + __hole_1__, __hole_2__ + b, -__hole_3__, not __hole_4__ from t",
	"select case when __hole_1__ then a when b then __hole_2__ else __hole_3__ end from t",
	"select case __hole_1__ end, case when a then b __hole_2__ end, case when a then b __hole_3__ else c end from t",
	"select case a __hole_1__ when b then c end from t",
	"select f(a, __hole_1__), f(__hole_1__), f(a __hole_1__), f(a __hole_1__ b), count(distinct __hole_1__) from t",
	"select sum(a) over (__hole_1__), sum(a) over (partition by __hole_1__ order by b), sum(b) over (partition by a __hole_1__) from t",
	"select __hole_1__ over (partition by a), a, __hole_2__ over w from t window w as (order by b)",
	"select a from __hole_1__",
	"select a from __hole_1__ t",
	"select a from __hole_1__ as t, __hole_2__ u",
	"select a from __hole_1__.b.__hole_2__",
	"select a from db.t___hole_1__ t",
	"select a from t __hole_1__",
	"select a from t as __hole_1__",
	"select a from t __hole_1__ where b",
	"select a from t __hole_1__ join u on t.x = u.x",
	"select a from t join u on __hole_1__",
	"select a from t join __hole_1__ u on t.x = u.x and __hole_2__",
	"select a from t join u __hole_1__ where x",
	"select a from t left join __hole_1__ __hole_2__ on a = b",
	"select a from t join u using (__hole_1__)",
	"select a from t, __hole_1__ where x",
	"select a from t __hole_1__, u",
	"select a from (select 1) __hole_1__ __hole_2__, u where x",
	"select a from ((select a from t) __hole_1__) y",
	"select a from ((select a from t) __hole_1__, u) y",
	"select a from ((select a from t) __hole_1__ (select b from u)) y",
	"select a from ((select a from t) __hole_1__ join u on true) y",
	"select a from (__hole_1__) t",
	"select a from (__hole_1__ where x) t",
	"select a from (__hole_1__ union all select 2) t",
	"select a from f(__hole_1__) t",
	"select a from t where __hole_1__",
	"select a from t where __hole_1__ and b",
	"select a from t where a __hole_1__",
	"select a from t where a __hole_1__ and b",
	"select a from t where a __hole_1__ b",
	"select a from t where a = __hole_1__ and b in (__hole_1__) and c in (1, __hole_2__) and d not in __hole_3__",
	"select a from t where a between __hole_1__ and __hole_2__ or b like __hole_3__",
	"select a from t where a = 1 __hole_1__ group by b",
	"select a from t where (a __hole_1__) or (__hole_2__ b)",
	"select a from t where a > (select max(b) from u __hole_1__)",
	"select a from t where 1 = 1 __hole_1__ __hole_2__ order by 1",
	"select a from t group by __hole_1__",
	"select a from t group by a, __hole_1__",
	"select a from t group by a __hole_1__ having b",
	"select a from t group by a __hole_1__ b order by 1",
	"select a from t __hole_1__ order by b",
	"select a from t order by __hole_1__",
	"select a from t order by a __hole_1__, b",
	"select a from t order by a __hole_1__",
	"select a from t limit __hole_1__",
	"select a from t limit 10 __hole_1__",
	"select a from t qualify __hole_1__ = 1",
	"select 1 __hole_1__ select 2",
	"select a from t __hole_1__ select a from u",
	"select a from t union __hole_1__ select a from u",
	"select a from t union all __hole_1__",
	"__hole_1__ union all select a from t",
	"(select 1) __hole_1__ (select 2)",
	"select a from t union all (__hole_1__)",
	"__hole_1__ where a = 1",
	"__hole_1__ from t where a = 1",
	"select interval __hole_1__ day, interval '__hole_1__ day', date '__hole_2__', dateadd(day, __hole_3__, x), extract(__hole_4__ from x) from t",
	"select x in (select __hole_1__ from u), exists (__hole_2__) from t",
	"select a, b __hole_1__\n, c from t",
	"select 1__hole_1__, 0.__hole_2__, t.a__hole_3__ from t",
	"insert into t __hole_1__ select 1",
	"values (__hole_1__), (1, __hole_2__)",
	"select __hole_1__ distinct_a from t; __hole_2__; select 1",
}

func TestHolesAreNoErrors(t *testing.T) {
	for _, d := range allDialects {
		for _, s := range holed {
			tree := parseChecked(t, s, d)
			if len(tree.Errors) > 0 || tree.Opaques > 0 {
				t.Errorf("%s: %s: %d opaque\n%s", d.Name, s, tree.Opaques, errorsOf(tree))
			}
		}
	}
}

// TestHolesBeforeOddWords puts what begins no operand, though it looks like one,
// behind every hole: a list that takes the hole for a separator has to end.
func TestHolesBeforeOddWords(t *testing.T) {
	texts := append([]string{
		"select * replace (__hole_1__), f(__hole_1__) over (partition by __hole_1__) from t", "values (__hole_1__)",
		"select a in (__hole_1__), struct(__hole_1__), [__hole_1__], {'a': __hole_1__} from t",
		"select * from t pivot (sum(a) for b in (__hole_1__)) order by __hole_1__",
	}, holed...)
	for _, odd := range []string{":from t", "collate, a", "isnull, a", "notnull", "case, a", "interval, a", "case", "!", ":", ": a", "* *", "{", "end"} {
		for _, text := range texts {
			text = strings.ReplaceAll(text, "__hole_1__", "__hole_1__ "+odd)
			for _, d := range allDialects {
				if err := invariants(Parse(text, d)); err != nil {
					t.Errorf("%s: %s: %v", d.Name, text, err)
				}
			}
		}
	}
}
