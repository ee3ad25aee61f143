package templates

import (
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/parser/sql"
)

// SQLSyntax reports a model whose full refresh is no SQL although another of
// its worlds is. That other world is what makes it the model's mistake and not
// a limit of the parser: the words at which the text fails are understood there,
// or are the clause words that every dialect shares. An incremental run that
// fails is INC03's. In a build with PostgreSQL's own grammar, that grammar is as
// good a witness as another world.
var SQLSyntax = lint.Rule{
	Meta: finding.Meta{
		Code: "SQL01", Name: "sql-syntax", Family: "templates", Severity: finding.Error,
		Summary: "a template renders to text that is not SQL", Needs: finding.NeedSQL, Since: "0.1.0",
	},
	Model: sqlSyntax,
}

func sqlSyntax(p *lint.Pass, m *sema.Model) {
	v := m.Full()
	if v == nil || len(v.Tree.Errors) == 0 || len(v.Rendered.Errors) > 0 || len(v.Rendered.Holes) > 0 || v.Rendered.Stopped != "" {
		return
	}
	e := v.Tree.Errors[0]
	label, witness := understood(m, v, e.Span)
	if witness == "" && v.Opinion != nil && v.Opinion.Error != nil {
		label, witness = "grammar", "PostgreSQL's own grammar refuses it too: "+v.Opinion.Error.Message
	}
	if witness == "" {
		return
	}
	p.ReportIn(v.Rendered, e.Span, "a %s of `%s` is not SQL: %s", v.Rendered.World.Name, m.Node.Name, e.Message).
		About(e.Message).
		Note(label, "%s", witness).
		Help("`dbtvet compile %s` shows the text", m.Node.Name)
}

// understood returns the evidence that another world of the model reads what v
// fails at, at s.
func understood(m *sema.Model, v *sema.Variant, s sql.Span) (label, witness string) {
	for _, other := range m.Variants {
		if other.World == nil || other.Rendered.Stopped != "" || !clauseWord(v.Tree.Text, s) && !shared(v, other, s) {
			continue
		}
		return "world", "it is SQL in the world `" + other.Rendered.World.Name + "`"
	}
	return "", ""
}

// clauseWords begin a clause or join conditions in every dialect, and nothing else.
var clauseWords = []string{"where", "and", "having", "union"}

// clauseWord reports whether the text at s is a word that no dialect uses for
// anything else.
func clauseWord(text string, s sql.Span) bool {
	s = s.Clamp(len(text))
	return slices.Contains(clauseWords, strings.ToLower(text[s.Start:s.End]))
}

// shared reports whether the text at s in one world is also in the other, made
// of the same bytes of the template; the end of the text is in all.
func shared(v, other *sema.Variant, s sql.Span) bool {
	if strings.TrimSpace(v.Tree.Text[s.Clamp(len(v.Tree.Text)).Start:]) == "" {
		return true
	}
	at, exact := v.Rendered.Map.Source(s)
	if !exact {
		return false
	}
	for _, seg := range other.Rendered.Map.Segments {
		if seg.File == at.File && seg.Src.Contains(at.Span) {
			return true
		}
	}
	return false
}
