package jinja

// slab hands out nodes of one type from blocks that grow with the template,
// which spares most of the cost of making them one by one.
type slab[T any] struct {
	free []T
	size int
}

const maxSlab = 64

func (s *slab[T]) add(v T) *T {
	if len(s.free) == 0 {
		s.size = min(max(4, 2*s.size), maxSlab)
		s.free = make([]T, s.size)
	}
	n := &s.free[0]
	s.free = s.free[1:]
	*n = v
	return n
}

// slabs are those of the commonest nodes.
type slabs struct {
	data    slab[Data]
	output  slab[Output]
	literal slab[Literal]
	name    slab[Name]
	attr    slab[Attr]
	call    slab[Call]
	str     slab[oneSeg]
}
