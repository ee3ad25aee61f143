package sql

import "github.com/dbtvet/dbtvet/parser/source"

// Span is a byte range of the parsed text.
type Span = source.Span

// Node is any node of the tree. Every node embeds its Span; the span of a
// child lies inside the span of its parent.
type Node interface{ Range() Span }

// Ident is a name as written. Name has its quotes and escapes removed and is
// not folded: compare names with Dialect.Same or Dialect.Fold.
type Ident struct {
	Span
	Name   string
	Quoted bool
	Hole   bool // made, wholly or in part, by a template hole: the name is not known
}

// Statement is one statement of the text. Exactly one of Query and Opaque is
// set: what is not a query is kept to its boundary.
type Statement struct {
	Span
	Query  *Query
	Opaque *Opaque
}

// Query is a query expression: WITH, a body, and what orders or limits it.
type Query struct {
	Span
	With    *With // nil if there is none
	Body    Body
	OrderBy []*OrderItem
	// OrderByAll is ORDER BY ALL (DuckDB).
	OrderByAll bool
	Limit      Expr   // LIMIT n, FETCH FIRST n ROWS; nil if there is none
	LimitBy    []Expr // LIMIT n BY a, b (ClickHouse): at most LimitByN rows for each value
	LimitByN   Expr
	LimitPct   bool // LIMIT n PERCENT
	WithTies   bool
	Offset     Expr
	Sample     *Sample // USING SAMPLE after ORDER BY (DuckDB)
	// Document is FOR XML or FOR JSON (T-SQL): the rows become one text.
	Document *Opaque
	Tail     []*Opaque // FOR UPDATE, SETTINGS, FORMAT, OPTION: known to mean nothing here
	Holes    []*Hole   // template text after ORDER BY or LIMIT, where more may stand
}

// With is the list of common table expressions of a query, after the functions
// that Trino allows to be defined there.
type With struct {
	Span
	Functions []*Function
	Recursive bool
	CTEs      []*CTE
	Holes     []*Hole // template text that may define further CTEs
}

// Function is a function defined inside a query: WITH FUNCTION f(a int) RETURNS
// int RETURN a + 1. One of Return and Body is set.
type Function struct {
	Span
	Name    []*Ident
	Params  []*Ident
	Returns *Type
	Return  Expr
	Body    *Opaque // BEGIN ... END
}

// CTE is one common table expression.
type CTE struct {
	Span
	Name    *Ident
	Columns []*Ident
	// Materialized is the hint: 0 none, +1 MATERIALIZED, -1 NOT MATERIALIZED.
	Materialized int8
	Body         *Query
	// Scalar is set for ClickHouse's `WITH expr AS name`; Body is then nil.
	Scalar Expr
}

// Body is what stands at the core of a query: *Select, *SetOp, *Values, *Pipe,
// a parenthesised *Query, *Hole or *Opaque.
type Body interface {
	Node
	body()
}

// SetOp combines two bodies. A chain is left-deep as the language groups it.
type SetOp struct {
	Span
	Op     SetOpKind
	All    bool // UNION ALL; false means DISTINCT, written or not
	ByName bool // BY NAME (DuckDB), CORRESPONDING
	OpSpan Span // the operator's words
	// Hole is set where template text stands for the operator or a part of it:
	// Op, All and ByName are then not known.
	Hole  *Hole
	Left  Body
	Right Body
}

// Pipe is a query that pipe operators change step by step: FROM t |> WHERE x.
type Pipe struct {
	Span
	Input Body
	Steps []*PipeStep
}

// PipeStep is one pipe operator. The fields hold what its words introduce.
type PipeStep struct {
	Span
	Op      string   // its words in lower case: where, extend, select distinct, union all, join
	Items   []*Item  // of SELECT, EXTEND, SET, RENAME, AGGREGATE, WINDOW
	GroupBy []*Item  // of AGGREGATE
	Names   []*Ident // of DROP, AS
	Where   Expr
	OrderBy []*OrderItem
	Limit   Expr
	Offset  Expr
	// Table is a *Join, *Pivot or *Unpivot whose left side is an empty *Opaque,
	// or the function of CALL.
	Table   TableExpr
	Queries []*Query // of UNION, INTERSECT, EXCEPT
	Tail    *Opaque  // of TABLESAMPLE and operators that are not known
}

// SetOpKind is the kind of a set operation.
type SetOpKind uint8

const (
	Union SetOpKind = iota
	Intersect
	Except // EXCEPT and MINUS
)

