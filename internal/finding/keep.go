package finding

import "slices"

// Keep drops the findings that keep is false for and counts the rest anew.
// Fingerprints stay as they are: they name a finding among all of its run.
func (r *Report) Keep(keep func(*Finding) bool) {
	r.Findings = slices.DeleteFunc(r.Findings, func(f *Finding) bool { return !keep(f) })
	r.count()
}

func (r *Report) count() {
	r.Summary.Error, r.Summary.Warning, r.Summary.Info = 0, 0, 0
	for _, f := range r.Findings {
		switch f.Severity {
		case Error:
			r.Summary.Error++
		case Warning:
			r.Summary.Warning++
		case Info:
			r.Summary.Info++
		}
	}
}
