package project

import (
	"path"

	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// Profiles is a profiles.yml without its secrets.
type Profiles struct {
	Path     string
	Profiles []Profile
	// File is the file with its secrets masked; Secrets says where they are.
	File    *source.File
	Secrets []Secret
}

// Profile is one profile with its targets.
type Profile struct {
	Name string
	// Target is the name of the default target; it may hold Jinja.
	Target  string
	Outputs []Output
}

// Output is one target. Values are as written: they may hold Jinja (env_var
// calls), which nobody has rendered. Of all keys only those named here are
// kept, so that no secret is ever in memory longer than its file.
type Output struct {
	Name     string
	Adapter  string // `type`
	Schema   string // also `dataset`
	Database string // also dbname, catalog, project
	Threads  string
	Path     string // of a DuckDB file
	Span     source.Span
}

// Profile returns the profile of that name.
func (p *Profiles) Profile(name string) (Profile, bool) {
	if p == nil {
		return Profile{}, false
	}
	for _, x := range p.Profiles {
		if x.Name == name {
			return x, true
		}
	}
	return Profile{}, false
}

// Output returns the target of that name.
func (p Profile) Output(name string) (Output, bool) {
	for _, o := range p.Outputs {
		if o.Name == name {
			return o, true
		}
	}
	return Output{}, false
}

// profiles reads the first profiles.yml of dirs.
func (l *loader) profiles(dirs []string) *Profiles {
	for _, dir := range dirs {
		file := path.Join(dir, "profiles.yml")
		if !l.exists(file) {
			continue
		}
		before := len(l.problems)
		doc := l.yaml(file)
		for i := range l.problems[before:] {
			// A line that does not parse may hold a password: nobody is shown it.
			p := &l.problems[before+i]
			if p.File != nil {
				p.File = p.File.Masked(source.Span{End: int32(len(p.File.Text))})
			}
		}
		if doc != nil {
			out := readProfiles(file, doc.Root)
			out.Secrets, out.File = secrets(doc)
			return out
		}
	}
	return nil
}

func readProfiles(file string, root *yaml.Node) *Profiles {
	out := &Profiles{Path: file}
	for _, entry := range root.Entries() {
		if entry.Key.Value == "config" || !entry.Value.IsMap() {
			continue
		}
		p := Profile{Name: entry.Key.Value, Target: entry.Value.Get("target").Text()}
		for _, o := range entry.Value.Get("outputs").Entries() {
			p.Outputs = append(p.Outputs, output(o))
		}
		out.Profiles = append(out.Profiles, p)
	}
	return out
}

func output(entry yaml.Pair) Output {
	first := func(keys ...string) string {
		for _, key := range keys {
			if text := entry.Value.Get(key).Text(); text != "" {
				return text
			}
		}
		return ""
	}
	return Output{
		Name:     entry.Key.Value,
		Adapter:  first("type"),
		Schema:   first("schema", "dataset"),
		Database: first("database", "dbname", "catalog", "project"),
		Threads:  first("threads"),
		Path:     first("path"),
		Span:     entry.Key.Span,
	}
}
