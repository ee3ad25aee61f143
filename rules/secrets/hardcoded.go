// Package secrets holds the rule about passwords, tokens and keys in the files
// of a project. It shows where one stands, and never what it is: it reports at
// places of a copy of the file in which the value is masked.
package secrets

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/parser/source"
)

// HardcodedSecret reports secrets in profiles.yml, templates and YAML files.
var HardcodedSecret = lint.Rule{
	Meta: finding.Meta{
		Code: "SEC01", Name: "hardcoded-secret", Family: "secrets", Severity: finding.Error,
		Summary: "a password, token or key stands in a file of the project", Needs: finding.NeedYAML, Since: "0.1.0",
	},
	Project: func(p *lint.Pass, in *lint.Project) {
		profiles(p, in.Manifest.Project.Profiles)
		for _, f := range in.Manifest.Project.Root.Files() {
			scan(p, f)
		}
	},
}

// profiles reports the secrets of profiles.yml.
func profiles(p *lint.Pass, profiles *project.Profiles) {
	if profiles == nil {
		return
	}
	for _, s := range profiles.Secrets {
		r := p.ReportAt(profiles.File, s.Span, "`%s` of the target `%s` stands here as it is", s.Key, s.Output).About(s.Output, s.Key)
		r.Help("read it from the environment: \"{{ env_var('DBT_ENV_SECRET_%s') }}\"", strings.ToUpper(s.Key))
		if s.Local {
			r.Lower(finding.Info).Note("host", "the database is a local one")
		}
	}
}

// shape is how the secrets of one provider look.
type shape struct {
	what string
	is   *regexp.Regexp
	hint string // a text that is in every one, to skip most files quickly
}

var shapes = []shape{
	{"an access key of AWS", regexp.MustCompile(`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b`), "IA"},
	{"a token of GitHub", regexp.MustCompile(`\bgh[opsur]_[A-Za-z0-9]{36}\b`), "gh"},
	{"a token of GitHub", regexp.MustCompile(`\bgithub_pat_[A-Za-z0-9_]{60,}`), "github_pat_"},
	{"a token of GitLab", regexp.MustCompile(`\bglpat-[A-Za-z0-9_-]{20}`), "glpat-"},
	{"a token of Slack", regexp.MustCompile(`\bxox[abprs]-[0-9]+-[A-Za-z0-9-]{20,}`), "xox"},
	{"a webhook of Slack", regexp.MustCompile(`hooks\.slack\.com/services/T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/[A-Za-z0-9]{20,}`), "hooks.slack.com"},
	{"a key of Stripe", regexp.MustCompile(`\b[rs]k_live_[A-Za-z0-9]{20,}`), "k_live_"},
	{"an API key of Google", regexp.MustCompile(`\bAIza[0-9A-Za-z_-]{35}\b`), "AIza"},
	{"a token of Databricks", regexp.MustCompile(`\bdapi[0-9a-f]{32}\b`), "dapi"},
	{"a private key", regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----[\\nr\s]+[A-Za-z0-9+/=\\\s]{60,}`), "PRIVATE KEY"},
	{"a signed web token", regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}`), "eyJ"},
}

// assigned is a text that is given to something called a secret.
var assigned = regexp.MustCompile(`(?i)\b([a-z0-9_]*(?:password|passwd|secret|secret_key|api_?key|access_?token|auth_?token|secret_access_key))["']?\s*(?:=>|:=|=|:)\s*["']([^"'\s{}<>]{16,})["']`)

// names are parts of which assigned wants one: it is slow, and most files have
// none of them.
var names = []string{"passw", "secret", "apikey", "api_key", "accesstoken", "access_token", "authtoken", "auth_token"}

// scan reports what looks like a secret in a file.
func scan(p *lint.Pass, f *source.File) {
	type hit struct {
		span source.Span
		what string
	}
	var hits []hit
	add := func(from, to int, what string) {
		span := source.Span{Start: int32(from), End: int32(to)}
		for _, h := range hits {
			if h.span.Overlaps(span) {
				return
			}
		}
		if !invented(f.Slice(span)) {
			hits = append(hits, hit{span, what})
		}
	}
	for _, s := range shapes {
		if !strings.Contains(f.Text, s.hint) {
			continue
		}
		for _, m := range s.is.FindAllStringIndex(f.Text, -1) {
			add(m[0], m[1], s.what+" stands here as it is")
		}
	}
	lower := strings.ToLower(f.Text)
	if slices.ContainsFunc(names, func(name string) bool { return strings.Contains(lower, name) }) {
		for _, m := range assigned.FindAllStringSubmatchIndex(f.Text, -1) {
			if random(f.Text[m[4]:m[5]]) {
				add(m[4], m[5], "`"+f.Text[m[2]:m[3]]+"` stands here as it is")
			}
		}
	}
	if len(hits) == 0 {
		return
	}
	var spans []source.Span
	for _, h := range hits {
		spans = append(spans, h.span)
	}
	masked := f.Masked(spans...)
	for _, h := range hits {
		p.ReportAt(masked, h.span, "%s", h.what).About(h.what).
			Help("withdraw it, and read the new one from the environment where dbt connects: a model needs none")
	}
}

// invented reports whether a text is an example: it says so, or it is one
// character over and over.
func invented(text string) bool {
	lower := strings.ToLower(text)
	for _, word := range []string{"example", "placeholder", "dummy", "xxxx", "0000000", "1234567890"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}

// random reports whether a text looks like made by a machine: letters and
// digits, with at least 3.5 bits a character.
func random(text string) bool {
	var letter, digit bool
	count := map[rune]int{}
	n := 0
	for _, c := range text {
		letter = letter || unicode.IsLetter(c)
		digit = digit || unicode.IsDigit(c)
		count[c]++
		n++
	}
	bits := 0.0
	for _, k := range count {
		share := float64(k) / float64(n)
		bits -= share * math.Log2(share)
	}
	return letter && digit && bits >= 3.5 && !strings.ContainsAny(text, " ()/:.")
}
