// Package docs holds the rules that compare what a model's properties describe
// with the columns that its SQL gives. They know columns by sema's inference
// and say nothing where it is not sure: a column that may be there is not
// missing, and one that may not be there needs no description.
//
//	select id as user_id, email from {{ ref('users') }}
//
//	columns: [{name: user_uuid, data_tests: [unique]}]     DOC02: no such column
//	                                                       DOC01: user_id, email
package docs

import (
	"path"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/manifest"
)

// described reports whether a description says something: it is not empty, no
// placeholder, and more than the name again.
func described(text manifest.Text, name string) bool {
	said := plain(text.Value)
	switch said {
	case "", "todo", "tbd", "tba", "fixme", "na", "n a", "none", "null", "description", "placeholder", "no description", plain(name):
		return false
	}
	if strings.HasPrefix(said, "todo ") && len(strings.Fields(said)) <= shortTodo {
		return false
	}
	return !strings.HasPrefix(said, "add a description")
}

// shortTodo are the words up to which a text that begins with TODO is a note to
// describe something, and no description: "TODO: add this".
const shortTodo = 4

// plain is a text in lower case with nothing but letters, digits and single
// blanks; letters are what is not ASCII too.
func plain(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return r < 0x80 && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}), " ")
}

// shared reports whether a model is made for other people: a mart, or public. A
// snapshot keeps what was once, for the models that are.
func shared(p *lint.Pass, n *manifest.Node) bool {
	return n.Type == manifest.Model && (n.Access == "public" || p.Layer(n) == "marts")
}

// promised reports whether others rely on the columns of a model: it is shared,
// has an enforced contract, or an exposure reads it.
func promised(p *lint.Pass, n *manifest.Node) bool {
	enforced, _ := n.Contract()
	return enforced || shared(p, n) ||
		slices.ContainsFunc(p.Manifest.Children(n), func(c *manifest.Node) bool { return c.Type == manifest.Exposure })
}

// graded lowers a report about what nobody is promised.
func graded(r *lint.Report, promised bool) *lint.Report {
	if !promised {
		r.Lower(finding.Info)
	}
	return r
}

// title is how messages call a node: by its name and version.
func title(n *manifest.Node) string {
	if n.Version == "" {
		return n.Name
	}
	return n.Name + " v" + n.Version
}

// tables reports whether the rules judge the node: a model or snapshot that
// becomes a relation of the warehouse.
func tables(n *manifest.Node) bool {
	if n.Type != manifest.Model && n.Type != manifest.Snapshot {
		return false
	}
	m, known := n.Materialized()
	return !known || m != "ephemeral"
}

// matches reports whether name fits one of the patterns, in any case of letters.
func matches(patterns []string, name string) bool {
	for _, pattern := range patterns {
		if ok, _ := path.Match(strings.ToLower(pattern), strings.ToLower(name)); ok {
			return true
		}
	}
	return false
}
