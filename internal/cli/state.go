package cli

import (
	"context"
	"io/fs"
	"path"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dbtvet/dbtvet/internal/gitx"
	"github.com/dbtvet/dbtvet/internal/project"
)

// stateFlag names what `state:` selectors compare with.
type stateFlag struct{ rev string }

func (f *stateFlag) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.rev, "state", "", "git `REVISION` that selectors such as `state:modified` compare with")
}

// open returns the files at the revision, nil if none is named. done must be
// called after the run.
func (f *stateFlag) open(ctx context.Context, w *workspace) (files fs.FS, done func(), err error) {
	done = func() {}
	if f.rev == "" {
		return nil, done, nil
	}
	repo, err := gitx.Open(ctx, w.dir)
	if err != nil {
		return nil, done, usage("--state: %w", err)
	}
	commit, err := repo.Commit(ctx, f.rev)
	if err != nil {
		return nil, done, usage("--state: %w", err)
	}
	tree, err := repo.Tree(ctx, commit)
	if err != nil {
		return nil, done, err
	}
	dirs, _ := project.Discover(w.fs, w.paths...)
	return withPackages(tree, w.fs, dirs), func() { _ = tree.Close() }, nil
}

// earlier is the files of a commit, with the packages that are installed now
// where the commit has none: they are seldom kept in a repository.
type earlier struct {
	*gitx.Tree
	now       fs.FS
	installed []string
}

func withPackages(tree *gitx.Tree, now fs.FS, dirs []string) *earlier {
	e := &earlier{Tree: tree, now: now}
	for _, dir := range dirs {
		for _, install := range project.InstallPaths(now, dir) {
			if _, err := tree.Stat(install); err != nil {
				e.installed = append(e.installed, path.Clean(install))
			}
		}
	}
	return e
}

func (e *earlier) files(name string) fs.FS {
	for _, dir := range e.installed {
		if name == dir || strings.HasPrefix(name, dir+"/") {
			return e.now
		}
	}
	return e.Tree
}

// Open implements fs.FS.
func (e *earlier) Open(name string) (fs.File, error) { return e.files(name).Open(name) }

// Stat implements fs.StatFS.
func (e *earlier) Stat(name string) (fs.FileInfo, error) { return fs.Stat(e.files(name), name) }

// ReadDir implements fs.ReadDirFS.
func (e *earlier) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(e.files(name), name) }
