package jinja

func (n *For) exec(s *State) signal {
	s.step()
	s.at = n.Iter.Range()
	iterable := s.usedOr(n.Iter.eval(s), n.Iter.Range())
	n.run(s, iterable, 0)
	return proceed
}

// run loops over iterable at a depth of recursion.
func (n *For) run(s *State, iterable Value, depth int) {
	if f := s.forcing(n.cond); f != nil && !f.Holds {
		n.record(s, false, true)
		n.otherwise(s)
		return
	}
	switch x := iterable.(type) {
	case *Unknown:
		n.once(s, x, depth)
		return
	case *List:
		if x.open {
			n.partly(s, x, depth)
			return
		}
	}
	items, err := s.items(iterable)
	if err != nil {
		n.once(s, s.fail(err, n.Iter.Range()), depth)
		return
	}
	s.iterate(len(items))
	if n.Filter != nil {
		items = n.filter(s, items)
	}
	if f := s.forcing(n.cond); f != nil && f.Holds && len(items) == 0 {
		n.once(s, &Unknown{Why: "no item of the loop is known", At: s.place(n.Iter.Range())}, depth)
		return
	}
	if l, ok := iterable.(*List); ok && l.chosen {
		outer := s.begin(false)
		n.record(s, len(items) > 0, true)
		n.through(s, s.allTakenOf(l, items, n.Iter.Range()), depth)
		s.end(outer)
		s.out.chosen = true
		return
	}
	n.record(s, len(items) > 0, false)
	n.through(s, items, depth)
}

// through makes a pass for each of the items.
func (n *For) through(s *State, items []Value, depth int) {
	if len(items) == 0 {
		n.otherwise(s)
		return
	}
	l := &loop{node: n, items: items, depth: depth, outer: s.frame}
	outer := s.frame
	s.frame = s.inside(outer)
	completed := false
	for l.i = range items {
		n.nextFrame(s, outer)
		s.step()
		s.assign(n.Target, items[l.i])
		s.frame.set("loop", l)
		sig := s.execAll(n.Body)
		if sig == breakLoop {
			break
		}
		completed = completed || sig == proceed
	}
	s.frame = outer
	if !completed { // as in Jinja, a pass that was broken off does not count
		n.otherwise(s)
	}
}

// otherwise renders the else of the loop.
func (n *For) otherwise(s *State) {
	outer := s.push()
	s.execAll(n.Else)
	s.frame = outer
}

// nextFrame empties the frame of the last pass, or opens a new one if
// something may hold on to that.
func (n *For) nextFrame(s *State, outer *frame) {
	if n.captures {
		s.frame = s.inside(outer)
		return
	}
	s.frame.names, s.frame.vals = s.frame.names[:0], s.frame.vals[:0]
}

// filter keeps the items that pass the loop's own condition.
func (n *For) filter(s *State, items []Value) []Value {
	outer := s.push()
	kept := make([]Value, 0, len(items))
	for _, item := range items {
		n.nextFrame(s, outer)
		s.assign(n.Target, item)
		if Truth(s, n.Filter.eval(s)) {
			kept = append(kept, item)
		}
	}
	s.frame = outer
	return kept
}

// partly loops over a list of which only the beginning is known: a pass for each
// item there, and one for the rest.
func (n *For) partly(s *State, list *List, depth int) {
	known, rest := list.items[:len(list.items)-1], list.items[len(list.items)-1].(*Unknown)
	if n.Filter != nil || len(known) == 0 {
		n.once(s, rest, depth)
		return
	}
	n.record(s, true, false)
	outer := s.frame
	for i, item := range known {
		s.step()
		s.frame = s.inside(outer)
		s.assign(n.Target, item)
		s.frame.set("loop", &loop{node: n, items: known, i: i, depth: depth, outer: outer, rest: rest})
		if sig := s.execAll(n.Body); sig == breakLoop {
			s.frame = outer
			return
		}
	}
	s.frame = outer
	n.once(s, rest, depth)
}

// once stands for a loop of unknown length: one pass with an unknown item, of
// which nobody knows whether it is the first or last.
func (n *For) once(s *State, u *Unknown, depth int) {
	n.record(s, true, true)
	item := &Unknown{Why: u.Why, At: u.At}
	l := &loop{node: n, items: []Value{item}, depth: depth, outer: s.frame, unknown: u}
	around := s.begin(true)
	outer := s.push()
	s.assign(n.Target, item)
	s.frame.set("loop", l)
	s.execAll(n.Body)
	s.frame = outer
	s.end(around)
	s.out.chosen = true
}

