package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test program stand for a build of dbtvet: when it is run
// under the name old or new it prints what the file of that name in the current
// folder says, and does what its first line asks for.
func TestMain(m *testing.M) {
	name := filepath.Base(os.Args[0])
	if name != "old" && name != "new" {
		os.Exit(m.Run())
	}
	text, err := os.ReadFile(name + ".txt")
	if err != nil {
		panic(err)
	}
	how, report, _ := strings.Cut(string(text), "\n")
	switch how {
	case "hang":
		time.Sleep(time.Minute)
	case "panic":
		panic("the parser fell over")
	case "internal":
		fmt.Fprintln(os.Stderr, "dbtvet: internal error: index out of range")
		os.Exit(3)
	case "refuse":
		fmt.Fprintln(os.Stderr, "dbtvet: no dbt_project.yml found")
		os.Exit(2)
	}
	if len(os.Args) != 5 || strings.Join(os.Args[1:4], " ") != "lint --format json" || os.Args[4] != "--show=info" {
		panic(fmt.Sprint(os.Args))
	}
	fmt.Println(report)
	if how == "findings" {
		os.Exit(1)
	}
}

// found is a finding as a report has it.
func found(code, severity, path, fingerprint string, line int) string {
	return fmt.Sprintf(`{"code": %q, "severity": %q, "message": "message of %s", "path": %q, "fingerprint": %q, "range": {"start": {"line": %d}}}`,
		code, severity, fingerprint, path, fingerprint, line)
}

// saw is a report with the given findings.
func saw(models, parsed int, findings ...string) string {
	how := "clean"
	if len(findings) > 0 {
		how = "findings"
	}
	return fmt.Sprintf(`%s
{"coverage": {"models": %d, "rendered": %d, "parsed": %d, "columns_known": %d, "keys_known": 1}, "findings": [%s]}`,
		how, models, models, parsed, parsed, strings.Join(findings, ", "))
}

// compare runs the tool over projects, of each what the old and the new build
// say, and returns its exit code and both outputs.
func compare(t *testing.T, projects map[string][2]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	bin, folder := t.TempDir(), t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"old", "new"} {
		if err := os.Symlink(self, filepath.Join(bin, name)); err != nil {
			t.Skip(err) // Windows wants a privilege for links
		}
		for project, says := range projects {
			dir := filepath.Join(folder, project)
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name+".txt"), []byte(says[i]), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	var out, errs bytes.Buffer
	all := append([]string{"--old", filepath.Join(bin, "old"), "--new", filepath.Join(bin, "new"), "--args", "--show=info"}, args...)
	code = run(context.Background(), append(all, folder), &out, &errs)
	return code, out.String(), errs.String()
}

// wants checks that text has every line given and none of those after "not".
func wants(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		not, found := strings.CutPrefix(line, "not ")
		if strings.Contains(text, not) == found {
			t.Errorf("wanted %q in\n%s", line, text)
		}
	}
}

func TestFindings(t *testing.T) {
	kept := found("FAN01", "warning", "models/a.sql", "kept", 3)
	moved := found("FAN01", "warning", "models/a.sql", "kept", 30)
	code, out, _ := compare(t, map[string][2]string{
		"shop": {
			saw(3, 2, kept, found("REF02", "error", "models/b.sql", "gone", 5), found("INC01", "error", "models/c.sql", "softer", 1)),
			saw(3, 3, moved, found("INC01", "info", "models/c.sql", "softer", 1), found("FLT01", "warning", "models/b.sql", "kept", 7)),
		},
		"bank": {saw(1, 1), saw(1, 1)},
	})
	if code != exitSame {
		t.Errorf("exit code %d", code)
	}
	wants(t, out,
		"# dbtvet over 2 projects\n",
		"\n1 are the same.\n", // it only moved
		"| REF02 | 0 | 1 | 0 |\n",
		"| FLT01 | 1 | 0 | 0 |\n", // the fingerprint of another path is another
		"| INC01 | 0 | 0 | 1 |\n",
		"not | FAN01 |",
		"- vanished: shop `models/b.sql:5` error: message of gone\n",
		"- appeared: shop `models/b.sql:7` warning: message of kept\n",
		"- other severity: shop `models/c.sql:1` info: message of softer\n",
		"| shop | 3 | 3 | 2 → 3 | 2 → 3 | 1 | 3 | ",
		"| all | 4 | 4 | 3 → 4 | 3 → 4 | 2 | 3 | ",
		"not ## Crashes",
	)
}