// Values is a VALUES list.
type Values struct {
	Span
	Rows []*Tuple
}

// Select is one SELECT block.
type Select struct {
	Span
	Distinct   bool
	TopPct     bool   // TOP n PERCENT
	TopTies    bool   // TOP n WITH TIES
	AsStruct   bool   // SELECT AS STRUCT / AS VALUE (BigQuery)
	FromFirst  bool   // FROM stands before SELECT; without SELECT the items are one star
	DistinctOn []Expr // DISTINCT ON (...); Distinct is true then too
	Top        Expr   // TOP n (T-SQL), nil if there is none
	Items      []*Item
	Exclude    []*Ident  // EXCLUDE after the whole list (Redshift)
	From       TableExpr // comma lists are joins with Comma set; nil without FROM
	Prewhere   Expr      // ClickHouse
	Where      Expr
	// StartWith and ConnectBy walk a hierarchy (Snowflake, Oracle).
	StartWith Expr
	ConnectBy Expr
	GroupBy   *GroupBy
	Having    Expr
	Windows   []*NamedWindow
	Qualify   Expr
	Sample    *Sample   // USING SAMPLE at the end (DuckDB)
	Tail      []*Opaque // DISTRIBUTE BY, CLUSTER BY, SORT BY, INTO: kept, not modelled
	Holes     []*Hole   // template text where a clause may stand
}

// Item is one element of a select list: an expression with an optional alias,
// a star, or a hole that may stand for any number of columns (X is *Hole and
// Alias is nil).
type Item struct {
	Span
	X     Expr
	Alias *Ident
	Made  *Made // nil for nearly all: the expression makes one column
}

// Made says what the columns of an item are that makes several; Alias is then
// nil.
type Made struct {
	Span
	// Script is USING 'program' after Hive's TRANSFORM(a, b): the program makes
	// the rows.
	Script *Opaque
	// Aliases are the names that Spark gives to the columns of a generator:
	// explode(m) AS (k, v).
	Aliases []*Ident
}

// Star is `*` or `t.*` with its modifiers. Only an Item's X, COLUMNS(*) and the
// argument of a few functions may hold one.
type Star struct {
	Span
	Qualifier []*Ident // t of t.*; nil for *
	Of        Expr     // expr.* of a struct; nil otherwise
	Except    []*Ident // EXCEPT (...), EXCLUDE ...
	Replace   []*Item  // REPLACE (expr AS name)
	Rename    []*Item  // RENAME (a AS b): X is a *Column
	Like      Expr     // ILIKE 'pattern', LIKE
	Open      bool     // a hole among the modifiers: the list is not known
}

// GroupBy is a GROUP BY clause.
type GroupBy struct {
	Span
	All   bool   // GROUP BY ALL
	Items []Expr // plain items; grouping sets are *GroupingSets among them
	// WithRollup, WithCube and WithTotals are the suffix forms.
	WithRollup, WithCube, WithTotals bool
	Holes                            []*Hole
}

// GroupingSets is ROLLUP(...), CUBE(...) or GROUPING SETS(...).
type GroupingSets struct {
	Span
	Kind GroupingKind
	Sets []Expr // elements; a *Tuple is a composite set, an empty one is ()
}

// GroupingKind is the kind of a grouping set list.
type GroupingKind uint8

const (
	Sets GroupingKind = iota
	Rollup
	Cube
)

// NamedWindow is one entry of a WINDOW clause.
type NamedWindow struct {
	Span
	Name *Ident
	Spec *Window
}

// OrderItem is one element of ORDER BY.
type OrderItem struct {
	Span
	X     Expr
	Desc  bool
	Nulls int8    // 0 not said, +1 NULLS FIRST, -1 NULLS LAST
	Fill  *Opaque // WITH FILL (ClickHouse)
	Hole  *Hole   // template text where a direction may stand
}

// Hole is a place filled by a template value that is not known: it may stand
// for an expression, a list, a relation, a clause, or nothing at all.
type Hole struct {
	Span
	Text string // the hole token(s) as written
}

// Opaque is text that the parser keeps without reading it. Known says that it
// is a construct that means nothing for columns, keys and rows; otherwise
// whatever contains it is not understood.
type Opaque struct {
	Span
	Text  string
	Known bool
}

func (*Select) body() {}
func (*SetOp) body()  {}
func (*Values) body() {}
func (*Pipe) body()   {}
func (*Query) body()  {}
func (*Hole) body()   {}
func (*Opaque) body() {}
