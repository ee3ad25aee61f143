package sql

import "slices"

// childrenOf appends the children of n to out in the order of the text. The
// order of the fields is mostly that of the text; where it is not, or the text
// leaves a choice, the children are sorted.
func childrenOf(n Node, out []Node) []Node {
	mark := len(out)
	switch x := n.(type) {
	case *Statement:
		out = one(out, x.Query)
		out = one(out, x.Opaque)
	case *Query:
		out = one(out, x.With)
		out = one(out, x.Body)
		out = many(out, x.OrderBy)
		out = one(out, x.Limit)
		out = many(out, x.LimitBy)
		out = one(out, x.LimitByN)
		out = one(out, x.Offset)
		out = one(out, x.Sample)
		out = one(out, x.Document)
		out = many(out, x.Tail)
		out = many(out, x.Holes)
	case *Pipe:
		out = one(out, x.Input)
		out = many(out, x.Steps)
	case *PipeStep:
		out = many(out, x.Items)
		out = many(out, x.GroupBy)
		out = many(out, x.Names)
		out = one(out, x.Where)
		out = many(out, x.OrderBy)
		out = one(out, x.Limit)
		out = one(out, x.Offset)
		out = one(out, x.Table)
		out = many(out, x.Queries)
		out = one(out, x.Tail)
	case *Function:
		out = many(out, x.Name)
		out = many(out, x.Params)
		out = one(out, x.Returns)
		out = one(out, x.Return)
		out = one(out, x.Body)
	case *With:
		out = many(out, x.Functions)
		out = many(out, x.CTEs)
		out = many(out, x.Holes)
	case *CTE:
		out = one(out, x.Name)
		out = many(out, x.Columns)
		out = one(out, x.Body)
		out = one(out, x.Scalar)
	case *SetOp:
		out = one(out, x.Hole)
		out = one(out, x.Left)
		out = one(out, x.Right)
	case *Values:
		out = many(out, x.Rows)
	case *Select:
		out = many(out, x.DistinctOn)
		out = one(out, x.Top)
		out = many(out, x.Items)
		out = many(out, x.Exclude)
		out = one(out, x.From)
		out = one(out, x.Prewhere)
		out = one(out, x.Where)
		out = one(out, x.StartWith)
		out = one(out, x.ConnectBy)
		out = one(out, x.GroupBy)
		out = one(out, x.Having)
		out = many(out, x.Windows)
		out = one(out, x.Qualify)
		out = one(out, x.Sample)
		out = many(out, x.Tail)
		out = many(out, x.Holes)
	case *Item:
		out = one(out, x.X)
		out = one(out, x.Alias)
		out = one(out, x.Made)
	case *Made:
		out = one(out, x.Script)
		out = many(out, x.Aliases)
	case *Star:
		out = many(out, x.Qualifier)
		out = one(out, x.Of)
		out = many(out, x.Except)
		out = many(out, x.Replace)
		out = many(out, x.Rename)
		out = one(out, x.Like)
	case *GroupBy:
		out = many(out, x.Items)
		out = many(out, x.Holes)
	case *GroupingSets:
		out = many(out, x.Sets)
	case *NamedWindow:
		out = one(out, x.Name)
		out = one(out, x.Spec)
	case *OrderItem:
		out = one(out, x.X)
		out = one(out, x.Fill)
		out = one(out, x.Hole)
	case *Alias:
		out = one(out, x.Name)
		out = many(out, x.Columns)
	case *Table:
		out = many(out, x.Name)
		out = one(out, x.Alias)
		out = one(out, x.Offset)
		out = one(out, x.Version)
		out = one(out, x.Sample)
		out = one(out, x.Hints)
	case *Derived:
		out = one(out, x.Query)
		out = one(out, x.Alias)
		out = one(out, x.Sample)
	case *TableFunc:
		out = one(out, x.Call)
		out = one(out, x.Alias)
		out = one(out, x.Offset)
		out = one(out, x.Sample)
	case *Join:
		out = one(out, x.Left)
		out = one(out, x.Right)
		out = one(out, x.On)
		out = many(out, x.Using)
		out = one(out, x.Match)
		out = one(out, x.Alias)
		out = many(out, x.Holes)
	case *LateralView:
		out = one(out, x.Input)
		out = one(out, x.Call)
		out = one(out, x.Alias)
	case *Pivot:
		out = one(out, x.Input)
		out = many(out, x.Aggs)
		out = many(out, x.For)
		out = many(out, x.In)
		out = one(out, x.InQuery)
		out = many(out, x.GroupBy)
		out = one(out, x.Alias)
	case *Unpivot:
		out = one(out, x.Input)
		out = many(out, x.Values)
		out = one(out, x.Name)
		out = many(out, x.In)
		out = one(out, x.Alias)
	case *MatchRecognize:
		out = one(out, x.Input)
		out = one(out, x.Body)
		out = one(out, x.Alias)
	case *Sample:
		out = one(out, x.Body)
	case *Column:
		out = many(out, x.Parts)
	case *Paren:
		out = one(out, x.X)
		out = one(out, x.Alias)
	case *Unary:
		out = one(out, x.X)
	case *Binary:
		out = one(out, x.L)
		out = one(out, x.R)
	case *Is:
		out = one(out, x.X)
	case *Between:
		out = one(out, x.X)
		out = one(out, x.Lo)
		out = one(out, x.Hi)
	case *In:
		out = one(out, x.X)
		out = many(out, x.List)
		out = one(out, x.Query)
		out = one(out, x.Of)
	case *LikeExpr:
		out = one(out, x.X)
		out = one(out, x.Pattern)
		out = one(out, x.Escape)
	case *Quantified:
		out = one(out, x.L)
		out = one(out, x.Query)
		out = one(out, x.Of)
	case *Exists:
		out = one(out, x.Query)
	case *Subquery:
		out = one(out, x.Query)
	case *Case:
		out = one(out, x.Operand)
		out = many(out, x.Whens)
		out = one(out, x.Else)
	case *When:
		out = one(out, x.Cond)
		out = one(out, x.Then)
	case *Cast:
		out = one(out, x.X)
		out = one(out, x.Type)
		out = one(out, x.Format)
	case *Type:
		out = many(out, x.Args)
		out = many(out, x.Elem)
	case *Call:
		out = many(out, x.Name)
		out = many(out, x.Params())
		out = many(out, x.Args)
		out = many(out, x.OrderBy())
		out = one(out, x.Limit())
		out = one(out, x.Sep())
		out = one(out, x.Having())
		out = many(out, x.WithinGroup())
		out = one(out, x.Filter())
		out = one(out, x.Over)
		out = one(out, x.OverName())
		out = many(out, x.Tail())
	case *Arg:
		out = one(out, x.Name)
		out = one(out, x.X)
	case *Window:
		out = one(out, x.Base)
		out = many(out, x.PartitionBy)
		out = many(out, x.OrderBy)
		out = one(out, x.Frame)
		out = many(out, x.Holes)
	case *Frame:
		out = one(out, x.Start.X)
		out = one(out, x.End.X)
	case *Tuple:
		out = many(out, x.Items)
	case *Array:
		out = many(out, x.Items)
		out = one(out, x.Type)
	case *Struct:
		out = many(out, x.Fields)
		out = many(out, x.Keys)
		out = one(out, x.Type)
	case *Index:
		out = one(out, x.X)
		out = one(out, x.I)
	case *Slice:
		out = one(out, x.X)
		out = one(out, x.Lo)
		out = one(out, x.Hi)
		out = one(out, x.Step)
	case *Field:
		out = one(out, x.X)
		out = one(out, x.Name)
	case *Path:
		out = pathSteps(one(out, x.X), x.Steps)
	case *Lambda:
		out = many(out, x.Params)
		out = one(out, x.Body)
	case *Interval:
		out = one(out, x.X)
	case *AtTimeZone:
		out = one(out, x.X)
		out = one(out, x.Zone)
	case *Collate:
		out = one(out, x.X)
		out = many(out, x.Name)
	case *Comprehension:
		out = one(out, x.X)
		out = many(out, x.Vars)
		out = one(out, x.In)
		out = one(out, x.If)
	}
	return sorted(out, mark)
}

// sorted puts out[mark:] in the order of the text.
func sorted(out []Node, mark int) []Node {
	in := out[mark:]
	for i := 1; i < len(in); i++ {
		if in[i].Range().Start < in[i-1].Range().Start {
			slices.SortStableFunc(in, func(a, b Node) int { return int(a.Range().Start) - int(b.Range().Start) })
			break
		}
	}
	return out
}

// one appends the node n, unless it is nil.
func one[T interface {
	comparable
	Node
}](out []Node, n T) []Node {
	var none T
	if n == none {
		return out
	}
	return append(out, n)
}

// many appends the nodes of a list that are not nil.
func many[T interface {
	comparable
	Node
}](out []Node, ns []T) []Node {
	for _, n := range ns {
		out = one(out, n)
	}
	return out
}

// pathSteps appends the steps of a path into a value. The name of a key is a
// name and no reference to a column.
func pathSteps(out []Node, steps []Expr) []Node {
	for _, s := range steps {
		if key, ok := s.(*Column); ok {
			out = many(out, key.Parts)
			continue
		}
		out = one(out, s)
	}
	return out
}
