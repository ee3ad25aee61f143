package finding

import "testing"

func TestKeep(t *testing.T) {
	r := &Report{Summary: Summary{Suppressed: 4}}
	for i, s := range []Severity{Error, Warning, Warning, Info, Info, Info} {
		r.Findings = append(r.Findings, &Finding{Code: "A", Severity: s, Message: string(rune('a' + i))})
	}
	r.Finish()
	if want := (Summary{Error: 1, Warning: 2, Info: 3, Suppressed: 4}); r.Summary != want {
		t.Errorf("before: %+v, want %+v", r.Summary, want)
	}
	last := r.Findings[5].Fingerprint
	r.Keep(func(f *Finding) bool { return f.Message > "b" })
	if want := (Summary{Warning: 1, Info: 3, Suppressed: 4}); r.Summary != want || len(r.Findings) != 4 {
		t.Errorf("after: %+v, want %+v", r.Summary, want)
	}
	if r.Findings[3].Fingerprint != last {
		t.Error("a fingerprint changed")
	}
}
