package lint

import (
	"strings"

	"github.com/dbtvet/dbtvet/internal/sema"
)

// EachOutput makes a check of an adapter's rules look at every output of the
// profile: what it says of the one in use, else what it says of the first other
// one, which the message then names.
func EachOutput(check func(*Pass, *sema.Model)) func(*Pass, *sema.Model) {
	return func(p *Pass, m *sema.Model) {
		before := len(p.reports)
		check(p, m)
		for _, other := range m.Elsewhere() {
			if len(p.reports) > before {
				return
			}
			check(p, other)
			for _, r := range p.reports[before:] {
				r.Message = "for the output `" + other.Adapter.Output + "`: " + r.Message
				r.Note("output", "`%s` of the profile is %s", other.Adapter.Output, strings.ToLower(other.Adapter.Name))
			}
		}
	}
}
