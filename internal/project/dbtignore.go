package project

import (
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// ignored are the patterns of a .dbtignore: git's, of which the last that
// matches a file decides. Unlike git, a file may come back from a folder that
// is left out.
type ignored []ignorePattern

type ignorePattern struct {
	glob   string
	keep   bool // begins with `!`
	folder bool // ends with `/`: matches folders only
}

// ignored reads the .dbtignore of the package in dir, if there is one.
func (l *loader) ignored(dir string) ignored {
	file := path.Join(dir, ".dbtignore")
	if !l.exists(file) {
		return nil
	}
	f := l.file(file)
	if f == nil {
		return nil
	}
	var out ignored
	for line := range strings.Lines(f.Text) {
		if p, ok := ignoreLine(line); ok {
			out = append(out, p)
		}
	}
	return out
}

// ignoreLine reads one line. A pattern with a slash in it counts from the
// package's folder, one without from any.
func ignoreLine(line string) (ignorePattern, bool) {
	line = strings.TrimSpace(line)
	if line == "" || line[0] == '#' {
		return ignorePattern{}, false
	}
	var p ignorePattern
	line, p.keep = strings.CutPrefix(line, "!")
	line, p.folder = strings.CutSuffix(line, "/")
	rest, rooted := strings.CutPrefix(line, "/")
	p.glob = strings.NewReplacer("{", `\{`, "}", `\}`).Replace(rest)
	if !rooted && !strings.Contains(rest, "/") {
		p.glob = "**/" + p.glob
	}
	return p, doublestar.ValidatePattern(p.glob)
}

// has reports whether a file, by its path in the package, is left out.
func (i ignored) has(file string) bool {
	out := false
	for _, p := range i {
		if p.matches(file) {
			out = !p.keep
		}
	}
	return out
}

// matches reports whether the pattern means the file or a folder it lies in.
func (p ignorePattern) matches(file string) bool {
	if p.folder {
		file = path.Dir(file)
	}
	for ; file != "."; file = path.Dir(file) {
		if ok, err := doublestar.Match(p.glob, file); ok && err == nil {
			return true
		}
	}
	return false
}
