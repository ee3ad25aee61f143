package project

import (
	"testing"
)

func TestDBT(t *testing.T) {
	pkg := func(bounds ...string) *Package { return &Package{RequireDBT: bounds} }
	for _, tt := range []struct {
		root, other *Package
		want        string
	}{
		{pkg(), nil, "1.11.16"},
		{pkg(">=1.6.0", "<2.0.0"), nil, "1.11.16"},
		{pkg(">=1.6.0, <1.9.0"), nil, "1.8.10"},
		{pkg("<=1.7.4"), nil, "1.6.19"},
		{pkg(">=1.12.0"), nil, "1.12.6"},
		{pkg(">1.12.6", "<1.13.0"), nil, "1.12.7"},
		{pkg(">=2.0.0"), nil, "2.0.0"},
		{pkg("1.10.4"), nil, "1.10.4"},
		{pkg(">=1.8.0-rc1", "<1.8.9"), nil, "1.8.0"},
		{pkg(">=0.17"), nil, "1.11.16"},
		{pkg("latest"), nil, "1.11.16"},
		{pkg(">=2.0.0", "<1.0.0"), nil, "1.11.16"},
		{pkg(">=1.3.0"), pkg("<1.8.0"), "1.7.20"},
		{pkg(">=1.9.0"), pkg("<1.8.0"), "1.11.16"},
	} {
		p := &Project{Root: tt.root, Packages: []*Package{tt.root}}
		if tt.other != nil {
			p.Packages = append(p.Packages, tt.other)
		}
		if got := p.DBT().String(); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.root.RequireDBT, got, tt.want)
		}
	}
	if got := (*Project)(nil).DBT().String(); got != "1.11.16" {
		t.Error(got)
	}
}

func TestNeeds(t *testing.T) {
	for bounds, want := range map[string]bool{
		"": false, ">=1.10.0": true, ">=1.9.0": false, "<2.0.0": false, ">=1.9.0,<2.0.0": false, "1.10.3": true, ">=2.0.0": true, ">=1.8.0, >1.10.2": true,
	} {
		if got := (&Package{RequireDBT: []string{bounds}}).Needs(1, 10); got != want {
			t.Errorf("%q: %t", bounds, got)
		}
	}
}
