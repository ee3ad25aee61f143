package gitx

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Tree is the files of a commit. It implements fs.FS, ReadDirFS and StatFS; the
// contents are read when a file is opened. It may be used by many goroutines,
// and must be closed.
type Tree struct {
	nodes map[string]*node

	mu  sync.Mutex // one question to git at a time
	in  io.WriteCloser
	out *bufio.Reader
	cmd *exec.Cmd
}

// node is a file or folder of a tree.
type node struct {
	name  string
	hash  string
	mode  fs.FileMode
	size  int64
	below []fs.DirEntry // of a folder, sorted
}

// Tree returns the files of a commit.
func (r *Repo) Tree(ctx context.Context, commit string) (*Tree, error) {
	list, err := r.run(ctx, "ls-tree", "-r", "-l", "-z", "--full-tree", commit)
	if err != nil {
		return nil, err
	}
	t := &Tree{nodes: map[string]*node{".": {name: ".", mode: fs.ModeDir | 0o555}}}
	for line := range strings.SplitSeq(string(list), "\x00") {
		if line != "" {
			t.add(line)
		}
	}
	t.sort()
	t.cmd = r.command(ctx, "cat-file", "--batch")
	if t.in, err = t.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := t.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	t.out = bufio.NewReaderSize(out, 64<<10)
	return t, t.cmd.Start()
}

// add takes in a line of ls-tree: mode, type, hash, size, a tab, the path.
func (t *Tree) add(line string) {
	about, file, ok := strings.Cut(line, "\t")
	parts := strings.Fields(about)
	if !ok || len(parts) != 4 || parts[1] != "blob" || !fs.ValidPath(file) { // a submodule is no folder of this commit
		return
	}
	mode := fs.FileMode(0o444)
	if parts[0] == "120000" {
		mode = fs.ModeSymlink | 0o777
	}
	size, _ := strconv.ParseInt(parts[3], 10, 64)
	t.nodes[file] = &node{name: path.Base(file), hash: parts[2], mode: mode, size: size}
	for dir := path.Dir(file); ; dir = path.Dir(dir) {
		if t.nodes[dir] == nil {
			t.nodes[dir] = &node{name: path.Base(dir), mode: fs.ModeDir | 0o555}
		}
		if dir == "." {
			return
		}
	}
}

// sort gives every folder its entries.
func (t *Tree) sort() {
	for file, n := range t.nodes {
		if file != "." {
			dir := t.nodes[path.Dir(file)]
			dir.below = append(dir.below, fs.FileInfoToDirEntry(n))
		}
	}
	for _, n := range t.nodes {
		slices.SortFunc(n.below, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	}
}

// Close ends the reading.
func (t *Tree) Close() error {
	if err := t.in.Close(); err != nil {
		return err
	}
	return t.cmd.Wait()
}

// find returns the file or folder at name, links followed.
func (t *Tree) find(op, name string) (*node, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	for range maxLinks {
		n := t.nodes[name]
		if n == nil {
			break
		}
		if n.mode&fs.ModeSymlink == 0 {
			return n, nil
		}
		to, err := t.read(n)
		if err != nil {
			return nil, &fs.PathError{Op: op, Path: name, Err: err}
		}
		name = path.Join(path.Dir(name), string(to))
	}
	return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
}

const maxLinks = 8

// Open implements fs.FS.
func (t *Tree) Open(name string) (fs.File, error) {
	n, err := t.find("open", name)
	if err != nil {
		return nil, err
	}
	if n.IsDir() {
		return &openDir{node: n}, nil
	}
	data, err := t.read(n)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return &openFile{node: n, Reader: bytes.NewReader(data)}, nil
}

// Stat implements fs.StatFS.
func (t *Tree) Stat(name string) (fs.FileInfo, error) {
	n, err := t.find("stat", name)
	if err != nil {
		return nil, err
	}
	return n, nil
}

// ReadDir implements fs.ReadDirFS.
func (t *Tree) ReadDir(name string) ([]fs.DirEntry, error) {
	n, err := t.find("readdir", name)
	if err != nil {
		return nil, err
	}
	if !n.IsDir() {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrInvalid}
	}
	return slices.Clone(n.below), nil
}

// read asks git for the contents of a file.
func (t *Tree) read(n *node) ([]byte, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, err := fmt.Fprintln(t.in, n.hash); err != nil {
		return nil, err
	}
	head, err := t.out.ReadString('\n') // hash, type, size
	if err != nil {
		return nil, err
	}
	parts := strings.Fields(head)
	if len(parts) != 3 {
		return nil, fmt.Errorf("git does not have it: %s", strings.TrimSpace(head))
	}
	size, err := strconv.Atoi(parts[2])
	if err != nil {
		return nil, err
	}
	data := make([]byte, size+1) // and a line feed
	if _, err := io.ReadFull(t.out, data); err != nil {
		return nil, err
	}
	return data[:size], nil
}

// Name implements fs.FileInfo, as the methods below do.
func (n *node) Name() string       { return n.name }
func (n *node) Size() int64        { return n.size }
func (n *node) Mode() fs.FileMode  { return n.mode }
func (n *node) ModTime() time.Time { return time.Time{} }
func (n *node) IsDir() bool        { return n.mode.IsDir() }
func (n *node) Sys() any           { return nil }

type openFile struct {
	*node
	*bytes.Reader
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.node, nil }
func (f *openFile) Size() int64                { return f.node.size }
func (f *openFile) Close() error               { return nil }

// openDir is a folder that is being listed.
type openDir struct {
	*node
	at int
}

func (d *openDir) Stat() (fs.FileInfo, error) { return d.node, nil }
func (d *openDir) Close() error               { return nil }

func (d *openDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.name, Err: fs.ErrInvalid}
}

// ReadDir implements fs.ReadDirFile.
func (d *openDir) ReadDir(n int) ([]fs.DirEntry, error) {
	rest := d.below[d.at:]
	if n <= 0 {
		d.at = len(d.below)
		return slices.Clone(rest), nil
	}
	if len(rest) == 0 {
		return nil, io.EOF
	}
	rest = rest[:min(n, len(rest))]
	d.at += len(rest)
	return slices.Clone(rest), nil
}
