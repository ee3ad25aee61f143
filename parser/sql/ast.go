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
	Tail       []*Opaque // FOR UPDATE, SETTINGS, FORMAT, OPTION: known to mean nothing here
	Holes      []*Hole   // template text after ORDER BY or LIMIT, where more may stand
}

// With is the list of common table expressions of a query.
type With struct {
	Span
	Recursive bool
	CTEs      []*CTE
	Holes     []*Hole // template text that may define further CTEs
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

// Body is what stands at the core of a query: *Select, *SetOp, *Values, a
// parenthesised *Query, *Hole or *Opaque.
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
	From       TableExpr // comma lists are joins with Comma set; nil without FROM
	Prewhere   Expr      // ClickHouse
	Where      Expr
	GroupBy    *GroupBy
	Having     Expr
	Windows    []*NamedWindow
	Qualify    Expr
	Sample     *Sample   // USING SAMPLE at the end (DuckDB)
	Tail       []*Opaque // DISTRIBUTE BY, CLUSTER BY, SORT BY, CONNECT BY: kept, not modelled
	Holes      []*Hole   // template text where a clause may stand
}

// Item is one element of a select list: an expression with an optional alias,
// a star, or a hole that may stand for any number of columns (X is *Hole and
// Alias is nil).
type Item struct {
	Span
	X     Expr
	Alias *Ident
	// Aliases are the names that Spark gives to the columns of a generator:
	// explode(m) AS (k, v). Alias is then nil.
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

// Expr is an expression.
type Expr interface {
	Node
	expr()
}

// Column is a column reference, perhaps qualified or with a struct path that
// only binding can tell apart: a, t.a, s.t.a, t.a.field.
type Column struct {
	Span
	Parts []*Ident
}

// LiteralKind is the kind of a literal.
type LiteralKind uint8

const (
	NullLit LiteralKind = iota
	BoolLit
	NumberLit
	StringLit
	BytesLit // x'..', b'..' (BigQuery), 0x..
	DollarLit
)

// Literal is a constant. Text is its value: for strings with quotes and
// escapes removed, otherwise as written. Type is the type word of a typed
// literal such as DATE '2020-01-01', lower case, or empty.
type Literal struct {
	Span
	Kind LiteralKind
	Text string
	Type string
}

// Param is a bind parameter or variable: ?, $1, :name, @name, @@name.
type Param struct {
	Span
	Text string
}

// Paren is a parenthesised expression.
type Paren struct {
	Span
	X     Expr
	Alias *Ident // (x AS a), which ClickHouse allows anywhere
}

// Unary is NOT x, -x, +x, ~x, EXISTS has its own node, PRIOR x.
type Unary struct {
	Span
	Op   Op
	Text string // the operator as written, for OpOther
	X    Expr
}

// Binary is l op r, comparison, arithmetic, logic or a dialect's own operator.
// IS [NOT] DISTINCT FROM and <=> are OpDistinct and OpNotDistinct.
type Binary struct {
	Span
	Op     Op
	OpSpan Span   // empty between a hole and its neighbour
	Text   string // the operator as written, for OpMatch and OpOther
	L, R   Expr
}

// Is is x IS [NOT] NULL|TRUE|FALSE|UNKNOWN, also ISNULL, NOTNULL, IS JSON.
type Is struct {
	Span
	X    Expr
	Not  bool
	What IsKind
}

// IsKind is what an IS predicate asks.
type IsKind uint8

const (
	IsNull IsKind = iota
	IsTrue
	IsFalse
	IsUnknown
	IsOther // IS JSON, IS NORMALIZED, ...
)

// Between is x [NOT] BETWEEN lo AND hi.
type Between struct {
	Span
	X, Lo, Hi Expr
	Not       bool
	Symmetric bool
}

// In is x [NOT] IN (list | query | UNNEST(x) | param).
type In struct {
	Span
	X     Expr
	Not   bool
	List  []Expr
	Query *Query
	// Of is a collection: IN UNNEST(x), IN tbl (ClickHouse), IN @param.
	Of   Expr
	Open bool // a hole in the list: more elements may follow
}

// LikeKind is the operator of a pattern match.
type LikeKind uint8

const (
	Like LikeKind = iota
	ILike
	RLike   // RLIKE, REGEXP
	Similar // SIMILAR TO
	Glob
)

// LikeExpr is x [NOT] LIKE pattern [ESCAPE c], with ANY or ALL where allowed.
type LikeExpr struct {
	Span
	Kind    LikeKind
	X       Expr
	Not     bool
	Quant   Quantifier
	Pattern Expr // a *Tuple after ANY or ALL
	Escape  Expr
}

// Quantifier is ANY (SOME) or ALL before a list or query.
type Quantifier uint8

const (
	NoQuant Quantifier = iota
	AnyOf
	AllOf
)

// Quantified is l op ANY|ALL (query or collection).
type Quantified struct {
	Span
	Op    Op
	L     Expr
	Quant Quantifier
	Query *Query
	Of    Expr
}

// Exists is EXISTS (query); NOT EXISTS is a Unary over it.
type Exists struct {
	Span
	Query *Query
}

// Subquery is a query as an expression; ARRAY(query) is a Call with one.
type Subquery struct {
	Span
	Query *Query
}

// Case is a CASE expression.
type Case struct {
	Span
	Operand Expr
	Whens   []*When
	Else    Expr
}

// When is one arm of a CASE.
type When struct {
	Span
	Cond, Then Expr
}

// CastKind tells the spellings of a cast apart.
type CastKind uint8

const (
	PlainCast CastKind = iota
	TryCast            // TRY_CAST, SAFE_CAST: NULL instead of an error
	ColonCast          // x::type
)

// Cast is a type conversion.
type Cast struct {
	Span
	Kind   CastKind
	X      Expr
	Type   *Type
	Format Expr // CAST(x AS t FORMAT '...')
}

// Type is a type name with its arguments, nested types and suffixes. Text is
// the type as written with single spaces; Name is its first word(s), lower case.
type Type struct {
	Span
	Name string
	Args []Expr  // decimal(10, 2)
	Elem []*Type // array<t>, map<k, v>, row(a t): the nested types
	Dims int     // number of [] suffixes
	Text string
	Hole bool
}

// Call is a function call. Aggregates and window functions are calls too.
type Call struct {
	Span
	Name        []*Ident // dbo.f, safe.f; the last part is the function
	NameEnd     int32
	Nulls       int8   // 0 not said, +1 RESPECT NULLS, -1 IGNORE NULLS
	Star        bool   // f(*)
	NoParens    bool   // current_date and its like, without parentheses
	Open        bool   // a hole among the arguments: more may follow
	Distinct    bool   // f(DISTINCT x)
	Params      []Expr // ClickHouse f(params)(args)
	Args        []*Arg
	OrderBy     []*OrderItem
	Limit       Expr
	Sep         Expr    // SEPARATOR
	Having      *Opaque // HAVING MAX x
	WithinGroup []*OrderItem
	Filter      Expr
	Over        *Window
	OverName    *Ident    // OVER w
	Tail        []*Opaque // words of JSON functions: OMIT QUOTES, RETURNING t, ON ERROR
}

// Arg is an argument of a call, perhaps named: f(name => x), struct(x as name).
type Arg struct {
	Span
	Name *Ident
	X    Expr
}

// Word is a bare keyword as an argument: the unit of DATEADD(day, ...), of
// EXTRACT(year FROM x), LEADING in TRIM.
type Word struct {
	Span
	Text string // lower case
}

// Window is what stands in OVER (...), or a named window's definition.
type Window struct {
	Span
	Base        *Ident // a named window that this one extends
	PartitionBy []Expr
	OrderBy     []*OrderItem
	Frame       *Frame
	Holes       []*Hole
}

// FrameUnit is ROWS, RANGE or GROUPS.
type FrameUnit uint8

const (
	Rows FrameUnit = iota
	Range
	Groups
)

// Frame is the frame of a window.
type Frame struct {
	Span
	Unit       FrameUnit
	Start, End Bound // End is CURRENT ROW when not written
	Exclude    string
}

// BoundKind is the kind of a frame bound.
type BoundKind uint8

const (
	UnboundedPreceding BoundKind = iota
	Preceding
	CurrentRow
	Following
	UnboundedFollowing
)

// Bound is one end of a frame.
type Bound struct {
	Kind BoundKind
	X    Expr
}

// Tuple is (a, b), ROW(a, b); also a one-element list where a list is meant.
type Tuple struct {
	Span
	Items []Expr
}

// Array is [a, b], ARRAY[a, b].
type Array struct {
	Span
	Items []Expr
	Type  *Type
	Open  bool
}

// Struct is {'a': x}, STRUCT(x AS a), MAP {...}.
type Struct struct {
	Span
	Fields []*Arg // for non-identifier keys Name is nil and Keys holds them
	Keys   []Expr // as long as Fields; nil for a field that has a name or no key
	Map    bool
	Type   *Type // STRUCT<a int64>(...)
}

// Index is x[i], also x[OFFSET(i)] with Fn "offset".
type Index struct {
	Span
	X  Expr
	I  Expr
	Fn string // offset, ordinal, safe_offset, safe_ordinal or empty
}

// Slice is x[lo:hi:step].
type Slice struct {
	Span
	X            Expr
	Lo, Hi, Step Expr
}

// Field is the field of an expression that is no column: f(x).a, x[0].a, (x).a.
type Field struct {
	Span
	X    Expr
	Name *Ident
}

// Path is a semi-structured access: x:a.b[0] (Snowflake, Databricks).
type Path struct {
	Span
	X     Expr
	Steps []Expr // *Column parts, *Literal or index expressions, as written
}

// Lambda is x -> e, (x, y) -> e, lambda x: e.
type Lambda struct {
	Span
	Params []*Ident
	Body   Expr
}

// Interval is INTERVAL '1 day', INTERVAL 1 DAY, INTERVAL (x) HOUR TO MINUTE.
type Interval struct {
	Span
	X        Expr
	Unit, To string // lower case; empty when inside the string
}

// AtTimeZone is x AT TIME ZONE z.
type AtTimeZone struct {
	Span
	X, Zone Expr
}

// Collate is x COLLATE c.
type Collate struct {
	Span
	X    Expr
	Name []*Ident
}

// Comprehension is [expr FOR x IN list IF cond] (DuckDB).
type Comprehension struct {
	Span
	X    Expr
	Vars []*Ident
	In   Expr
	If   Expr
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

func (*Select) body()          {}
func (*SetOp) body()           {}
func (*Values) body()          {}
func (*Query) body()           {}
func (*Hole) body()            {}
func (*Opaque) body()          {}
func (*Table) table()          {}
func (*Derived) table()        {}
func (*TableFunc) table()      {}
func (*Join) table()           {}
func (*Pivot) table()          {}
func (*Unpivot) table()        {}
func (*LateralView) table()    {}
func (*MatchRecognize) table() {}
func (*Opaque) table()         {}

func (*Column) expr()        {}
func (*Star) expr()          {}
func (*Literal) expr()       {}
func (*Param) expr()         {}
func (*Paren) expr()         {}
func (*Unary) expr()         {}
func (*Binary) expr()        {}
func (*Is) expr()            {}
func (*Between) expr()       {}
func (*In) expr()            {}
func (*LikeExpr) expr()      {}
func (*Quantified) expr()    {}
func (*Exists) expr()        {}
func (*Subquery) expr()      {}
func (*Case) expr()          {}
func (*Cast) expr()          {}
func (*Call) expr()          {}
func (*Word) expr()          {}
func (*Tuple) expr()         {}
func (*Array) expr()         {}
func (*Struct) expr()        {}
func (*Index) expr()         {}
func (*Slice) expr()         {}
func (*Field) expr()         {}
func (*Path) expr()          {}
func (*Lambda) expr()        {}
func (*Interval) expr()      {}
func (*AtTimeZone) expr()    {}
func (*Collate) expr()       {}
func (*Comprehension) expr() {}
func (*GroupingSets) expr()  {}
func (*Hole) expr()          {}
func (*Opaque) expr()        {}

// Op is an operator of Unary and Binary.
type Op uint8

const (
	OpNone Op = iota
	OpOr
	OpAnd
	OpNot
	OpEq // =, ==
	OpNe // <>, !=
	OpLt
	OpLe
	OpGt
	OpGe
	OpDistinct    // IS DISTINCT FROM
	OpNotDistinct // IS NOT DISTINCT FROM, <=>
	OpAdd
	OpSub
	OpMul
	OpDiv
	OpIntDiv // //, DIV
	OpMod    // %, MOD
	OpPow    // ^ or ** where they mean power
	OpConcat // ||
	OpBitAnd
	OpBitOr
	OpBitXor
	OpBitNot
	OpShl
	OpShr
	OpArrow  // ->, JSON
	OpArrow2 // ->>
	OpMatch  // ~, ~*, !~, !~*, @@ and other pattern operators
	OpOverlaps
	OpOther // an operator of the dialect that has no meaning here
)
