package sema

// Construct is something that stands between a condition and the scan of a table.
type Construct uint8

const (
	// CTETwice is a CTE that is read more than once: the question is whether a
	// condition of one reader can reach into it.
	CTETwice Construct = iota
	// CTEOnce is a CTE that is read once.
	CTEOnce
	// GroupColumns is a GROUP BY below a condition on its group columns.
	GroupColumns
	// WindowPartition is a window function below a condition on columns of its
	// PARTITION BY.
	WindowPartition
	// DistinctOnOther is a DISTINCT ON below a condition on other columns.
	DistinctOnOther
	// CutRows is a LIMIT below a condition.
	CutRows
	// DateOfPart is a condition on the date of a partition column, where that is
	// what the table is partitioned by.
	DateOfPart
	// FormattedPart is a condition on a partition column that was made into text,
	// or calculated with.
	FormattedPart
	// QueriedBound is a bound on a partition column that a subquery computes.
	QueriedBound
	constructs
)

var constructNames = [constructs]string{"CTE read twice", "CTE read once", "GROUP BY on the condition's columns", "window partitioned by the condition's columns",
	"DISTINCT ON other columns", "LIMIT", "date of the partition column", "text made of the partition column", "bound from a subquery"}

func (c Construct) String() string { return constructNames[c] }

// Reach says whether an engine lets a condition through a construct, so that
// less of the table is read. The zero value is that it is not known.
type Reach struct {
	Passes bool
	Blocks bool
	// Source is where it is known from.
	Source string
}

const (
	duckScan  = "EXPLAIN of DuckDB 2.0.1: the filter stands in the scan"
	duckAbove = "EXPLAIN of DuckDB 2.0.1: the filter stays above"
	pgScan    = "EXPLAIN of PostgreSQL 15.18: the filter stands in the scan"
	pgAbove   = "EXPLAIN of PostgreSQL 15.18: the filter stays above"
	bqParts   = "cloud.google.com/bigquery/docs/querying-partitioned-tables"
	chWith    = "clickhouse.com/docs/sql-reference/statements/select/with: a CTE is put in place wherever it is read"
)

// Pushdown tells for engines, by dbt adapter, which constructs let a condition
// through to the scan. An engine or a cell that is not here is not known, and no
// rule speaks about it.
var Pushdown = map[string]map[Construct]Reach{
	"duckdb": {
		CTEOnce:         {Passes: true, Source: duckScan},
		CTETwice:        {Passes: true, Source: duckScan + ", as the OR of what all readers ask"},
		GroupColumns:    {Passes: true, Source: duckScan},
		WindowPartition: {Passes: true, Source: duckScan},
		DistinctOnOther: {Blocks: true, Source: duckAbove},
		CutRows:         {Blocks: true, Source: duckAbove},
	},
	"postgres": {
		CTEOnce:         {Passes: true, Source: pgScan},
		CTETwice:        {Blocks: true, Source: pgAbove + "; postgresql.org/docs/current/queries-with.html"},
		GroupColumns:    {Passes: true, Source: pgScan},
		WindowPartition: {Passes: true, Source: pgScan},
		DistinctOnOther: {Blocks: true, Source: pgAbove},
		CutRows:         {Blocks: true, Source: pgAbove},
	},
	"bigquery": {
		DateOfPart:    {Passes: true, Source: bqParts},
		FormattedPart: {Blocks: true, Source: bqParts + ": isolate the partition column in the filter"},
		QueriedBound:  {Blocks: true, Source: bqParts + ": use a constant filter expression"},
	},
	"clickhouse": {
		CTEOnce:  {Passes: true, Source: chWith},
		CTETwice: {Passes: true, Source: chWith},
	},
}

// ReachOf returns what is known of a construct on an adapter.
func ReachOf(adapter string, c Construct) Reach { return Pushdown[adapter][c] }
