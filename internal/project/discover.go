package project

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

const projectFile = "dbt_project.yml"

// Discover returns the folders below roots that hold a dbt_project.yml of
// their own, sorted, and what kept it from looking further. No roots means the
// whole file system. A root inside of a project stands for that project.
//
// Installed packages, build output, virtual environments, node_modules and
// hidden folders are no projects of the user and are passed over; a project
// inside another one, such as integration_tests, is a project.
func Discover(fsys fs.FS, roots ...string) ([]string, []Problem) {
	if len(roots) == 0 {
		roots = []string{"."}
	}
	d := &discovery{reader: reader{fsys: fsys}}
	for _, root := range roots {
		root = path.Clean(root)
		before := len(d.found)
		if info, err := fs.Stat(fsys, root); err != nil {
			d.unreadable(root, err)
			continue
		} else if info.IsDir() {
			d.folder(root, 0)
		}
		if len(d.found) == before {
			d.above(root)
		}
	}
	slices.Sort(d.found)
	return slices.Compact(d.found), d.problems
}

type discovery struct {
	reader
	found   []string
	folders int
}

// above looks for the project that root lies in.
func (d *discovery) above(root string) {
	for dir := root; dir != "."; {
		dir = path.Dir(dir)
		if d.exists(path.Join(dir, projectFile)) {
			d.found = append(d.found, dir)
			return
		}
	}
}

func (d *discovery) folder(dir string, depth int) {
	if d.folders++; d.folders > maxFiles || depth > maxDepth {
		d.add(Problem{Kind: TooLarge, Path: dir, Message: fmt.Sprintf(
			"the search for projects ends here, at more than %d folders or %d levels", maxFiles, maxDepth)})
		return
	}
	entries, err := fs.ReadDir(d.fsys, dir)
	if err != nil {
		d.unreadable(dir, err)
		return
	}
	isProject := slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == projectFile && !e.IsDir() })
	if isProject {
		d.found = append(d.found, dir)
	}
	for _, e := range entries {
		if e.Name() == "pyvenv.cfg" {
			return
		}
	}
	var installed string
	if isProject {
		installed = d.installPath(dir)
	}
	for _, e := range entries {
		child := path.Join(dir, e.Name())
		if e.IsDir() && !foreign(e.Name()) && child != installed && (!isProject || e.Name() != "target") {
			d.folder(child, depth+1)
		}
	}
}

// installPath returns where the project in dir has its packages installed, if
// it says so itself.
func (d *discovery) installPath(dir string) string {
	silent := reader{fsys: d.fsys}
	doc := silent.yaml(path.Join(dir, projectFile))
	if doc == nil {
		return ""
	}
	p, _ := inside(dir, doc.Root.Get("packages-install-path").Text())
	return p
}

// InstallPaths returns the folders in which the packages of the project in dir
// may be installed.
func InstallPaths(fsys fs.FS, dir string) []string {
	out := []string{path.Join(dir, "dbt_packages"), path.Join(dir, "dbt_modules")}
	if own := (&discovery{reader: reader{fsys: fsys}}).installPath(dir); own != "" && own != dir {
		out = append(out, own)
	}
	return out
}

// foreign reports whether a folder of that name holds no projects of the user.
func foreign(name string) bool {
	switch name {
	case "dbt_packages", "dbt_modules", "node_modules", "site-packages", "__MACOSX", "__pycache__":
		return true
	}
	return strings.HasPrefix(name, ".") && name != "."
}
