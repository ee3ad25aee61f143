package project

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

const (
	maxFile  = 10 << 20 // bytes of a file that is read
	maxRows  = 1 << 20  // bytes of a seed whose rows are read
	maxHead  = 64 << 10 // bytes of a larger seed, for its header
	maxDepth = 64       // folders below the root of a project
	maxFiles = 200_000  // files of a project
)

// reader reads files and remembers what went wrong. It is used by one
// goroutine at a time.
type reader struct {
	fsys     fs.FS
	pkg      string // name of the package, for problems
	problems []Problem
}

func (r *reader) add(p Problem) {
	if p.Path == "" && p.File != nil {
		p.Path = p.File.Path
	}
	p.Package = r.pkg
	r.problems = append(r.problems, p)
}

// file returns the decoded file at name, or nil after noting a problem.
func (r *reader) file(name string) *source.File {
	data, whole, err := r.bytes(name, maxFile)
	switch {
	case err != nil:
		r.unreadable(name, err)
		return nil
	case !whole:
		r.add(Problem{
			Kind: TooLarge, Path: name,
			Message: fmt.Sprintf("the file is larger than %d MB and was not read", maxFile>>20),
		})
		return nil
	}
	f := source.Decode(name, data)
	if f.Enc == source.CP1252 || f.Enc == source.UTF16 {
		r.add(Problem{
			Kind: BadEncoding, File: f,
			Message: fmt.Sprintf("the file is not UTF-8, it was read as %s", f.Enc),
			Hint:    "save it as UTF-8: dbt reads nothing else",
		})
	}
	return f
}

// bytes returns at most limit bytes of a file, and whether that is all of it.
func (r *reader) bytes(name string, limit int64) (data []byte, whole bool, err error) {
	f, err := r.fsys.Open(name)
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, false, errors.New("it is a folder")
	}
	data, err = io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, false, err
	}
	if int64(len(data)) > limit {
		return data[:limit], false, nil
	}
	return data, true, nil
}

func (r *reader) unreadable(name string, err error) {
	p := Problem{Kind: Unreadable, Path: name, Message: "cannot be read: " + cause(err)}
	switch {
	case strings.Contains(err.Error(), "escapes"):
		p.Kind, p.Message = Escapes, "the link leads out of the project, it is not followed"
	case errors.Is(err, fs.ErrNotExist): // it was listed: it is a link
		p.Message, p.Hint = "cannot be read: the link leads nowhere", "delete the link, or restore what it points to"
	case errors.Is(err, fs.ErrPermission):
		p.Hint = "dbt must be able to read every file below its paths"
	}
	r.add(p)
}

// cause returns what an error says, without the path, which may be absolute.
func cause(err error) string {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	return err.Error()
}

// yaml returns the document at name, or nil if the file cannot be read. Its
// errors become problems.
func (r *reader) yaml(name string) *yaml.Document {
	f := r.file(name)
	if f == nil {
		return nil
	}
	doc := yaml.Parse(f)
	for _, e := range doc.Errors {
		kinds := [...]ProblemKind{yaml.Syntax: YAMLSyntax, yaml.DuplicateKey: YAMLDuplicate, yaml.UnquotedJinja: YAMLJinja}
		r.add(Problem{
			Kind: kinds[e.Kind], File: f, Span: e.Span, Message: e.Message, Hint: e.Hint, Related: e.Related, Same: e.Same,
		})
	}
	return doc
}

// exists reports whether there is a file at name that is no folder.
func (r *reader) exists(name string) bool {
	info, err := fs.Stat(r.fsys, name)
	return err == nil && !info.IsDir()
}

// inside returns the path of name below dir, cleaned; ok is false when it
// would leave the file system.
func inside(dir, name string) (p string, ok bool) {
	p = path.Join(dir, strings.ReplaceAll(name, `\`, "/"))
	return p, fs.ValidPath(p)
}
