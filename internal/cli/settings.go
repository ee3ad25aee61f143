package cli

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/dbtvet/dbtvet/internal/config"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/project"
)

// settings are those of all projects of a run, read before anything else: a
// mistake in them should not cost the time of an analysis.
type settings struct {
	byDir map[string]*config.Config
	env   map[string]string
	level finding.Severity // the strictest of the projects
}

// readSettings reads the settings of every project below the workspace's
// paths. set puts the flags on top.
func (a *app) readSettings(w *workspace, file string, set func(*config.Config) error) (*settings, error) {
	dirs, _ := project.Discover(w.fs, w.paths...)
	s := &settings{byDir: map[string]*config.Config{}, env: map[string]string{}, level: finding.Error}
	for _, dir := range dirs {
		c, err := a.readConfig(w, dir, file)
		if err != nil {
			return nil, err
		}
		if err := set(c); err != nil {
			return nil, err
		}
		s.byDir[dir] = c
		s.level = min(s.level, c.FailLevel)
		for _, name := range c.Env {
			if value := a.env(name); value != "" {
				s.env[name] = value
			}
		}
	}
	return s, nil
}

func (a *app) readConfig(w *workspace, dir, file string) (*config.Config, error) {
	c, err := a.parseConfig(w, dir, file)
	if _, ok := errors.AsType[config.Errors](err); ok {
		return nil, usage("the configuration is wrong:\n%w", err)
	}
	return c, err
}

func (a *app) parseConfig(w *workspace, dir, file string) (*config.Config, error) {
	if file == "" {
		return config.Load(w.fs, dir, a.known())
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, usage("cannot read the configuration: %w", err)
	}
	return config.Read(filepath.ToSlash(file), data, dir, a.known())
}

// of returns the settings of the project in folder dir.
func (s *settings) of(dir string) (*config.Config, error) { return s.byDir[dir], nil }
