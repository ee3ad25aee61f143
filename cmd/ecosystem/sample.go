package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A sample of the findings over real projects, read one by one, says how
// precise a rule is. Which findings are in it depends on the seed and on the
// findings themselves only: each has a rank that is a hash of both, so that a
// later build with the same findings gives the same sample, and one with fewer
// false ones keeps the rest of it. What was judged before is kept.

// label is one row of the file of judged findings.
type label struct {
	Project, Commit, Path string
	Line                  int
	Code, Severity        string
	Fingerprint           string
	Verdict               string // true, false, unsure, or empty where nobody has read it
	Reason                string
}

var labelColumns = []string{"project", "commit", "path", "line", "code", "severity", "fingerprint", "verdict", "reason"}

// severities are those of findings, the lowest first.
var severities = []string{"info", "warning", "error"}

// key is what makes two labels speak of the same finding.
func (l *label) key() string {
	return strings.Join([]string{l.Project, l.Path, l.Code, l.Fingerprint}, "\x00")
}

// sampling are the choices of the command sample.
type sampling struct {
	program, folder, known string
	args                   []string
	rules                  []string // codes or beginnings of codes, those to take first first; empty for all
	level                  string   // the lowest severity to take
	seed                   uint64
	perRule, total         int
	timeout                time.Duration
}

// sample lints the projects below a folder and writes labels to be filled in.
func sample(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	s, err := parseSampling(args, stderr)
	if err == nil {
		err = s.run(ctx, stdout, stderr)
	}
	if err == nil {
		return exitSame
	}
	if !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(stderr, "ecosystem: %v\n", err)
	}
	return exitUsage
}

func parseSampling(args []string, stderr io.Writer) (*sampling, error) {
	var s sampling
	var rules, further string
	f := flag.NewFlagSet("ecosystem sample", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&s.program, "program", "", "the `PROGRAM` to sample")
	f.StringVar(&s.known, "known", "", "a `FILE` of labels whose verdicts are kept")
	f.StringVar(&rules, "rules", "", "rules, or the beginnings of their codes, in the order to take them; all if empty")
	f.StringVar(&further, "args", "", "further arguments of lint, separated by blanks")
	f.StringVar(&s.level, "level", "info", "the lowest severity to take: info, warning or error")
	f.Uint64Var(&s.seed, "seed", 1, "another seed gives another sample")
	f.IntVar(&s.perRule, "per-rule", 12, "findings of one rule at most")
	f.IntVar(&s.total, "total", 150, "findings at most")
	f.DurationVar(&s.timeout, "timeout", 5*time.Minute, "how long one run may take")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if s.program == "" || f.NArg() != 1 {
		return nil, errors.New("usage: ecosystem sample --program PROGRAM [flags] FOLDER")
	}
	if !slices.Contains(severities, s.level) {
		return nil, fmt.Errorf("--level %s: it is one of %s", s.level, strings.Join(severities, ", "))
	}
	s.folder, s.args = f.Arg(0), strings.Fields(further)
	if rules != "" {
		s.rules = strings.Split(rules, ",")
	}
	var err error
	s.program, err = filepath.Abs(s.program)
	return &s, err
}

func (s *sampling) run(ctx context.Context, stdout, stderr io.Writer) error {
	dirs, err := projects(s.folder)
	if err != nil {
		return err
	}
	judged := map[string]label{}
	if s.known != "" {
		known, err := readLabels(s.known)
		if err != nil {
			return err
		}
		for _, l := range known {
			judged[l.key()] = l
		}
	}
	byRule := map[string][]label{}
	for i, dir := range dirs {
		fmt.Fprintf(stderr, "%d of %d: %s\n", i+1, len(dirs), filepath.Base(dir))
		o := lint(ctx, s.program, dir, s.args, s.timeout)
		if o.Crash != "" {
			return fmt.Errorf("%s: %s", filepath.Base(dir), o.Crash)
		}
		commit := head(ctx, dir)
		for _, f := range o.Findings {
			if slices.Index(severities, f.Severity) < slices.Index(severities, s.level) {
				continue
			}
			l := label{Project: filepath.Base(dir), Commit: commit, Path: f.Path, Line: f.Range.Start.Line,
				Code: f.Code, Severity: f.Severity, Fingerprint: f.Fingerprint}
			if j, ok := judged[l.key()]; ok {
				l.Verdict, l.Reason = j.Verdict, j.Reason
			}
			byRule[f.Code] = append(byRule[f.Code], l)
		}
	}
	return writeLabels(stdout, s.choose(byRule))
}

