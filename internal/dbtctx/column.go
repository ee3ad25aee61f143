package dbtctx

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dbtvet/dbtvet/parser/jinja"
)

// columnObject is a column as adapter.get_columns_in_relation returns it. Its
// type is empty if nobody knows it.
type columnObject struct {
	name, dtype      string
	size             int64 // of a string type; 0 if it has none
	precision, scale int64 // of a number type; 0 if it has none
	a                *adapter
}

func (c *Context) columnList(cols []Column) *jinja.List {
	l := jinja.NewList()
	for _, col := range cols {
		l.Append(newColumn(&c.adapter, col.Name, col.Type))
	}
	return l
}

// newColumn reads a type such as varchar(20) or numeric(18, 2).
func newColumn(a *adapter, name, typ string) *columnObject {
	c := &columnObject{name: name, dtype: typ, a: a}
	base, args, ok := strings.Cut(typ, "(")
	args, closed := strings.CutSuffix(strings.TrimSpace(args), ")")
	if !ok || !closed {
		return c
	}
	var n [2]int64
	parts := strings.Split(args, ",")
	for i, p := range parts {
		v, err := strconv.ParseInt(strings.TrimSpace(p), 10, 64)
		if err != nil || i > 1 {
			return c
		}
		n[i] = v
	}
	c.dtype = strings.TrimSpace(base)
	if len(parts) == 1 {
		c.size = n[0]
	} else {
		c.precision, c.scale = n[0], n[1]
	}
	return c
}

func (c *columnObject) in(types []string) bool {
	return slices.Contains(types, strings.ToLower(c.dtype))
}

// dataType is the type as it is written into SQL.
func (c *columnObject) dataType() string {
	switch {
	case c.a.typeAsWritten && c.size > 0:
		return c.dtype + "(" + strconv.FormatInt(c.size, 10) + ")"
	case (c.a.typeAsWritten || c.a.bareTypes && c.size == 0) && c.precision == 0:
		return c.dtype
	case c.in(c.a.strings):
		return c.a.stringType(c.stringSize())
	case c.in(c.a.decimals) && c.precision > 0:
		return c.a.numericType(c.dtype, c.precision, c.scale)
	}
	return c.dtype
}

// stringSize is the size of a string type; without one it is the adapter's
// largest, or 256 in dbt's base class.
func (c *columnObject) stringSize() int64 {
	switch {
	case c.size > 0:
		return c.size
	case c.a.name == "snowflake":
		return 16777216
	}
	return 256
}

// Attr returns an attribute or method of dbt's column objects.
func (c *columnObject) Attr(s *jinja.State, name string) (jinja.Value, bool) {
	switch name {
	case "name", "column":
		return jinja.NewStr(c.name), true
	case "quoted":
		return jinja.NewStr(c.a.columnOpen + c.name + c.a.columnClose), true
	case "mode":
		return jinja.NewStr("NULLABLE"), true
	case "fields":
		return jinja.NewList(), true
	}
	if c.dtype == "" {
		return c.untyped(s, name)
	}
	switch name {
	case "dtype":
		return jinja.NewStr(c.dtype), true
	case "data_type", "expanded_data_type":
		return jinja.NewStr(c.dataType()), true
	case "char_size":
		return numberOrNone(c.size), true
	case "numeric_precision":
		return numberOrNone(c.precision), true
	case "numeric_scale":
		if c.precision == 0 {
			return nil, true
		}
		return c.scale, true
	case "is_string":
		return answer(name, c.in(c.a.strings)), true
	case "is_integer":
		return answer(name, c.in(c.a.integers)), true
	case "is_numeric":
		return answer(name, c.in(c.a.decimals)), true
	case "is_float":
		return answer(name, c.in(c.a.floats)), true
	case "is_number":
		return answer(name, c.in(c.a.integers) || c.in(c.a.decimals) || c.in(c.a.floats)), true
	case "string_size":
		return answer(name, c.stringSize()), true
	case "literal":
		return strict(name, func(a *jinja.CallArgs) (jinja.Value, error) {
			v, _ := a.Arg(0, "value")
			return jinja.NewStr(jinja.ToString(v) + "::" + c.dataType()), nil
		}), true
	}
	return nil, false
}

// untyped answers for a column whose type nobody knows.
func (c *columnObject) untyped(s *jinja.State, name string) (jinja.Value, bool) {
	why := "the type of column `" + c.name + "`"
	switch name {
	case "dtype", "data_type", "expanded_data_type", "char_size", "numeric_precision", "numeric_scale":
		return unknown(jinja.ScalarKind, why, s.Place()), true
	case "is_string", "is_integer", "is_numeric", "is_float", "is_number", "string_size", "literal":
		return lazy(name, inquiry(jinja.ScalarKind, why)), true
	}
	return nil, false
}

// Print writes the column as Python shows the object.
func (c *columnObject) Print() string { return "<Column " + c.name + " (" + c.dataType() + ")>" }

func answer(name string, v jinja.Value) *jinja.Func { return lazy(name, constant(v)) }

func numberOrNone(n int64) jinja.Value {
	if n == 0 {
		return nil
	}
	return n
}

// columnClass is api.Column.
type columnClass struct{}

// Call is api.Column(column, dtype, char_size, numeric_precision, numeric_scale).
func (columnClass) Call(c *jinja.CallArgs) (jinja.Value, error) {
	name, _ := c.String(0, "column")
	dtype, _ := c.String(1, "dtype")
	col := newColumn(&runOf(c.State).ctx.adapter, name, dtype)
	for i, part := range []struct {
		name string
		to   *int64
	}{{"char_size", &col.size}, {"numeric_precision", &col.precision}, {"numeric_scale", &col.scale}} {
		if n, ok := c.Int(2+i, part.name); ok {
			*part.to = int64(n)
		}
	}
	return col, nil
}

// Attr returns a class method.
func (columnClass) Attr(_ *jinja.State, name string) (jinja.Value, bool) {
	fn, ok := columnMethods[name]
	return fn, ok
}

var columnMethods = map[string]jinja.Value{
	"translate_type": strict("api.Column.translate_type", func(c *jinja.CallArgs) (jinja.Value, error) {
		label, _ := c.String(0, "dtype")
		return jinja.NewStr(runOf(c.State).ctx.adapter.translate(label)), nil
	}),
	"numeric_type": strict("api.Column.numeric_type", func(c *jinja.CallArgs) (jinja.Value, error) {
		name, _ := c.String(0, "dtype")
		p, ok := c.Int(1, "precision")
		scale, ok2 := c.Int(2, "scale")
		if !ok || !ok2 {
			return jinja.NewStr(name), nil
		}
		return jinja.NewStr(runOf(c.State).ctx.adapter.numericType(name, int64(p), int64(scale))), nil
	}),
	"string_type": strict("api.Column.string_type", func(c *jinja.CallArgs) (jinja.Value, error) {
		n, _ := c.Int(0, "size")
		return jinja.NewStr(runOf(c.State).ctx.adapter.stringType(int64(n))), nil
	}),
	"create": strict("api.Column.create", func(c *jinja.CallArgs) (jinja.Value, error) {
		name, _ := c.String(0, "name")
		label, _ := c.String(1, "label_or_dtype")
		a := &runOf(c.State).ctx.adapter
		return newColumn(a, name, a.translate(label)), nil
	}),
	"from_description": strict("api.Column.from_description", func(c *jinja.CallArgs) (jinja.Value, error) {
		name, _ := c.String(0, "name")
		typ, _ := c.String(1, "raw_data_type")
		return newColumn(&runOf(c.State).ctx.adapter, name, typ), nil
	}),
}
