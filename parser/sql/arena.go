package sql

// arena makes the most frequent nodes in blocks, which a tree's nodes share:
// they live and die together. Blocks begin small, since most texts are.
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

// slab hands out values of one type from a block.
type slab[T any] struct {
	free []T
	size int
}

func (s *slab[T]) new() *T { return &s.take(1)[0] }

// take returns n adjacent values.
func (s *slab[T]) take(n int) []T {
	if len(s.free) < n {
		s.size = min(max(8, s.size*2, n), 128)
		s.free = make([]T, max(s.size, n))
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