func (n *For) record(s *State, ran, unknown bool) {
	if s.tmpl != s.root {
		return
	}
	c := &s.taken[n.cond]
	c.Unknown = c.Unknown || unknown
	if ran {
		c.Taken[1] = true
	} else {
		c.Taken[0] = true
	}
}

// loop is the variable of that name inside a for.
type loop struct {
	node    *For
	items   []Value
	i       int
	depth   int
	outer   *frame
	unknown *Unknown // what is looped over, if nobody knows it
	rest    *Unknown // what follows items, if nobody knows it
	last    []Value  // what changed() was last called with
}

// Attr returns the attributes of the loop variable.
func (l *loop) Attr(s *State, name string) (Value, bool) {
	switch name {
	case "cycle":
		return &Func{Name: "loop.cycle", Lazy: true, Fn: l.cycle}, true
	case "changed":
		return &Func{Name: "loop.changed", Lazy: true, Fn: l.changed}, true
	case "depth":
		return int64(l.depth + 1), true
	case "depth0":
		return int64(l.depth), true
	}
	if l.unknown != nil {
		return l.unknownAttr(name)
	}
	n := len(l.items)
	if l.rest != nil {
		switch name {
		case "revindex", "revindex0", "length":
			return &Unknown{Kind: ScalarKind, Why: l.rest.Why, At: l.rest.At}, true
		case "last", "nextitem":
			if l.i < n-1 {
				break
			}
			return &Unknown{Kind: ScalarKind, Why: l.rest.Why, At: l.rest.At, presume: presumeFalse}, true
		}
	}
	switch name {
	case "index":
		return int64(l.i + 1), true
	case "index0":
		return int64(l.i), true
	case "revindex":
		return int64(n - l.i), true
	case "revindex0":
		return int64(n - l.i - 1), true
	case "first":
		return l.i == 0, true
	case "last":
		return l.i == n-1, true
	case "length":
		return int64(n), true
	case "previtem":
		return l.neighbour(s, l.i-1), true
	case "nextitem":
		return l.neighbour(s, l.i+1), true
	}
	return nil, false
}

// unknownAttr gives attributes of a loop of unknown length: the one pass that
// stands for all is presumed to be the first and the last.
func (l *loop) unknownAttr(name string) (Value, bool) {
	u := &Unknown{Kind: ScalarKind, Why: l.unknown.Why, At: l.unknown.At}
	switch name {
	case "first", "last":
		u.presume, u.separator, u.guess = presumeTrue, true, true
	case "index", "revindex", "length":
		u.separator, u.guess = true, int64(1)
	case "index0", "revindex0":
		u.separator, u.guess = true, int64(0)
	case "previtem", "nextitem":
		u.Kind = AnyKind
	default:
		return nil, false
	}
	return u, true
}

func (l *loop) neighbour(s *State, i int) Value {
	if i < 0 || i >= len(l.items) {
		return Undefined{At: s.Place()}
	}
	return l.items[i]
}

func (l *loop) cycle(c *CallArgs) (Value, error) {
	if len(c.Args) == 0 {
		return nil, failure(TypeError, "no items for cycling given")
	}
	if l.unknown != nil {
		return c.State.derived(l.unknown, AnyKind), nil
	}
	return c.Args[l.i%len(c.Args)], nil
}

func (l *loop) changed(c *CallArgs) (Value, error) {
	if l.unknown != nil {
		return &Unknown{Kind: ScalarKind, Why: l.unknown.Why, At: l.unknown.At, presume: presumeTrue}, nil
	}
	before := l.last
	l.last = c.Args
	if before == nil || len(before) != len(c.Args) {
		return true, nil
	}
	eq, err := equal(&Tuple{items: before}, &Tuple{items: c.Args})
	return !eq, err
}

// Call renders the loop again for other items: a recursive loop.
func (l *loop) Call(c *CallArgs) (Value, error) {
	if !l.node.Recursive {
		return nil, failure(TypeError, "the loop must have the 'recursive' marker to be called recursively")
	}
	v, ok := c.Arg(0, "iterable")
	if !ok {
		return nil, failure(TypeError, "loop() needs what to loop over")
	}
	s := c.State
	frame := s.frame
	s.frame = l.outer
	out := s.capture(func() { l.node.run(s, v, l.depth+1) })
	s.frame = frame
	return out, nil
}

// Lazy is true: a loop over something unknown is one pass.
func (l *loop) Lazy() bool { return true }

// text is what Python prints for a loop.
func (l *loop) text() string {
	return "<LoopContext " + ToString(int64(l.i+1)) + "/" + ToString(int64(len(l.items))) + ">"
}
