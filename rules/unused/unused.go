// Package unused holds the rules about what a project writes and nothing reads:
// common table expressions, joins, sources and models.
package unused

import (
	"strings"

	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// seen reports whether every text that the model may have was analysed: no
// world failed or was cut short, no value is unknown, and no branch of the
// template was left out by all of them, but for those that a node which is never
// incremental does not come to.
func seen(m *sema.Model) bool {
	for _, v := range m.Variants {
		if v.World == nil || v.World.Truncated() || v.Rendered.Stopped != "" || len(v.Rendered.Errors) > 0 || len(v.Rendered.Holes) > 0 {
			return false
		}
	}
	return m.Covered()
}

// own reports whether a node belongs to the project, not to a package of it.
func own(p *lint.Pass, pkg string) bool { return pkg == p.Manifest.Project.Root.Name }

// list quotes names, ten at most.
func list(names []string) string {
	text := "`" + strings.Join(names[:min(len(names), 10)], "`, `") + "`"
	if len(names) > 10 {
		text += ", ..."
	}
	return text
}
