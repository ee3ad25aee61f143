package sql

import (
	"strings"
	"testing"
)

// accepted are statements that must be read without an error and without
// opaque text. The first line of a group names its dialects.
var accepted = []struct{ dialects, sql string }{
	{"all", `select 1`},
	{"all", `select a, b as c, t.d e from t where a = 1 and (b > 2 or c is not null) group by a, b having count(*) > 1 order by 1 desc nulls last limit 10`},
	{"all", `with a as (select 1 as x), b as (select * from a) select * from b`},
	{"all", `with recursive a (n) as (select 1 union all select n + 1 from a where n < 5) select * from a`},
	{"all", `select * from a join b on a.id = b.id left join c on c.id = b.id cross join d full outer join e on e.x = a.x`},
	{"all", `select * from a join b using (id, x)`},
	{"all", `select * from a natural join b`},
	{"all", `select * from (a join b on a.id = b.id) join c on true`},
	{"all", `select * from a left join b join c on b.x = c.x on a.x = b.x`},
	{"all", `select * from ((select 1 as a) union all (select 2)) t`},
	{"all", `select ((select 1) union (select 2)), ((select max(x) from t) + 1)`},
	{"all", `(select 1) union all (select 2) order by 1`},
	{"all", `select 1 union select 2 except select 3 intersect select 4`},
	{"all", `select distinct a, count(distinct b), count(*) from t`},
	{"all", `select case when a then b else c end, case x when 1 then 2 end from t`},
	{"all", `select cast(a as int), cast(b as decimal(10, 2)), cast(c as timestamp with time zone), cast(d as double precision) from t`},
	{"all", `select sum(x) over (partition by a, b order by c rows between unbounded preceding and 1 following) from t`},
	{"all", `select row_number() over w from t window w as (partition by a order by b), v as (w)`},
	{"all", `select a from t where a in (1, 2) and b not in (select b from u) and exists (select 1 from v) and not exists (select 1)`},
	{"all", `select a between 1 and 2 and b not between 3 and 4, c like '%x' escape '!', d not like 'y', e is distinct from f, g is not true`},
	{"all", `select -a + +b * (c - d) / e % f || 'g', not a = b from t`},
	{"all", `select extract(year from d), trim(both ' ' from x), trim(y), substring(x from 1 for 2), position('a' in b), overlay(a placing b from 1) from t`},
	{"all", `select date '2020-01-01', timestamp '2020-01-01 00:00:00', interval '1' day, interval '1 day', current_date, current_timestamp`},
	{"all", `select interval '1' year to month, d + interval '1' day * 2, d - interval 3 day, interval (x + 1) hour from t`},
	{"all", `select coalesce(a, b), nullif(c, d), left(e, 2), right(f, 3), replace(g, 'x', 'y'), if(a, b, c), values from t`},
	{"all", `select listagg(distinct x, ',') within group (order by x) over (partition by y) from t`},
	{"all", `select sum(x) filter (where x > 0), first_value(x ignore nulls) over (order by y), last_value(x) ignore nulls over (order by y) from t`},
	{"all", `select a from t group by grouping sets ((a, b), (a), ()), rollup(c, d), cube (e)`},
	{"all", `select a, b from t group by all`},
	{"all", `select a from t group by a with rollup`},
	{"all", `values (1, 'a'), (2, 'b')`},
	{"all", `select * from (values (1, 2), (3, 4)) as v(a, b)`},
	{"all", `select * from t tablesample bernoulli (10) repeatable (1)`},
	{"all", `select a.b.c.d from s.t as u(c1, c2)`},
	{"postgres redshift duckdb snowflake trino athena clickhouse tsql generic", `select "x y", t."q" from "s"."t" as "u"`},
	{"all", `select to, check, user, column, window, date, type, value, first, limit from t`},
	{"all", `select t.select, t.from, t.order from t`},
	{"all", `select a as select, b as end, c as order from t`},
	{"all", `select start, end, window, offset, row, rows, range from t where limit = 1 and end > start`},
	{"all", `select x from t order by x offset 5 rows fetch next 10 rows only`},
	{"all", `select x from t limit 10 offset 5`},
	{"all", `select current_date(), current_timestamp(3)`},
	{"all", `select first_value(x) over (order by y range between interval '1' day preceding and current row exclude ties) from t`},
	{"all", `select try_cast(a as int), safe_cast(b as string), cast('1' as date) as d from t`},
	{"all", `select *, t.* from t, u, v where t.a = u.a;`},
	{"all", `select (a, b) = (1, 2), (x), ((y)), row(1, 2) from t`},
	{"all", `select a <> b, a != b, a <= b, a >= b from t -- done`},
	{"all", `/* head */ select /* mid */ 1 -- tail`},
	{"all", `select x from t where a = any (select 1) and b > all (select 2) and c = some (select 3)`},
	{"all", `select json_query(x, '$.a' omit quotes), json_value(x, '$.b' returning int null on empty) from t`},
	{"all", `select a from t union all (select b from u order by b limit 1)`},
	{"all", `select * from a, lateral (select * from b where b.x = a.x) c`},
	{"all", `select a at time zone 'UTC', b collate "C" from t`},
	{"all", `select dateadd(day, 1, x), datediff(hour, a, b), date_trunc('month', c) from t`},
	{"all", `select normalize(x, nfd), normalize(x) from t`},
	{"all", `select * from t for update skip locked`},
	{"all", `select 0x1f, 1.5e-3, .5, 1., 1_000`},
	{"all", `select string_agg(x, ',' order by y desc), array_agg(distinct z order by z nulls last limit 5) from t`},
	{"all", `select a from t where (a, b) in ((1, 2), (3, 4)) and a in ((select 1), 2)`},
	{"all", `select ltrim(a), x rlike 'b', y not rlike z, w similar to 'v' from t`},
	{"all", `insert into t select 1; delete from t where a = 1`},
	{"all", `select a minus, b except_, c intersecting from t minus select 1, 2, 3`},
	{"all", ``},
	{"all", `-- nothing`},
	{"all", `;;`},
	{"postgres redshift duckdb snowflake databricks generic trino bigquery", `select a::int, b::varchar(10), (c::date)::text, d::timestamp with time zone from t`},
	{"postgres duckdb", `select a::int[], array[1, 2], x[1], x[1:2], '{1}'::int[][] from t`},
	{"postgres", `select distinct on (a) a, b from t order by a, b`},
	{"postgres", `select a ~ 'b', a ~* 'b', a !~ 'b', a @> b, a ->> 'x', a -> 'y' -> 0, a #>> '{a,b}', a ? 'k', a && b from t`},
	{"postgres", `select e'a\'b', $$it's$$, $x$ $$ $x$, u.* from u`},
	{"postgres", `with a as materialized (select 1), b as not materialized (select 2) select * from a`},
	{"postgres", `select * from generate_series(1, 10) with ordinality as g(i, n)`},
	{"postgres", `select * from json_to_recordset('[]') as x(a int, b text)`},
	{"postgres", `select * from rows r, unnest(array[1, 2]) u(x), lateral f(x) g`},
	{"postgres", `select (x).y, (f(a)).b, (t.c).* from t`},
	{"postgres", `with recursive t as (select 1 union select 2) search depth first by a set b cycle c set d using e select * from t`},
	{"postgres", `select count(*) from t tablesample system (1) where a isnull and b notnull`},
	{"redshift", `select a.b[0].c, json_parse(x) from t qualify row_number() over (order by a) = 1`},
	{"redshift", `select top 10 a, convert(int, b), dateadd(month, -1, current_date), approximate from #tmp`},
	{"duckdb", `from t select a where b`},
	{"duckdb", `from 'x.csv'`},
	{"duckdb", `from read_csv('a.csv', header = true)`},
	{"duckdb", `select * exclude (a), * replace (b + 1 as b), t.* exclude c, columns('x.*'), columns(c -> c like 'a') from t`},
	{"duckdb", `select a, b, from t group by all order by all desc`},
	{"duckdb", `select {'a': 1, b: [1, 2]}, map {'k': 1}, [x + 1 for x in y if x > 2], list_transform(l, x -> x + 1), lambda_of from t`},
	{"duckdb", `select list_filter(l, lambda x: x > 1), j -> 'a', j ->> '$.b', l[1:2], l[:-1], s.a.b, l[1].c, 'abc'.upper() from t`},
	{"duckdb", `pivot t on a in (1, 2) using sum(b) as s, max(c) group by d`},
	{"duckdb", `unpivot t on a, b into name n value v`},
	{"duckdb", `select * from t positional join u asof join v on t.a >= v.a`},
	{"duckdb", `select * from t semi join u using (a) anti join v using (b)`},
	{"duckdb", `select 1 union all by name select 2`},
	{"duckdb", `select * from t using sample 10%`},
	{"duckdb", `select * from t limit 10%`},
	{"duckdb", `select a: 1, b: c + 1 from t`},
	{"duckdb", `select * from t where a glob 'x*' and b // 2 = 1 and c ** 2 = 4`},
	{"duckdb", `with t as (from 'x.parquet') from t`},
	{"snowflake", `select x:a.b[0]::string, x:"c d".e, y:['k'], parse_json(z):a:b::int from t qualify row_number() over (partition by a order by b) = 1`},
	{"snowflake", `select f.value:x::string from t, lateral flatten(input => t.v, outer => true) f`},
	{"snowflake", `select * from t at(timestamp => '2020-01-01'::timestamp), u before(statement => 'x') as b`},
	{"snowflake", `select $1, t.$2 from @db.s.stage/path (file_format => 'f', pattern => '.*') t`},
	{"snowflake", `select * exclude (a, b) replace (c as d) rename (e as f), t.* ilike '%x%' from t`},
	{"snowflake", `select * from t pivot (sum(a) for b in ('x' as x, 'y')) as p (a, b)`},
	{"snowflake", `select * from t pivot (sum(a) for b in (any order by b)) unpivot include nulls (v for n in (a, b))`},
	{"snowflake", `select * from table(generator(rowcount => 10)), table(flatten(x)) t, table('a.b')`},
	{"snowflake", `select {'a': 1, 'b': x:c}, [1, 2], object_construct(*) from values (1, 2), (3, 4) as v(a, b)`},
	{"snowflake", `select a from t match_condition_ asof join u match_condition (t.a >= u.a) on t.b = u.b`},
	{"snowflake", `select a // comment
		, b from t sample (10) connect_by`},
	{"snowflake", `select a like any ('x', 'y'), b ilike all ('z%'), c regexp 'd', iff(a, b, c), 'it\'s' from t`},
	{"snowflake", `select * from t sample row (10 rows), u tablesample (5) seed (1)`},
	{"snowflake", `select filter(a, x -> x > 1), transform(b, (x int, y) -> x + y), date_trunc(month, d), last_day(d, week) from t`},
	{"snowflake", `select array_agg(x) within group (order by y), $$a'b$$, max_by(a, b), count_if(x) from identifier('a.b')`},
	{"snowflake", `select a.id from a, b where a.id = b.id(+)`},
	{"snowflake", `select cast(x as array), y::object, z::variant, w::number(38, 0), v::timestamp_ntz(9) from t`},
	{"bigquery", "select `a b`, `p.d.t`.x from `p.d.t_*` as t, my-project.ds.tab, p-1.d.t u"},
	{"bigquery", `select * except (a, b) replace (c as d), t.* except (e) from t`},
	{"bigquery", `select "str", 'it\'s', r'\d', b'x', rb"y", """tri"ple""", '''x'y''' # comment
		from t`},
	{"bigquery", `select as struct a, b from t`},
	{"bigquery", `select array(select as struct 1 as a, 2 as b), array<int64>[1, 2], [1, 2][offset(0)], x[safe_ordinal(1)], struct(1 as a, 'b'), struct<a int64, b string>(1, 'x') from t`},
	{"bigquery", `select u, o from t, unnest(t.arr) as u with offset as o left join unnest([1, 2]) v with offset`},
	{"bigquery", `select a, b, from t, t.items i where x in unnest([1, 2]) qualify row_number() over (partition by a) = 1`},
	{"bigquery", `select date_trunc(d, month), date_diff(a, b, day), timestamp_trunc(x, week(monday)), date_add(d, interval 1 day), date_sub(d, interval n + 1 week), extract(date from x), extract(dayofweek from y)`},
	{"bigquery", `select cast(x as string format 'YYYY'), safe_cast(y as array<struct<a int64, b array<string>>>), safe.parse_date('%Y', z) from t`},
	{"bigquery", `select any_value(x having max y), string_agg(a, ',' order by b limit 3), count(distinct c) from t for system_time as of timestamp_sub(current_timestamp(), interval 1 hour)`},
	{"bigquery", `select 1 union distinct select 2 intersect distinct select 3 except distinct select 4`},
	{"bigquery", `select * from t pivot (sum(a) as s, count(*) for b in ('x' as x, 'y' as y))`},
	{"bigquery", `select * from t unpivot (v for n in (a as 'x', b)) unpivot ((v1, v2) for m in ((c, d) as 'p'))`},
	{"bigquery", `select @param, @@var.x, if(a, b, c), json '{}', numeric '1' from t tablesample system (10 percent)`},
	{"bigquery", `select * from external_query('c', 'select 1'), ml.predict(model m, (select 1))`},
	{"databricks spark", "select `a`, \"str\", 'x', 1L, 2.5BD, 3S from t lateral view outer explode(m) e as k, v lateral view posexplode(l) p"},
	{"databricks spark", `select transform(a, x -> x + 1), aggregate(b, 0, (acc, x) -> acc + x), explode(m) as (k, v), named_struct('a', 1), a.b[0].c, m['k'] from t`},
	{"databricks spark", `select * from a left semi join b on a.x = b.x left anti join c on a.x = c.x`},
	{"databricks spark", `select cast(a as map<string, array<struct<x: int, y: string>>>), interval 1 day, a <=> b, a rlike 'x', a div 2 from t distribute by a sort by b`},
	{"databricks spark", `from t select a, b where c`},
	{"databricks spark", `select a, b from t group by a, b grouping sets ((a), (b)) cluster by a`},
	{"databricks spark", `select * from t version as of 1, u timestamp as of '2020-01-01', v for version as of 3`},
	{"databricks spark", `select * from t pivot (sum(a) for (b, c) in ((1, 2) as x, (3, 4) as y))`},
	{"databricks", `select a:b.c, a:d[0]::int, * except (x), try_cast(a as int) from t qualify row_number() over (order by 1) = 1`},
	{"trino athena", `select cast(row(1, 2) as row(a int, b array(varchar))), cast(x as map(varchar, double)), transform(a, x -> x * 2), reduce(b, 0, (s, x) -> s + x, s -> s), 0xabcd from t`},
	{"trino athena", `select * from t cross join unnest(a, b) with ordinality as u(x, y, n), lateral (select 1)`},
	{"trino athena", `select json_query(x, 'lax $.a' with array wrapper omit quotes error on error), approx_percentile(a, 0.5), try(b), x[1], m['k'], try_cast(x as bigint) from t fetch first 5 rows with ties`},
	{"trino athena", `select timestamp '2020-01-01' at time zone 'UTC', interval '2' hour, d > date '2020-01-01', x'ff', count(*) filter (where a) from "s"."t" for timestamp as of timestamp '2020-01-01 00:00:00'`},
	{"trino", `select * from t match_recognize (partition by a measures b as c pattern (x) define x as true)`},
	{"clickhouse", `with 1 as x, (select max(a) from t) as m, c as (select 2) select x, m from c`},
	{"clickhouse", `select a from t final array join c as d, e prewhere b where f limit 1 by g limit 10 settings max_threads = 1, x = 2`},
	{"clickhouse", `select quantile(0.9)(x), sumIf(a, b > 1), arrayMap(x -> x + 1, l), arrayMap((x, y) -> x, a, b), t.1, tup.2.1, (a + b as c) * 2, f(d as e) from t`},
	{"clickhouse", `select a ? b : c, [1, 2], {'a': 1}, cast(x, 'Nullable(String)'), x::Array(Nullable(UInt8)), cast(y as DateTime64(3, 'UTC')), interval 1 day from t`},
	{"clickhouse", `select * from a any left join b using id global left join c on a.x = c.x left any join d on d.x = a.x asof left join e on e.t <= a.t`},
	{"clickhouse", `select * except (a), * except b, columns('x'), * replace (a + 1 as a), * apply(sum) from t left array join u as v`},
	{"clickhouse", `select a from t order by a with fill from 1 to 10 step 1 limit 5 with ties format JSON`},
	{"clickhouse", `select a # comment
		from t sample 1/10 group by a with totals having b in [1, 2] and c in tab`},
	{"tsql", `select top (10) percent with ties [a b], [t].[x] as 'y', n = b + 1, c 'd' into #tmp from [dbo].[t] with (nolock) cross apply f(t.x) as g outer apply (select 1 as a) h`},
	{"tsql", `select convert(varchar(10), x, 120), try_convert(int, y), iif(a = 1, 2, 3), cast(z as varchar(max)), @v, @@rowcount, N'abc', datepart(dw, d) from db..t option (recompile)`},
	{"tsql", `select stuff((select ',' + x from t for xml path('')), 1, 1, ''), string_agg(a, ',') within group (order by b)`},
	{"tsql", `select a from t inner hash join u on t.x = u.x cross join v for system_time as of '2020' as w`},
	{"tsql", `select * from t pivot (sum(a) for b in ([x], [y])) p unpivot (v for n in (c, d)) u`},
	{"clickhouse", `select json.a.:Int64, json.^b, json.l[].c, and(a, b), columns('x') apply(sum) apply(toString) from t where a global in (select b from u) and c global not in (1)`},
	{"redshift", `select *, 4 as d exclude (a, b) from t`},
	{"redshift", `select approximate count(distinct a) from t`},
	{"postgres", `select f(a, variadic b), xmlelement(name foo, a), u&'d!0061' uescape '!', cast('a' as text collate "C"), a is null::int from rows from (f(1), g(2)) as t`},
	{"postgres", `select sum(x) over (order by interval rows between unbounded preceding and current row) from t`},
	{"postgres", `with a as (select 1) insert into t select * from a`},
	{"postgres", `with a as (delete from t where b returning c) select c from a`},
	{"snowflake", `select m!predict(input => {*}), {fn ceiling(5.3)} from a inner directed join b using (id), '@s/x' (file_format => 'y') c`},
	{"snowflake spark databricks", `with t as (values (1, 'a'), (2, 'b') as v(x, y)) select x from t`},
	{"spark", `select interval '5' hours '30' minutes`},
	{"snowflake", `select date_part('month' from a), date_part(day from b) from t`},
	{"trino", `select * from (values 'a', 'b') as v (x)`},
	{"bigquery", `select * from unnest(array<struct<x int64>>[])`},
	{"duckdb", `select sum(x) filter (x > 1) from t`},
	{"generic", "select `a`, \"b\", x:y.z, {'a': 1}, [1], a.b, from t limit 1, 2"},
}

func TestAccepted(t *testing.T) {
	for _, c := range accepted {
		for _, d := range dialectsOf(c.dialects) {
			tree := parseChecked(t, c.sql, d)
			if len(tree.Errors) > 0 {
				t.Errorf("%s: %s\n%s", d.Name, c.sql, errorsOf(tree))
			}
		}
	}
}

var allDialects = []*Dialect{&dialectPostgres, &dialectRedshift, &dialectDuckDB, &dialectSnowflake, &dialectBigQuery,
	&dialectDatabricks, &dialectSpark, &dialectTrino, &dialectAthena, &dialectClickHouse, &dialectTSQL, &dialectGeneric}

func dialectsOf(names string) []*Dialect {
	if names == "all" {
		return allDialects
	}
	var out []*Dialect
	for n := range strings.FieldsSeq(names) {
		d, ok := Lookup(n)
		if !ok {
			panic(n)
		}
		out = append(out, d)
	}
	return out
}
