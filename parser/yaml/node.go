package yaml

import "github.com/dbtvet/dbtvet/parser/source"

// Kind is the shape of a value.
type Kind uint8

const (
	Null   Kind = iota // nothing, ~ or null
	Scalar             // text, number, truth value
	List
	Map
)

func (k Kind) String() string { return [...]string{"null", "scalar", "list", "mapping"}[k] }

// Style is how a value was written.
type Style uint8

const (
	Plain Style = iota
	SingleQuoted
	DoubleQuoted
	Literal // |
	Folded  // >
	Flow    // a list in brackets or a mapping in braces
	Block   // a list or mapping by indentation
)

// Node is one value of a document. A value that is named by an anchor and used
// by aliases is one Node, shared: its span is where it was written, once. The
// methods may be called on a nil Node, which stands for an absent value.
type Node struct {
	Kind  Kind
	Style Style
	// Tag is the explicit tag, such as "!!str"; empty if there is none.
	Tag string
	// Span is the value as written, quotes included, without anchor and tag.
	// An empty value has an empty span.
	Span source.Span
	// Value is the text of a scalar after unquoting, unescaping and folding.
	Value string
	Pairs []Pair  // of a Map, in order; keys that `<<` brought come last
	Items []*Node // of a List
}

// Pair is an entry of a mapping.
type Pair struct {
	Key, Value *Node
	// Merged says that `<<` brought the entry from another mapping, which is
	// where its spans are.
	Merged bool
}

// Get returns the value of key, or nil. Of a key that is written twice the
// last one counts, as it does for dbt.
func (n *Node) Get(key string) *Node {
	_, v := n.Entry(key)
	return v
}

// Entry returns the key node and the value of key, or nils.
func (n *Node) Entry(key string) (k, v *Node) {
	if n == nil {
		return nil, nil
	}
	for i := len(n.Pairs) - 1; i >= 0; i-- {
		if p := n.Pairs[i]; p.Key.Value == key && p.Key.Kind == Scalar {
			return p.Key, p.Value
		}
	}
	return nil, nil
}

// Path follows keys from mapping to mapping and returns what it reaches, or nil.
func (n *Node) Path(keys ...string) *Node {
	for _, key := range keys {
		n = n.Get(key)
	}
	return n
}

// IsMap reports whether n is a mapping.
func (n *Node) IsMap() bool { return n != nil && n.Kind == Map }

// IsList reports whether n is a list.
func (n *Node) IsList() bool { return n != nil && n.Kind == List }

// IsScalar reports whether n is a scalar.
func (n *Node) IsScalar() bool { return n != nil && n.Kind == Scalar }

// IsNull reports whether n is absent or null.
func (n *Node) IsNull() bool { return n == nil || n.Kind == Null }

// List returns the items of a list; nil for anything else.
func (n *Node) List() []*Node {
	if n == nil {
		return nil
	}
	return n.Items
}

// Entries returns the pairs of a mapping; nil for anything else.
func (n *Node) Entries() []Pair {
	if n == nil {
		return nil
	}
	return n.Pairs
}

// Str returns the text of a scalar of any type; ok is false for null, lists
// and mappings.
func (n *Node) Str() (text string, ok bool) {
	if !n.IsScalar() {
		return "", false
	}
	return n.Value, true
}

// Text returns the text of a scalar, or the empty string.
func (n *Node) Text() string {
	text, _ := n.Str()
	return text
}

// Bool returns the truth value of a scalar that is one.
func (n *Node) Bool() (value, ok bool) {
	value, ok = n.Typed().(bool)
	return value, ok
}

// Int returns the number of a scalar that is an integer.
func (n *Node) Int() (value int64, ok bool) {
	value, ok = n.Typed().(int64)
	return value, ok
}

// Strings returns the texts of a list's scalars, or the one text of a scalar.
// Items that are no scalars are left out.
func (n *Node) Strings() []string {
	if text, ok := n.Str(); ok {
		return []string{text}
	}
	var out []string
	for _, item := range n.List() {
		if text, ok := item.Str(); ok {
			out = append(out, text)
		}
	}
	return out
}
