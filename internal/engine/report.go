package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/source"
)

// said is what makes two findings one to a reader.
type said struct {
	code, path, message string
	span                source.Span
}

func saidBy(f *finding.Finding) said { return said{f.Code, f.Path(), f.Message, f.Span} }

// unrepeated drops what several projects say of a file that they share.
func unrepeated(all []*finding.Finding) []*finding.Finding {
	seen := map[said]bool{}
	return slices.DeleteFunc(all, func(f *finding.Finding) bool {
		k := saidBy(f)
		again := seen[k]
		seen[k] = true
		return again
	})
}

// findings turns reports into findings: at template places, one for what
// several worlds say alike.
func (r *run) findings(reports []*lint.Report, m *sema.Model) []*finding.Finding {
	byKey := map[said]*finding.Finding{}
	forcedOnly := map[*finding.Finding]bool{}
	var out []*finding.Finding
	for _, rep := range reports {
		f := &rep.Finding
		world, forced := "", false
		if rep.Variant != nil {
			r.locate(rep)
			world, forced = rep.Variant.World.Name, len(rep.Variant.World.Forced) > 0
			f.Node = normalised(rep)
		}
		if f.File == nil {
			continue
		}
		k := saidBy(f)
		old, ok := byKey[k]
		if !ok {
			byKey[k] = f
			out = append(out, f)
			old = f
			forcedOnly[f] = forced
		}
		forcedOnly[old] = forcedOnly[old] && forced
		if world != "" && !slices.Contains(old.Worlds, world) {
			old.Worlds = append(old.Worlds, world)
		}
	}
	for _, f := range out {
		if forcedOnly[f] && f.Severity > finding.Info {
			f.Severity-- // a branch that this target does not take
		}
		if m != nil && everywhere(f.Worlds, worldNames(m)) {
			f.Worlds = nil
		}
	}
	return out
}

func everywhere(in, all []string) bool {
	for _, w := range all {
		if !slices.Contains(in, w) {
			return false
		}
	}
	return true
}

// normalised is the text that a finding blames, without its layout.
func normalised(rep *lint.Report) string {
	s := rep.Text.Clamp(len(rep.Variant.Text))
	return strings.ToLower(strings.Join(strings.Fields(rep.Variant.Text[s.Start:s.End]), " "))
}

// locate maps a range of a rendered text to the place in the templates that a
// user can change: where the model calls the macro that made it. The macro's
// lines are related places.
func (r *run) locate(rep *lint.Report) {
	p, _ := rep.Variant.Map.Source(rep.Text)
	chain := rep.Variant.Map.Chain(p)
	if len(chain) == 0 {
		rep.Place = finding.Place{File: p.File, Span: p.Span}
		return
	}
	rep.Related(p.File, p.Span, madeHere)
	for _, c := range chain[:len(chain)-1] {
		rep.Related(c.File, c.Span, "called here")
	}
	last := chain[len(chain)-1]
	rep.Place = finding.Place{File: last.File, Span: last.Span}
}

// onePerMacroLine keeps one of the findings that a single line of a macro makes
// in several models, and says how many there are.
func onePerMacroLine(in []*finding.Finding) []*finding.Finding {
	type key struct {
		code, path string
		span       source.Span
	}
	first := map[key]*finding.Finding{}
	more := map[*finding.Finding]int{}
	out := in[:0]
	for _, f := range in {
		if len(f.Related) == 0 || f.Related[0].Text != madeHere || f.Related[0].File == nil {
			out = append(out, f)
			continue
		}
		k := key{f.Code, f.Related[0].File.Path, f.Related[0].Span}
		if have := first[k]; have != nil {
			more[have]++
			continue
		}
		first[k] = f
		out = append(out, f)
	}
	for f, n := range more {
		e := finding.Evidence{Label: "also"}
		e.Text = fmt.Sprintf("the same line of the macro makes it in %d more places", n)
		f.Evidence = append(f.Evidence, e)
	}
	return out
}

// madeHere captions the place in a macro that made what a finding is about.
const madeHere = "made here"
