package cli

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/dbtvet/dbtvet/internal/dbtctx"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/source"
)

// compiledText is a rendered world for `compile --json`.
type compiledText struct {
	Model  string         `json:"model"`
	World  string         `json:"world"`
	Text   string         `json:"text"`
	Errors []compileError `json:"errors,omitempty"`
	// Unknown says what only the warehouse could tell.
	Unknown []string  `json:"unknown,omitempty"`
	Stopped string    `json:"stopped,omitempty"`
	Map     []segment `json:"map,omitempty"`
}

type compileError struct {
	Message string `json:"message"`
	At      string `json:"at,omitempty"`
}

// segment is a run of bytes of the text and the place it was made of.
type segment struct {
	Start int      `json:"start"` // bytes of the text
	End   int      `json:"end"`
	At    string   `json:"at,omitempty"`  // path:line:column
	Via   []string `json:"via,omitempty"` // the macro calls, innermost first
	// Exact says that the bytes are those of the template.
	Exact bool `json:"exact"`
}

// compiledTexts are the worlds of models; mapped asks for the maps too.
func compiledTexts(models []*sema.Model, mapped bool) []compiledText {
	out := []compiledText{}
	for _, m := range models {
		for _, v := range m.Variants {
			r := v.Rendered
			c := compiledText{Model: m.Node.ID, World: r.World.Name, Text: r.Text, Stopped: r.Stopped}
			for _, e := range r.Errors {
				c.Errors = append(c.Errors, compileError{e.Message, placeText(e.Place.File, e.Place.Span)})
			}
			for _, h := range r.Holes {
				c.Unknown = append(c.Unknown, h.Why)
			}
			if mapped {
				c.Map = segments(r)
			}
			out = append(out, c)
		}
	}
	return out
}

func segments(r *dbtctx.Rendered) []segment {
	out := []segment{}
	for i, s := range r.Map.Segments {
		g := segment{Start: int(s.Out), End: int(r.Map.End(i)), At: placeText(s.File, s.Src), Exact: s.Fid == source.Exact}
		for _, c := range r.Map.Chain(source.Place{File: s.File, Span: s.Src, Call: s.Call}) {
			g.Via = append(g.Via, fmt.Sprintf("%s at %s", c.Name, placeText(c.File, c.Span)))
		}
		out = append(out, g)
	}
	return out
}

func placeText(f *source.File, span source.Span) string {
	if f == nil {
		return ""
	}
	p := f.Position(span.Start)
	return fmt.Sprintf("%s:%d:%d", f.Path, p.Line, p.Column)
}

func writeCompiledJSON(w io.Writer, texts []compiledText) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(texts)
}

// writeMap writes where every piece of a text comes from, one a line.
func writeMap(w io.Writer, r *dbtctx.Rendered) {
	for _, s := range segments(r) {
		fmt.Fprintf(w, "%s\t%q", s.At, r.Text[s.Start:s.End])
		for _, via := range s.Via {
			fmt.Fprintf(w, "\tvia %s", via)
		}
		fmt.Fprintln(w)
	}
}
