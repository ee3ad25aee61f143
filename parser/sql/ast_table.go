package sql

// TableExpr is a relation in FROM: *Table, *Derived, *TableFunc, *Join,
// *Pivot, *Unpivot, *LateralView, *MatchRecognize or *Opaque.
type TableExpr interface {
	Node
	table()
}

// Alias names a relation and perhaps its columns.
type Alias struct {
	Span
	Name    *Ident // nil when only columns are named
	Columns []*Ident
}

// Table is a named relation: a CTE, a table, a view, a file or a stage.
type Table struct {
	Span
	Name    []*Ident // database, schema, name; a hole gives an Ident with Hole set
	NameEnd int32    // end of the name; its span is [Start, NameEnd) of the node
	// Literal is set for a relation named by a string: 'file.csv', @stage.
	Literal bool
	Alias   *Alias
	Offset  *Ident  // the position's name for an array path: t.items WITH OFFSET o, AT o
	Final   bool    // ClickHouse FINAL
	Version *Opaque // time travel
	Sample  *Sample
	Hints   *Opaque
}

// Derived is a parenthesised query (or VALUES) in FROM.
type Derived struct {
	Span
	Lateral bool
	Query   *Query
	Alias   *Alias
	Sample  *Sample
}

// TableFunc is a function or a collection in FROM: generate_series(...),
// TABLE(f(...)), LATERAL FLATTEN(...), UNNEST(x), t.items.
type TableFunc struct {
	Span
	Lateral bool
	// Call is the function. For an array path (BigQuery `from t, t.items`) it
	// cannot be told from a table here: that is a *Table.
	Call *Call
	// Wrapped is set for TABLE(f(...)).
	Wrapped bool
	Alias   *Alias
	// Ordinality is WITH ORDINALITY, WITH OFFSET; Offset is the name given to it.
	Ordinality bool
	Offset     *Ident
	Sample     *Sample
}

// JoinKind is the kind of a join.
type JoinKind uint8

const (
	Inner JoinKind = iota
	Left
	Right
	Full
	Cross
	Semi // LEFT SEMI
	Anti // LEFT ANTI
	RightSemi
	RightAnti
	CrossApply // T-SQL; also CROSS JOIN LATERAL is Cross with a lateral right side
	OuterApply
	ArrayJoin     // ClickHouse ARRAY JOIN
	LeftArrayJoin // ClickHouse LEFT ARRAY JOIN
	Positional    // DuckDB
)

// Join combines two relations.
type Join struct {
	Span
	Kind    JoinKind
	Comma   bool // written as a comma: Kind is Cross
	Natural bool
	Asof    bool
	Any     bool // ClickHouse ANY: at most one match
	Global  bool
	OpSpan  Span // the words LEFT JOIN, or the comma
	Left    TableExpr
	Right   TableExpr // for ARRAY JOIN a *TableFunc per list, named "arrayjoin"
	On      Expr
	Using   []*Ident
	Match   Expr // MATCH_CONDITION (Snowflake ASOF)
	Paren   bool // written in parentheses
	Alias   *Alias
	Holes   []*Hole // template text where ON or a further join may stand
}

// LateralView is Hive's LATERAL VIEW [OUTER] f(x) t AS a, b.
type LateralView struct {
	Span
	Input TableExpr
	Outer bool
	Call  *Call
	Alias *Alias
}

// Pivot is the PIVOT operator.
type Pivot struct {
	Span
	Input   TableExpr // for DuckDB's statement form too
	Aggs    []*Item   // X is a *Call
	For     []Expr
	In      []*Item // the values, with aliases
	InQuery *Query  // IN (SELECT ...)
	InAny   bool    // IN (ANY ...), or no list at all: columns depend on data
	GroupBy []Expr  // DuckDB
	Alias   *Alias
}

// Unpivot is the UNPIVOT operator.
type Unpivot struct {
	Span
	Input        TableExpr
	IncludeNulls bool
	Values       []*Ident // value columns
	Name         *Ident   // name column
	In           []*Item  // columns (or *Tuple of columns) with aliases
	Alias        *Alias
}

// MatchRecognize is the MATCH_RECOGNIZE operator; its body is not modelled.
type MatchRecognize struct {
	Span
	Input TableExpr
	Body  *Opaque
	Alias *Alias
}

// Sample is TABLESAMPLE, SAMPLE, USING SAMPLE.
type Sample struct {
	Span
	Body *Opaque
}

func (*Table) table()          {}
func (*Derived) table()        {}
func (*TableFunc) table()      {}
func (*Join) table()           {}
func (*Pivot) table()          {}
func (*Unpivot) table()        {}
func (*LateralView) table()    {}
func (*MatchRecognize) table() {}
func (*Opaque) table()         {}
