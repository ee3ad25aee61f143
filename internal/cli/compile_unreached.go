package cli

import (
	"strings"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/jinja"
)

// reference is a ref, source or var of a template.
type reference struct {
	Kind string `json:"kind"` // ref, source, var
	Name string `json:"name"` // * stands for a part that is not known
	At   string `json:"at,omitempty"`
	// Reached says under what a run comes there.
	Reached string `json:"reached"` // always, under a condition, in a loop, under a condition in a loop
}

var kinds = map[dbtctx.EventKind]string{dbtctx.RefEvent: "ref", dbtctx.SourceEvent: "source", dbtctx.VarEvent: "var"}

var reaches = map[jinja.Reach]string{
	0: "always", jinja.UnderCondition: "under a condition", jinja.InLoop: "in a loop", jinja.UnderCondition | jinja.InLoop: "under a condition in a loop",
}

// unreached returns what m names and the world r does not come to.
func unreached(m *sema.Model, r *dbtctx.Rendered) []reference {
	type call struct {
		kind dbtctx.EventKind
		at   string
		name string
	}
	came := map[call]bool{}
	for _, e := range r.Events {
		at := placeText(e.Place.File, e.Place.Span)
		came[call{e.Kind, at, e.Name}], came[call{e.Kind, at, ""}] = true, true
	}
	var out []reference
	for _, n := range m.Named {
		name, at := strings.Join(n.Args, "."), placeText(n.Place.File, n.Place.Span)
		asked := call{n.Kind, at, name}
		if n.Dynamic() {
			asked.name = ""
		}
		if !came[asked] {
			out = append(out, reference{kinds[n.Kind], strings.ReplaceAll(name, jinja.AnyText, "*"), at, reaches[n.Reach]})
		}
	}
	return out
}
