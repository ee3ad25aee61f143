package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

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
	Unknown []string `json:"unknown,omitempty"`
	// Unreached is what the template or a macro that it may call names, where
	// this world does not come.
	Unreached []reference `json:"unreached,omitempty"`
	Stopped   string      `json:"stopped,omitempty"`
	Map       []segment   `json:"map,omitempty"`
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
			c.Unreached = unreached(m, r)
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

// writeMap writes the lines of a text, each behind the line of the model's
// template that it comes from; behind a line that a macro made stands where.
func writeMap(w io.Writer, r *dbtctx.Rendered) {
	var origins []string
	var lines []string
	wide, start := 0, 0
	for line := range strings.Lines(r.Text) {
		origin, made := originOf(r, start, line)
		wide = max(wide, utf8.RuneCountInString(origin))
		origins, lines = append(origins, origin), append(lines, strings.TrimRight(line, " \t\r\n")+made)
		start += len(line)
	}
	for i, line := range lines {
		fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("%-*s | %s", wide, origins[i], line), " "))
	}
}

// originOf tells where the line that starts at offset start comes from: the
// line of the outermost template that its first word comes from, and, for one
// made by macros, where these make it, innermost first.
func originOf(r *dbtctx.Rendered, start int, line string) (origin, made string) {
	first := start + len(line) - len(strings.TrimLeft(line, " \t\r\n"))
	if first >= start+len(line) {
		return "", ""
	}
	place, _ := r.Map.Source(source.Span{Start: int32(first), End: int32(first + 1)})
	if place.File == nil {
		return "", ""
	}
	places := []string{fmt.Sprintf("%s:%d", place.File.Path, place.File.LineOf(place.Span.Start))}
	for _, c := range r.Map.Chain(place) {
		places = append(places, fmt.Sprintf("%s:%d", c.File.Path, c.File.LineOf(c.Span.Start)))
	}
	last := len(places) - 1
	if last > 0 {
		made = "  <- " + strings.Join(places[:last], " <- ")
	}
	return places[last], made
}