// choose takes the sample: of each rule, in the order asked for, the findings
// with the lowest ranks, from as many projects as there are.
func (s *sampling) choose(byRule map[string][]label) []label {
	codes := make([]string, 0, len(byRule))
	for code := range byRule {
		if s.place(code) >= 0 {
			codes = append(codes, code)
		}
	}
	slices.SortFunc(codes, func(a, b string) int { return cmp.Or(cmp.Compare(s.place(a), s.place(b)), cmp.Compare(a, b)) })
	var out []label
	for _, code := range codes {
		all := byRule[code]
		slices.SortFunc(all, func(a, b label) int {
			return cmp.Or(cmp.Compare(s.rank(&a), s.rank(&b)), cmp.Compare(a.key(), b.key()), cmp.Compare(a.Line, b.Line))
		})
		taken := spread(all, func(l label) string { return l.Project }, s.perRule)
		out = append(out, taken[:min(len(taken), s.total-len(out))]...)
	}
	return out
}

// place is where a rule stands in the order asked for, and -1 if it is not asked for.
func (s *sampling) place(code string) int {
	if len(s.rules) == 0 {
		return 0
	}
	return slices.IndexFunc(s.rules, func(start string) bool { return strings.HasPrefix(code, start) })
}

func (s *sampling) rank(l *label) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d\x00%s", s.seed, l.key())
	sum := h.Sum64()
	return sum ^ sum>>29*0xbf58476d1ce4e5b9 // the low bits of FNV alone follow the last byte
}

// head is the commit of the checkout in dir; empty when it is none.
func head(ctx context.Context, dir string) string {
	out, err := exec.CommandContext(ctx, "git", "-C", dir, "rev-parse", "HEAD").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

func writeLabels(w io.Writer, labels []label) error {
	out := csv.NewWriter(w)
	rows := [][]string{labelColumns}
	for _, l := range labels {
		rows = append(rows, []string{l.Project, l.Commit, l.Path, strconv.Itoa(l.Line), l.Code, l.Severity, l.Fingerprint, l.Verdict, l.Reason})
	}
	return out.WriteAll(rows)
}

// readLabels reads a file of labels and refuses one with a verdict that is none
// or without its reason.
func readLabels(path string) ([]label, error) {
	text, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer text.Close()
	in := csv.NewReader(text)
	in.FieldsPerRecord = len(labelColumns)
	rows, err := in.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(rows) == 0 || !slices.Equal(rows[0], labelColumns) {
		return nil, fmt.Errorf("%s: the first line has to be %s", path, strings.Join(labelColumns, ","))
	}
	var labels []label
	for i, r := range rows[1:] {
		line, err := strconv.Atoi(r[3])
		if err != nil {
			return nil, fmt.Errorf("%s: row %d: %w", path, i+2, err)
		}
		l := label{r[0], r[1], r[2], line, r[4], r[5], r[6], r[7], r[8]}
		if !slices.Contains([]string{"", "true", "false", "unsure"}, l.Verdict) || (l.Verdict == "") != (l.Reason == "") {
			return nil, fmt.Errorf("%s: row %d: a verdict is true, false or unsure, with a reason", path, i+2)
		}
		labels = append(labels, l)
	}
	return labels, nil
}