func TestNothingChanged(t *testing.T) {
	report := saw(1, 1, found("FAN01", "warning", "a.sql", "x", 1))
	code, out, _ := compare(t, map[string][2]string{"shop": {report, report}})
	if code != exitSame {
		t.Errorf("exit code %d", code)
	}
	wants(t, out, "No finding appeared or vanished, 1 are the same.\n", "not ###")
}

func TestSamplesComeFromAllProjects(t *testing.T) {
	var many []string
	for i := range 5 {
		many = append(many, found("FAN01", "warning", "a.sql", fmt.Sprint("many", i), i+1))
	}
	_, out, _ := compare(t, map[string][2]string{
		"big":   {saw(1, 1), saw(1, 1, many...)},
		"small": {saw(1, 1), saw(1, 1, found("FAN01", "warning", "a.sql", "one", 1))},
	}, "--samples", "2")
	wants(t, out, "| FAN01 | 6 | 0 | 0 |", "message of many0", "not message of many1", "message of one", "- appeared: 4 more\n")
}

func TestCrashes(t *testing.T) {
	fine := saw(1, 1, found("FAN01", "warning", "a.sql", "x", 1))
	inside := `clean
{"coverage": {"models": 1, "not_analysed": [{"path": "models/a.sql", "reason": "internal error: nil map; please report it"}]}, "findings": []}`
	for _, tc := range []struct {
		name, old, new string
		code           int
		says           string
	}{
		{"panic", fine, "panic", exitCrash, "- shop, new build: exit status 2: panic: the parser fell over"},
		{"internal error", fine, "internal", exitCrash, "- shop, new build: exit status 3: dbtvet: internal error: index out of range\n"},
		{"within one model", fine, inside, exitCrash, "- shop, new build: models/a.sql: internal error: nil map"},
		{"timeout", fine, "hang", exitCrash, "- shop, new build: it did not end within 5s\n"},
		{"no report", fine, "clean\nnot JSON", exitCrash, "- shop, new build: its report cannot be read: "},
		{"of the old build only", "panic", fine, exitSame, "- shop, old build: "},
		{"of both", "panic", "panic", exitSame, "- shop, new build: "},
		{"refused", fine, "refuse", exitSame, "- shop, new build, no report: dbtvet: no dbt_project.yml found\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			timeout := "1m" // a loaded machine is no crash
			if tc.new == "hang" {
				timeout = "5s"
			}
			code, out, _ := compare(t, map[string][2]string{"shop": {tc.old, tc.new}}, "--timeout", timeout)
			if code != tc.code {
				t.Errorf("exit code %d, want %d", code, tc.code)
			}
			wants(t, out, "## Crashes and refusals", tc.says, "not vanished:", "not appeared:") // without a report nothing is compared
		})
	}
}

func TestUsage(t *testing.T) {
	empty := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		args []string
		says string
	}{
		{[]string{"--new", self, empty}, "ecosystem: usage: "},
		{[]string{"--old", self, "--new", self}, "ecosystem: usage: "},
		{[]string{"--old", self, "--new", filepath.Join(empty, "none"), empty}, "no such file"},
		{[]string{"--old", self, "--new", self, empty}, "there are no folders in "},
		{[]string{"--sampels", "2"}, "not defined: -sampels"},
	} {
		var out, errs bytes.Buffer
		if code := run(context.Background(), tc.args, &out, &errs); code != exitUsage || !strings.Contains(errs.String(), tc.says) || out.Len() > 0 {
			t.Errorf("%v: exit code %d, %q, %q", tc.args, code, out.String(), errs.String())
		}
	}
}

func TestFiguresOfTheProcess(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "old.txt"), []byte(saw(1, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "old")
	if err := os.Symlink(self, program); err != nil {
		t.Skip(err)
	}
	o := lint(t.Context(), program, dir, []string{"--show=info"}, time.Minute)
	if o.Crash != "" || o.Time <= 0 || o.Memory < 1<<20 || o.Memory > 1<<31 {
		t.Errorf("crash %q, %s, %d bytes", o.Crash, o.Time, o.Memory)
	}
}
