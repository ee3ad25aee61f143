package sql

import (
	"cmp"
	"slices"
	"strings"
)

const (
	// maxDepth bounds how deeply expressions and queries nest.
	maxDepth = 500
	// maxChain bounds the length of one chain a + b + c, a union b union c,
	// a join b join c: chains are left-deep trees.
	maxChain = 50_000
	// maxErrors bounds the errors kept for one text.
	maxErrors = 100
)

// Parse reads text as SQL of dialect d; a nil d is Generic. It never fails:
// what is wrong is in the tree's Errors, and what could not be read is in
// *Opaque nodes.
func Parse(text string, d *Dialect) *Tree {
	if d == nil {
		d = Generic
	}
	l := &lexer{text: text, opts: d.lex, tokens: make([]Token, 0, tokensIn(text)+lookahead)}
	l.run()
	escapes := false
	if d == Generic {
		if other := l.escaping(); other != l {
			l, escapes = other, true
		}
	}
	n := len(l.tokens)
	end := Span{Start: int32(len(text)), End: int32(len(text))}
	// Sentinels let the parser look ahead without checking bounds.
	for range lookahead {
		l.tokens = append(l.tokens, Token{Span: end})
	}
	p := &parser{text: text, d: d, toks: l.tokens, lastError: -1, escapes: escapes}
	p.tree = &Tree{Text: text, Dialect: d, Tokens: l.tokens[:n:n], Comments: l.comments, Errors: l.errors}
	p.nodes.expect(p.tree.Tokens)
	p.statements()
	slices.SortStableFunc(p.tree.Errors, func(a, b *Error) int { return cmp.Compare(a.Start, b.Start) })
	return p.tree
}

// lookahead is how many tokens after the current one may be looked at.
const lookahead = 8

// parser is the state of one parse: a cursor on the tokens, and the nodes in
// the making.
type parser struct {
	text      string
	d         *Dialect
	tree      *Tree
	toks      []Token
	i         int
	depth     int
	lastError int  // index of the token the last error was reported at
	escapes   bool // backslashes escape, as the lexer found, see lexer.escaping
	inCase    int  // CASE expressions around the cursor within the query
	inBracket int  // brackets around the cursor, where a colon is no path
	nodes     arena
}

// The cursor.

func (p *parser) kind() Kind            { return p.toks[p.i].Kind }
func (p *parser) at(k Kind) bool        { return p.toks[p.i].Kind == k }
func (p *parser) atWord(k keyword) bool { return p.toks[p.i].word == k }

func (p *parser) peek(n int) *Token { return &p.toks[min(p.i+n, len(p.toks)-1)] }

func (p *parser) peekWord(n int, k keyword) bool { return p.peek(n).word == k }

func (p *parser) next() {
	if p.toks[p.i].Kind != TokEOF {
		p.i++
	}
}

func (p *parser) accept(k Kind) bool {
	if p.toks[p.i].Kind != k || k == TokEOF {
		return false
	}
	p.i++
	return true
}

func (p *parser) acceptWord(k keyword) bool {
	if p.toks[p.i].word != k {
		return false
	}
	p.i++
	return true
}

// speaks reports whether the text is in dialect d, or in one that is not known.
func (p *parser) speaks(d *Dialect) bool { return p.d == d || p.d == Generic }

// acceptWords accepts a sequence of keywords, all or none.
func (p *parser) acceptWords(ks ...keyword) bool {
	for n, k := range ks {
		if p.peek(n).word != k {
			return false
		}
	}
	p.i += len(ks)
	return true
}

func (p *parser) start() int32 { return p.toks[p.i].Start }

// prevEnd is the end of the token before the cursor.
func (p *parser) prevEnd() int32 {
	if p.i == 0 {
		return 0
	}
	return p.toks[p.i-1].End
}

// from is the span from start to the last token read. If nothing was read since
// start, it is empty and stands behind that token, so that it lies inside
// whatever is being read.
func (p *parser) from(start int32) Span {
	end := p.prevEnd()
	return Span{Start: min(start, end), End: end}
}

// around is from(start), widened to an expression that may have been missing
// and then stands before start.
func (p *parser) around(start int32, x Expr) Span {
	s := p.from(start)
	s.Start = min(s.Start, x.Range().Start)
	return s
}

func (p *parser) prevIs(k Kind) bool { return p.i > 0 && p.toks[p.i-1].Kind == k }
func (p *parser) prevHole() bool     { return p.prevIs(TokHole) }

