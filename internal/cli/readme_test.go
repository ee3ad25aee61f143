package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/dbtvet/dbtvet/internal/config"
	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/yaml"
	"github.com/dbtvet/dbtvet/rules"
)

// fence is a block of the README between fences.
type fence struct{ language, text string }

var fences = regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$")

func fencesOf(text string) []fence {
	var out []fence
	for _, m := range fences.FindAllStringSubmatch(text, -1) {
		out = append(out, fence{m[1], m[2]})
	}
	return out
}

// readme returns the README, and the part of it whose commands work in a clone.
func readme(t *testing.T) (all, here string) {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	here, released, ok := strings.Cut(string(text), "## After the first release\n")
	if !ok {
		t.Fatal("the README has no part about releases")
	}
	_, rest, _ := strings.Cut(released, "\n## ")
	return string(text), here + "## " + rest
}

// TestReadmeCommands runs every dbtvet command of the README from the root of
// the repository, and compares what it prints with the excerpt below it, whose
// "..." stand for lines left out.
func TestReadmeCommands(t *testing.T) {
	_, here := readme(t)
	t.Chdir("../..")
	output, commands, excerpts := "", 0, 0
	for _, f := range fencesOf(here) {
		switch f.language {
		case "sh":
			for line := range strings.Lines(f.text) {
				args, ok := command(strings.TrimSpace(line))
				if !ok {
					continue
				}
				commands++
				var stdout, stderr bytes.Buffer
				code := Main(args, strings.NewReader(""), &stdout, &stderr, func(string) string { return "" })
				if code > exitFindings || stderr.Len() > 0 {
					t.Errorf("%s: exit code %d: %s", line, code, stderr.String())
				}
				output = stdout.String()
			}
		case "text":
			excerpts++
			for part := range strings.SplitSeq(f.text, "...\n") {
				_, after, found := strings.Cut(output, part)
				if !found {
					t.Errorf("this is not printed any more:\n%s", part)
				}
				output = after
			}
		}
	}
	if commands < 8 || excerpts != 1 {
		t.Errorf("the README has %d commands and %d excerpts", commands, excerpts)
	}
}

// command returns the arguments of a dbtvet command as the README writes it;
// other commands are none of this test's.
func command(line string) ([]string, bool) {
	for _, program := range []string{"go run ./cmd/dbtvet ", "./dbtvet "} {
		if rest, ok := strings.CutPrefix(line, program); ok {
			return strings.Fields(rest), true
		}
	}
	return nil, false
}

// TestReadmeYAML checks that every example is YAML, and the configuration one
// that is accepted.
func TestReadmeYAML(t *testing.T) {
	all, _ := readme(t)
	a := &app{rules: rules.All()}
	settings := 0
	for _, f := range fencesOf(all) {
		if f.language != "yaml" {
			continue
		}
		doc := yaml.Parse(source.NewFile("README.md", f.text))
		if len(doc.Errors) > 0 {
			t.Errorf("%s:\n%s", doc.Errors[0].Message, f.text)
		}
		if doc.Root.Get("preset") == nil {
			continue
		}
		settings++
		if _, err := config.Read(config.Name, []byte(f.text), ".", a.known()); err != nil {
			t.Errorf("%v:\n%s", err, f.text)
		}
	}
	if settings != 1 {
		t.Errorf("%d examples of a configuration", settings)
	}
}

// TestReadmeRules compares the table of rules with the rules; -update writes it.
func TestReadmeRules(t *testing.T) {
	all, _ := readme(t)
	const begin, end = "<!-- rules -->\n", "<!-- /rules -->"
	head, rest, _ := strings.Cut(all, begin)
	old, tail, ok := strings.Cut(rest, end)
	if !ok {
		t.Fatal("the README has no place for the rules")
	}
	var b strings.Builder
	fmt.Fprint(&b, "| rule | severity | finds |\n|---|---|---|\n")
	for _, m := range rules.Metas() {
		fmt.Fprintf(&b, "| [%s](docs/rules/%s.md) %s | %s | %s |\n", m.Code, m.Code, m.Name, m.Severity, m.Summary)
	}
	if *update {
		if err := os.WriteFile("../../README.md", []byte(head+begin+b.String()+end+tail), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if old != b.String() {
		t.Error("the table of rules in README.md is not fresh: run `go test ./internal/cli -run ReadmeRules -update`")
	}
}

// TestReadmeLinks checks that the files which the README names are there.
func TestReadmeLinks(t *testing.T) {
	all, _ := readme(t)
	links := regexp.MustCompile(`\]\(([^):]+)\)`).FindAllStringSubmatch(all, -1)
	if len(links) == 0 {
		t.Fatal("no links")
	}
	for _, m := range links {
		if _, err := os.Stat(filepath.Join("../..", filepath.FromSlash(m[1]))); err != nil {
			t.Error(err)
		}
	}
}
