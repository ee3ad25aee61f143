// Package gitx asks git about a repository: what its files were at a revision.
// It runs the git command and nothing of the repository: no hooks, no filters,
// no network.
package gitx

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// Repo is a repository on disk.
type Repo struct{ dir string }

// ErrNoGit is returned when there is no git command, or the folder is in no
// repository.
var ErrNoGit = errors.New("no git repository")

// Open returns the repository that dir is the top folder of.
func Open(ctx context.Context, dir string) (*Repo, error) {
	r := &Repo{dir: dir}
	out, err := r.run(ctx, "rev-parse", "--show-prefix")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoGit, err)
	}
	if prefix := strings.TrimSpace(string(out)); prefix != "" {
		return nil, fmt.Errorf("%w: `%s` is inside of one", ErrNoGit, dir)
	}
	return r, nil
}

// Commit returns the hash of the commit that a revision means.
func (r *Repo) Commit(ctx context.Context, rev string) (string, error) {
	out, err := r.run(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", rev+"^{commit}")
	if err != nil {
		return "", fmt.Errorf("`%s` is no revision of this repository", rev)
	}
	return strings.TrimSpace(string(out)), nil
}

// command returns a git command in the repository.
func (r *Repo) command(ctx context.Context, args ...string) *exec.Cmd {
	args = append([]string{"-C", r.dir, "-c", "core.fsmonitor=false", "--no-pager"}, args...)
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Env = append(cmd.Environ(), "GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C")
	return cmd
}

func (r *Repo) run(ctx context.Context, args ...string) ([]byte, error) {
	cmd := r.command(ctx, args...)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		if said := strings.TrimSpace(complaint.String()); said != "" {
			return nil, fmt.Errorf("git: %s", strings.TrimPrefix(said, "fatal: "))
		}
		return nil, fmt.Errorf("git: %w", err)
	}
	return out.Bytes(), nil
}