// afterHole reports whether a list goes on behind a hole that may be its
// separator. from is where its last element began: one that has no token ends
// the list.
func (p *parser) afterHole(from int) bool {
	return p.i > from && p.prevHole() && p.operandAt(0)
}

func (p *parser) tokText(t *Token) string { return p.text[t.Start:t.End] }

// adjacent reports whether no white space stands before the token n ahead.
func (p *parser) adjacent(n int) bool {
	return p.i+n > 0 && p.toks[p.i+n-1].End == p.peek(n).Start
}

// Errors and recovery.

// expected reports that something else than what was found should stand here.
// One place is reported once.
func (p *parser) expected(what string) {
	if p.lastError == p.i {
		return
	}
	p.lastError = p.i
	p.errorAt(p.toks[p.i].Span, "expected "+what+", found "+p.found())
}

func (p *parser) errorAt(s Span, message string) {
	if len(p.tree.Errors) < maxErrors {
		p.tree.Errors = append(p.tree.Errors, &Error{s, message})
	}
}

func (p *parser) found() string {
	t := &p.toks[p.i]
	if t.Kind == TokEOF {
		return "end of text"
	}
	s, _, more := strings.Cut(p.tokText(t), "\n")
	if len(s) > 40 {
		s, more = clip(s, 37), true
	}
	if more {
		s += "..."
	}
	return "`" + s + "`"
}

// clip returns at most n bytes of s, without cutting a rune.
func clip(s string, n int) string {
	for n > 0 && s[n]&0xc0 == 0x80 {
		n--
	}
	return s[:n]
}

// need accepts a token of kind k or reports that it is missing.
func (p *parser) need(k Kind, what string) bool {
	if p.accept(k) {
		return true
	}
	p.expected(what)
	return false
}

func (p *parser) needWord(k keyword) bool {
	if p.acceptWord(k) {
		return true
	}
	p.expected("`" + keywordText(k) + "`")
	return false
}

// closeParen accepts the closing parenthesis of a construct that has been read
// as far as it is understood; what is left before it is skipped.
func (p *parser) closeParen(what string) *Opaque { return p.close(TokRParen, what) }

func (p *parser) close(k Kind, what string) *Opaque {
	if p.accept(k) {
		return nil
	}
	p.expected(what)
	o := p.skip(stopClause)
	p.accept(k)
	return o
}

// stop says at what skipping ends, besides a closing bracket that was not
// opened on the way, a semicolon, and the end of the text.
type stop uint8

const (
	stopNothing stop = 0
	stopComma   stop = 1 << iota
	stopClause       // a word that begins a clause, a join or a set operation
)

// skip reads over text that is not understood and keeps it as an *Opaque; nil
// if there is none. Brackets are skipped as a whole.
func (p *parser) skip(s stop) *Opaque {
	start, from := p.start(), p.i
	for !p.stopped(s) {
		p.skipOne()
	}
	if p.i == from {
		return nil
	}
	p.lastError = p.i // what is missing here now has been reported
	return p.opaque(start, false)
}

func (p *parser) stopped(s stop) bool {
	switch p.kind() {
	case TokEOF, TokSemicolon, TokRParen, TokRBracket, TokRBrace:
		return true
	case TokComma:
		return s&stopComma != 0
	case TokWord:
		return s&stopClause != 0 && (p.atClause(0) || p.atSetOp(0) || p.atJoin(0))
	}
	return false
}

// skipOne reads over one token, or over a bracket and what it holds.
func (p *parser) skipOne() {
	for depth := 0; ; {
		switch p.kind() {
		case TokEOF:
			if depth > 0 {
				p.expected("a closing bracket")
			}
			return
		case TokLParen, TokLBracket, TokLBrace:
			depth++
		case TokRParen, TokRBracket, TokRBrace:
			depth--
		}
		p.next()
		if depth <= 0 {
			return
		}
	}
}

// opaque makes the node for what was read since start. Text that is known to
// mean nothing for columns, keys and rows is not counted.
func (p *parser) opaque(start int32, known bool) *Opaque {
	s := p.from(start)
	if !known {
		p.tree.Opaques++
	}
	return &Opaque{Span: s, Text: p.text[s.Start:s.End], Known: known}
}

