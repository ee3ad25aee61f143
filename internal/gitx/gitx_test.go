package gitx

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"testing/fstest"
)

// repository makes a repository of two commits.
func repository(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git")
	}
	dir := t.TempDir()
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"}, args...)...)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	write := func(name, text string) {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	git("init", "-q", "-b", "main")
	write("models/a.sql", "select 1")
	write("models/deep/ü b.sql", "select 2\n")
	write("models/empty.sql", "")
	if err := os.Symlink("a.sql", filepath.Join(dir, "models", "link.sql")); err != nil {
		t.Skip("no symbolic links")
	}
	if err := os.Symlink("../../../etc/passwd", filepath.Join(dir, "models", "out.sql")); err != nil {
		t.Fatal(err)
	}
	git("add", "-A")
	git("commit", "-q", "-m", "one")
	write("models/a.sql", "select 3")
	git("rm", "-q", "models/empty.sql")
	git("commit", "-q", "-a", "-m", "two")
	write("models/a.sql", "select 4, not committed")
	return dir
}

func TestTree(t *testing.T) {
	dir := repository(t)
	r, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	for rev, want := range map[string]string{"HEAD": "select 3", "main~1": "select 1"} {
		commit, err := r.Commit(t.Context(), rev)
		if err != nil {
			t.Fatal(err)
		}
		tree, err := r.Tree(t.Context(), commit)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"models/a.sql", "models/link.sql"} {
			if text, err := fs.ReadFile(tree, name); string(text) != want || err != nil {
				t.Errorf("%s of %s: %q, %v", name, rev, text, err)
			}
		}
		if _, err := fs.Stat(tree, "models/empty.sql"); (err == nil) != (rev == "main~1") {
			t.Errorf("empty.sql of %s: %v", rev, err)
		}
		if _, err := tree.Open("models/out.sql"); err == nil {
			t.Errorf("a link that leads out of the tree is followed")
		}
		if err := tree.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestTreeIsFS holds a tree without links against the contract of fs.FS.
func TestTreeIsFS(t *testing.T) {
	dir := repository(t)
	for _, link := range []string{"link.sql", "out.sql"} {
		if err := os.Remove(filepath.Join(dir, "models", link)); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"add", "-A"}, {"-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false", "commit", "-q", "-m", "three"}} {
		if out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	r, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	commit, err := r.Commit(t.Context(), "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	tree, err := r.Tree(t.Context(), commit)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	if err := fstest.TestFS(tree, "models/a.sql", "models/deep/ü b.sql"); err != nil {
		t.Error(err)
	}
}

func TestWrongRevisions(t *testing.T) {
	dir := repository(t)
	r, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, rev := range []string{"", "nothing", "--help", "-q", "HEAD:models", "HEAD~9"} {
		if commit, err := r.Commit(t.Context(), rev); err == nil {
			t.Errorf("%q is %s", rev, commit)
		}
	}
	for _, other := range []string{t.TempDir(), filepath.Join(dir, "models")} {
		if _, err := Open(t.Context(), other); err == nil {
			t.Errorf("%s is a repository", other)
		}
	}
}
