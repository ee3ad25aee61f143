package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// workspace is the folder that paths in reports are relative to, and the only
// one that is read: links that lead out of it cannot be followed.
type workspace struct {
	fs    fs.FS
	dir   string   // on disk
	paths []string // what was named, slash-separated from dir
	close func() error
}

// openWorkspace opens the git repository that the paths are in, or, outside of
// one, the current folder if the paths are below it, or else the first path.
func openWorkspace(paths []string) (*workspace, error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	abs := make([]string, len(paths))
	for i, p := range paths {
		var err error
		if abs[i], err = resolve(p); err != nil {
			return nil, err
		}
	}
	dir, err := base(abs[0])
	if err != nil {
		return nil, err
	}
	w := &workspace{dir: dir}
	for i, p := range abs {
		rel, ok := inside(dir, p)
		if !ok {
			return nil, usage("`%s` is not in %s, where `%s` is: lint them one by one", paths[i], dir, paths[0])
		}
		w.paths = append(w.paths, rel)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, usage("cannot open %s: %w", dir, err)
	}
	w.fs, w.close = root.FS(), root.Close
	return w, nil
}

// resolve returns the absolute path of what p names, links followed.
func resolve(p string) (string, error) {
	abs, err := filepath.Abs(p)
	if err == nil {
		abs, err = filepath.EvalSymlinks(abs)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return "", usage("there is no `%s`", p)
	}
	if err != nil {
		return "", usage("cannot read `%s`: %w", p, err)
	}
	return abs, nil
}

// base returns the folder to open for path.
func base(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", usage("cannot read `%s`: %w", path, err)
	}
	dir := path
	if !info.IsDir() {
		dir = filepath.Dir(path)
	}
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			return at, nil
		}
		if at == filepath.Dir(at) {
			break
		}
	}
	cwd, err := os.Getwd()
	if err == nil {
		cwd, err = filepath.EvalSymlinks(cwd)
	}
	if err != nil {
		return "", fmt.Errorf("cannot tell the current folder: %w", err)
	}
	if _, ok := inside(cwd, path); ok {
		return cwd, nil
	}
	return dir, nil
}

// inside returns path relative to dir with slashes; ok is false if it is not
// below it.
func inside(dir, path string) (rel string, ok bool) {
	rel, err := filepath.Rel(dir, path)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return "", false
	}
	return filepath.ToSlash(rel), true
}