// enter begins a level of nesting; it reports and returns false when there are
// too many, and the caller must then skip what it was about to read.
func (p *parser) enter() bool {
	p.depth++
	if p.depth <= maxDepth {
		return true
	}
	if p.depth == maxDepth+1 && p.lastError != p.i {
		p.lastError = p.i
		p.errorAt(p.toks[p.i].Span, "expected less nesting, found more than 500 levels")
	}
	return false
}

func (p *parser) leave() { p.depth-- }

// tooDeep reads over one nested construct beyond the limit of nesting.
func (p *parser) tooDeep() *Opaque {
	start := p.start()
	p.skipOne()
	return p.opaque(start, false)
}

// hole reads one or more hole tokens as one node.
func (p *parser) hole() *Hole {
	start := p.start()
	for p.accept(TokHole) {
	}
	s := p.from(start)
	return &Hole{Span: s, Text: p.text[s.Start:s.End]}
}

// Statements.

func (p *parser) statements() {
	for {
		for p.accept(TokSemicolon) {
		}
		if p.at(TokEOF) {
			return
		}
		from := p.i
		p.tree.Statements = append(p.tree.Statements, p.statement())
		if p.i == from { // a closing bracket that nothing opened
			p.next()
		}
	}
}

func (p *parser) statement() *Statement {
	start := p.start()
	st := &Statement{}
	switch {
	case p.atQuery(), p.at(TokHole):
		st.Query = p.query()
		if p.d == &dialectTSQL && (p.atQuery() && !p.at(TokLParen) || p.at(TokWord) && statementWords[p.toks[p.i].word]) {
			break // no semicolon is needed between statements
		}
		if o := p.rest("the end of the statement"); o != nil {
			st.Query.Tail = append(st.Query.Tail, o)
			st.Query.End = o.End
		}
	case p.at(TokWord) && (statementWords[p.toks[p.i].word] || otherStatements[p.unitText(0)] && p.peek(1).Kind != TokEOF), p.semanticView():
		for !p.at(TokSemicolon) && !p.at(TokEOF) {
			p.next()
		}
		st.Opaque = p.opaque(start, true)
	default:
		p.expected("a query")
		st.Opaque = p.rest("")
	}
	st.Span = p.from(start)
	return st
}

// semanticView reports whether the body of a Snowflake semantic view begins at
// the cursor: TABLES (...) RELATIONSHIPS (...) METRICS (...).
func (p *parser) semanticView() bool {
	return p.d == &dialectSnowflake && p.at(TokWord) && p.peek(1).Kind == TokLParen && p.unitText(0) == "tables"
}

// rest reads what follows a statement up to its boundary.
func (p *parser) rest(what string) *Opaque {
	start := p.start()
	if p.at(TokSemicolon) || p.at(TokEOF) {
		return nil
	}
	if what != "" {
		p.expected(what)
	}
	for !p.at(TokSemicolon) && !p.at(TokEOF) {
		p.skipOne()
	}
	return p.opaque(start, false)
}

// otherStatements begin statements that are no queries, too; these words are no
// keywords of queries.
var otherStatements = wordSet(`do reindex checkpoint savepoint release abort prepare deallocate discard listen notify close
	open raise deny backup restore undrop put get list remove dbcc waitfor reconfigure bulk assert let return while repeat system
	exchange kill watch clear fsck reorg recover reassign`)

// statementWords begin statements that are no queries. They are kept as they
// are: they have no columns.
var statementWords = map[keyword]bool{
	kwInsert: true, kwUpdate: true, kwDelete: true, kwMerge: true, kwTruncate: true, kwCreate: true, kwDrop: true,
	kwAlter: true, kwGrant: true, kwRevoke: true, kwSet: true, kwReset: true, kwUse: true, kwBegin: true, kwCommit: true,
	kwRollback: true, kwDeclare: true, kwCall: true, kwExec: true, kwExecute: true, kwCopy: true, kwUnload: true,
	kwShow: true, kwDescribe: true, kwDesc: true, kwExplain: true, kwAnalyze: true, kwVacuum: true, kwComment: true,
	kwRefresh: true, kwOptimize: true, kwCache: true, kwUncache: true, kwInstall: true, kwLoad: true, kwAttach: true,
	kwDetach: true, kwPragma: true, kwExport: true, kwMsck: true, kwIf: true, kwEnd: true, kwPrint: true, kwGo: true,
	kwSummarize: true, kwLock: true, kwStart: true, kwReplace: true, kwRename: true, kwImport: true, kwCluster: true,
}
