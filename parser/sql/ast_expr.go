package sql

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
	Text string // the words as written, in lower case, for IsOther: json array
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
	Name     []*Ident // dbo.f, safe.f; the last part is the function
	NameEnd  int32
	Nulls    int8 // 0 not said, +1 RESPECT NULLS, -1 IGNORE NULLS
	Star     bool // f(*)
	NoParens bool // current_date and its like, without parentheses
	Open     bool // a hole among the arguments: more may follow
	Distinct bool // f(DISTINCT x)
	Args     []*Arg
	Over     *Window
	Rare     *Clauses // nil for nearly all
}

// Clauses are the parts of a call that few calls have, each with a method of
// [Call].
type Clauses struct {
	Params      []Expr
	OrderBy     []*OrderItem
	Limit       Expr
	Sep         Expr
	Having      *Opaque
	WithinGroup []*OrderItem
	Filter      Expr
	OverName    *Ident
	Tail        []*Opaque
}

// clauses returns the rare clauses, to be read.
func (c *Call) clauses() *Clauses {
	if c.Rare == nil {
		return noClauses
	}
	return c.Rare
}

// noClauses are those of a plain call.
var noClauses = new(Clauses)

// Params returns the parameters of ClickHouse's f(params)(args).
func (c *Call) Params() []Expr { return c.clauses().Params }

// OrderBy returns the ORDER BY among the arguments.
func (c *Call) OrderBy() []*OrderItem { return c.clauses().OrderBy }

// Limit returns the LIMIT among the arguments, or nil.
func (c *Call) Limit() Expr { return c.clauses().Limit }

// Sep returns what follows SEPARATOR, or nil.
func (c *Call) Sep() Expr { return c.clauses().Sep }

// Having returns HAVING MAX x or HAVING MIN x, or nil.
func (c *Call) Having() *Opaque { return c.clauses().Having }

// WithinGroup returns the ORDER BY of WITHIN GROUP.
func (c *Call) WithinGroup() []*OrderItem { return c.clauses().WithinGroup }

// Filter returns the condition of FILTER (WHERE x), or nil.
func (c *Call) Filter() Expr { return c.clauses().Filter }

// OverName returns the window that OVER w names, or nil.
func (c *Call) OverName() *Ident { return c.clauses().OverName }

// Tail returns the words of JSON functions: OMIT QUOTES, RETURNING t, ON ERROR.
func (c *Call) Tail() []*Opaque { return c.clauses().Tail }

// more returns the rare clauses, to be added to.
func (c *Call) more() *Clauses {
	if c.Rare == nil {
		c.Rare = new(Clauses)
	}
	return c.Rare
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
