package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// draw samples what the fake build says of the projects, and returns the labels.
func draw(t *testing.T, projects map[string]string, args ...string) []label {
	t.Helper()
	bin, folder := t.TempDir(), t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(bin, "new")
	if err := os.Symlink(self, program); err != nil {
		t.Skip(err)
	}
	for project, says := range projects {
		dir := filepath.Join(folder, project)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "new.txt"), []byte(says), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out, errs bytes.Buffer
	all := append([]string{"sample", "--program", program, "--args", "--show=info"}, args...)
	if code := run(t.Context(), append(all, folder), &out, &errs); code != exitSame {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	file := filepath.Join(t.TempDir(), "labels.csv")
	if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	labels, err := readLabels(file)
	if err != nil {
		t.Fatal(err)
	}
	return labels
}

func names(labels []label) []string {
	var out []string
	for _, l := range labels {
		out = append(out, l.Project+" "+l.Code+" "+l.Fingerprint)
	}
	return out
}

func TestSample(t *testing.T) {
	var many []string
	for i := range 40 {
		many = append(many, found("FAN01", "warning", "a.sql", fmt.Sprint("many", i), i+1))
	}
	many = append(many, found("USE01", "warning", "b.sql", "cte", 1), found("UK01", "error", "c.sql", "key", 1))
	projects := map[string]string{
		"big":   saw(1, 1, many...),
		"small": saw(1, 1, found("FAN01", "error", "a.sql", "one", 9)),
	}
	args := []string{"--seed", "5", "--per-rule", "3", "--total", "4", "--rules", "UK,FAN"}
	first := draw(t, projects, args...)
	if len(first) != 4 || first[0].Code != "UK01" || !slices.ContainsFunc(first, func(l label) bool { return l.Project == "small" && l.Line == 9 }) {
		t.Errorf("the rules asked for, in their order, from both projects: %v", names(first))
	}
	if again := draw(t, projects, args...); !slices.Equal(names(again), names(first)) {
		t.Errorf("the same seed gives %v and %v", names(first), names(again))
	}
	args[1] = "6"
	if other := draw(t, projects, args...); slices.Equal(names(other), names(first)) {
		t.Errorf("another seed gives the same %v", names(other))
	}

	if errs := draw(t, projects, append(args, "--level", "error")...); len(errs) != 2 {
		t.Errorf("the errors: %v", names(errs))
	}

	// A finding that is no more takes none of the others away.
	args[1] = "5"
	gone := first[1]
	for project := range projects {
		projects[project] = strings.Replace(projects[project], gone.Fingerprint+`"`, "elsewhere"+`"`, 2)
	}
	later := draw(t, projects, args...)
	for _, l := range first {
		if l.Fingerprint != gone.Fingerprint && !slices.Contains(names(later), names([]label{l})[0]) && len(later) < len(first) {
			t.Errorf("%v is gone from %v", l, names(later))
		}
	}
}

func TestSampleKeepsVerdicts(t *testing.T) {
	known := filepath.Join(t.TempDir(), "known.csv")
	text := strings.Join(labelColumns, ",") + "\nshop,,a.sql,1,FAN01,warning,x,false,the key is tested\n"
	if err := os.WriteFile(known, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	labels := draw(t, map[string]string{
		"shop": saw(1, 1, found("FAN01", "warning", "a.sql", "x", 7), found("FAN01", "warning", "a.sql", "y", 8)),
	}, "--known", known)
	for _, l := range labels {
		if want := map[string]string{"x": "false", "y": ""}[l.Fingerprint]; l.Verdict != want {
			t.Errorf("%s: verdict %q, want %q", l.Fingerprint, l.Verdict, want)
		}
	}
	if len(labels) != 2 {
		t.Errorf("%d labels", len(labels))
	}
}

func TestPrecision(t *testing.T) {
	row := func(code, severity, verdict string) string {
		return fmt.Sprintf("shop,c,a.sql,1,%s,%s,x,%s,because\n", code, severity, verdict)
	}
	file := filepath.Join(t.TempDir(), "labels.csv")
	text := strings.Join(labelColumns, ",") + "\n" + strings.Repeat(row("FAN01", "error", "true"), 6) +
		row("FAN01", "error", "unsure") + row("FAN01", "error", "false") + row("UK01", "warning", "true")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"precision", file}, &out, &errs); code != exitSame {
		t.Fatal(code, errs.String())
	}
	wants(t, out.String(), "9 findings in 1 projects.", "| error | 6 | 1 | 1 | 75 % |", "| FAN01 | 6 | 1 | 1 | 75 % |", "| UK01 | 1 | 0 | 0 | not measured |")
}

func TestLabelsAreRefused(t *testing.T) {
	for _, text := range []string{
		"",
		"project,path\n",
		strings.Join(labelColumns, ",") + "\nshop,c,a.sql,one,FAN01,error,x,true,because\n",
		strings.Join(labelColumns, ",") + "\nshop,c,a.sql,1,FAN01,error,x,maybe,because\n",
		strings.Join(labelColumns, ",") + "\nshop,c,a.sql,1,FAN01,error,x,true,\n",
	} {
		file := filepath.Join(t.TempDir(), "labels.csv")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var out, errs bytes.Buffer
		if code := run(t.Context(), []string{"precision", file}, &out, &errs); code != exitUsage || out.Len() > 0 {
			t.Errorf("%q: exit code %d, %q", text, code, out.String())
		}
	}
}

// TestPublishedPrecision holds the page of the project's own figures against its
// labels.
func TestPublishedPrecision(t *testing.T) {
	labels, err := readLabels("../../docs/precision.csv")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	writePrecision(&out, labels)
	page, err := os.ReadFile("../../docs/precision.md")
	if err != nil {
		t.Fatal(err)
	}
	if _, figures, _ := strings.Cut(string(page), "<!-- figures -->\n"); figures != out.String() {
		t.Error("docs/precision.md is not what `go run ./cmd/ecosystem precision docs/precision.csv` prints after its line <!-- figures -->")
	}
}
