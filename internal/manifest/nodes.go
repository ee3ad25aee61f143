package manifest

import (
	"path"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/internal/project"
	"github.com/dbtvet/dbtvet/parser/source"
)

// files makes the nodes of a package that have a file.
func (b *builder) files(pkg *project.Package) {
	for _, t := range pkg.Models {
		b.file(pkg, Model, t, source.Span{})
	}
	for _, t := range pkg.Tests {
		b.file(pkg, SingularTest, t, source.Span{})
	}
	for _, t := range pkg.Functions {
		b.file(pkg, Function, t, source.Span{})
	}
	for _, t := range pkg.Analyses {
		n := b.file(pkg, Analysis, t, source.Span{})
		n.FQN = slices.Insert(n.FQN, 1, "analysis")
	}
	for _, block := range pkg.Snapshots {
		// The file's name is a folder of a snapshot's fqn.
		n := b.file(pkg, Snapshot, &block.Template, block.Body)
		n.FQN = append(fqn(pkg.Name, strings.TrimSuffix(block.Rel, path.Ext(block.Rel))+"/"), n.Name)
	}
	for _, s := range pkg.Seeds {
		n := b.file(pkg, Seed, &project.Template{File: s.File, Name: s.Name, Path: s.Path, Rel: s.Rel}, source.Span{})
		n.Seed = s
	}
}

// file makes the node of a template. No body means the whole file, without
// the blanks around it, as dbt takes it.
func (b *builder) file(pkg *project.Package, t Type, from *project.Template, body source.Span) *Node {
	n := &Node{
		ID: id(t, pkg.Name, from.Name), Type: t, Name: from.Name, Package: pkg.Name, Latest: true,
		File: from.File, Body: body, Path: from.Path, Rel: from.Rel, Python: from.Python,
		FQN: append(fqn(pkg.Name, from.Rel), from.Name),
	}
	if body == (source.Span{}) && t != Seed {
		n.Body = trimmed(from.File.Text)
	}
	b.nodes = append(b.nodes, n)
	return n
}

func id(t Type, pkg, name string) string { return string(t) + "." + pkg + "." + name }

// fqn returns the package and the folders of a file's path.
func fqn(pkg, rel string) []string {
	out := []string{pkg}
	parts := strings.Split(rel, "/")
	for _, folder := range parts[:len(parts)-1] {
		if folder != "" {
			out = append(out, folder)
		}
	}
	return out
}

// trimmed returns the span of text without the blanks around it.
func trimmed(text string) source.Span {
	left := strings.TrimSpace(text)
	start := strings.Index(text, left)
	return source.Span{Start: int32(start), End: int32(start + len(left))}
}

// nameSpan returns where a node is named: its entry in a properties file, or
// the beginning of its file.
func (n *Node) nameSpan() source.Span {
	if n.Patch != nil && n.Patch.File == n.File {
		return n.Patch.Name
	}
	return source.At(n.Body.Start)
}
