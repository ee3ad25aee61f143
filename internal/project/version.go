package project

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Version is a version of dbt: major, minor, patch.
type Version [3]int

func (v Version) String() string { return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2]) }

// versions are the last releases of the minor versions of dbt-core, of PyPI; the
// newest one that renders were compared with comes first.
var versions = []Version{
	{1, 11, 16}, {1, 12, 6}, {1, 10, 23}, {1, 9, 11}, {1, 8, 10}, {1, 7, 20}, {1, 6, 19}, {1, 5, 12}, {1, 4, 10}, {1, 3, 8}, {1, 2, 7}, {1, 1, 6}, {1, 0, 9},
	{0, 21, 1}, {0, 20, 2}, {0, 19, 2}, {0, 18, 2}, {0, 17, 2}, {0, 16, 1}, {0, 15, 3}, {0, 14, 4}, {0, 13, 1},
}

// DBT returns the version of dbt that the project is read as: the first of the
// versions known here that the project and its packages allow, else that the
// project allows, else the lowest that it asks for.
func (p *Project) DBT() Version {
	if p == nil || p.Root == nil {
		return versions[0]
	}
	all := func(v Version) bool {
		return p.Root.allows(v) && !slices.ContainsFunc(p.Packages, func(pkg *Package) bool { return !pkg.allows(v) })
	}
	for _, allowed := range []func(Version) bool{all, p.Root.allows} {
		if i := slices.IndexFunc(versions, allowed); i >= 0 {
			return versions[i]
		}
	}
	if low, ok := p.Root.lowest(); ok && p.Root.allows(low) {
		return low
	}
	return versions[0]
}

// Needs reports whether the package asks for dbt major.minor or a newer version.
func (p *Package) Needs(major, minor int) bool {
	low, ok := p.lowest()
	return ok && slices.Compare(low[:2], []int{major, minor}) >= 0
}

// Older reports whether the package says that it runs with a dbt older than
// major.minor.
func (p *Package) Older(major, minor int) bool {
	_, ok := p.lowest()
	return ok && !p.Needs(major, minor)
}

// lowest returns the highest of the package's lower bounds, a bound that is left
// out by > among them.
func (p *Package) lowest() (low Version, ok bool) {
	for _, b := range p.bounds() {
		if b.op == "<" || b.op == "<=" {
			continue
		}
		if b.op == ">" {
			b.v[2]++
		}
		if !ok || slices.Compare(b.v[:], low[:]) > 0 {
			low, ok = b.v, true
		}
	}
	return low, ok
}

// allows reports whether require-dbt-version allows v.
func (p *Package) allows(v Version) bool {
	return !slices.ContainsFunc(p.bounds(), func(b bound) bool {
		c := slices.Compare(v[:], b.v[:])
		switch b.op {
		case ">":
			return c <= 0
		case ">=":
			return c < 0
		case "<":
			return c >= 0
		case "<=":
			return c > 0
		}
		return c != 0
	})
}

// bound is one condition on the version.
type bound struct {
	op string // >, >=, <, <=, =
	v  Version
}

// bounds reads require-dbt-version. What is no version is left out: dbt refuses
// the project. A prerelease counts as its release.
func (p *Package) bounds() []bound {
	var out []bound
	for _, list := range p.RequireDBT {
		for text := range strings.SplitSeq(list, ",") {
			text = strings.TrimSpace(text)
			number := strings.TrimLeft(text, "<>=")
			b := bound{op: cmp.Or(text[:len(text)-len(number)], "=")}
			if n, _ := fmt.Sscanf(strings.TrimSpace(number), "%d.%d.%d", &b.v[0], &b.v[1], &b.v[2]); n >= 2 {
				out = append(out, b)
			}
		}
	}
	return out
}
