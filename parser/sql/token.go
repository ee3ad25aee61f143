package sql

// Token is one lexical element. Tokens of a tree are sorted, do not overlap,
// and leave only white space and comments between them.
type Token struct {
	Span
	Kind Kind
	word keyword // of an unquoted word that is in the keyword table
}

// Kind is the kind of a token.
type Kind uint8

const (
	TokEOF     Kind = iota
	TokWord         // a name or keyword without quotes
	TokQuoted       // a quoted name
	TokString       // a character or byte string of any spelling
	TokNumber       // 1, 1.5e3, 0xff
	TokBindVar      // ?, $1, :name, @name, @@name
	TokStage        // @stage/path (Snowflake)
	TokHole         // a word made of template holes only
	TokUnknown      // a byte that begins no token, or a quote without its end

	TokComma
	TokDot
	TokLParen
	TokRParen
	TokLBracket
	TokRBracket
	TokLBrace
	TokRBrace
	TokSemicolon
	TokColon
	TokDoubleColon
	TokAssign   // :=
	TokFatArrow // =>
	TokEqual    // =, ==
	TokNotEqual // <>, !=
	TokLess
	TokLessEqual
	TokGreater
	TokGreaterEqual
	TokNullSafeEqual // <=>
	TokPlus
	TokMinus
	TokAsterisk
	TokSlash
	TokDoubleSlash
	TokPercent
	TokCaret
	TokDoubleStar
	TokConcat // ||
	TokPipe   // |
	TokAmp
	TokTilde
	TokShiftLeft // <<; >> is two TokGreater, since it also closes array<array<t>>
	TokArrow     // ->
	TokArrow2    // ->>
	TokMatchOp   // ~*, !~, ~~ and their like
	TokPipeArrow // |>
	TokBang      // !
	TokOtherOp   // @>, #>>, && and other operators of one dialect
)

// String says what a token is; operators and marks are all symbols.
func (k Kind) String() string {
	names := [...]string{"end", "word", "quoted", "string", "number", "parameter", "stage", "hole", "unknown"}
	if int(k) < len(names) {
		return names[k]
	}
	return "symbol"
}
