package sql

// arena makes the most frequent nodes in blocks, which a tree's nodes share:
// they live and die together.
type arena struct {
	idents   slab[Ident]
	columns  slab[Column]
	literals slab[Literal]
	binaries slab[Binary]
	items    slab[Item]
	args     slab[Arg]
	holders  slab[*Ident]

	// Lists are gathered here and copied when their length is known.
	exprs    []Expr
	itemList []*Item
	argList  []*Arg
}

// expect tells the arena of the tokens to be read: nearly all names, literals
// and operators become one node each.
func (a *arena) expect(tokens []Token) {
	for i := range tokens {
		switch t := &tokens[i]; t.Kind {
		case TokWord:
			switch {
			case t.word == kwNone, i+1 < len(tokens) && tokens[i+1].Kind == TokLParen:
				a.idents.want++
			case t.word == kwAnd, t.word == kwOr:
				a.binaries.want++
			}
		case TokQuoted:
			a.idents.want++
		case TokString, TokNumber:
			a.literals.want++
		default:
			if int(t.Kind) < len(infixOps) && infixOps[t.Kind].prec > 0 {
				a.binaries.want++
			}
		}
	}
	a.columns.want = a.idents.want / 3
}

// slab hands out values of one type from a block.
type slab[T any] struct {
	free []T
	used int // values of all blocks
	want int // how many values will probably be needed, 0 if nobody knows
}

// maxBlock bounds a block: what keeps one of its values keeps them all.
const maxBlock = 128

func (s *slab[T]) new() *T { return &s.take(1)[0] }

// take returns n adjacent values.
func (s *slab[T]) take(n int) []T {
	if len(s.free) < n {
		// Beyond what was expected, blocks are a part of what was needed so far.
		more := s.used / 4
		if s.want > 0 {
			more = s.used / 8
		}
		size := max(min(max(s.want-s.used, more, 4), maxBlock), n)
		s.free = make([]T, size)
		s.used += size
	}
	out := s.free[:n:n]
	s.free = s.free[n:]
	return out
}

// since copies the elements of list from mark on, and cuts them off.
func since[T any](list *[]T, mark int) []T {
	if len(*list) == mark {
		return nil
	}
	out := make([]T, len(*list)-mark)
	copy(out, (*list)[mark:])
	*list = (*list)[:mark]
	return out
}
