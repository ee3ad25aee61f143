package cli

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// build says what this program was made of.
type build struct {
	version   string // of the module; "devel" for a build from a work tree
	revision  string // commit, shortened; may be empty
	goVersion string
}

// version reads what the Go toolchain stamped into the program, so that a
// release, `go install` and a hook's own build all know what they are.
func version() build {
	b := build{version: "devel"}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	b.goVersion = info.GoVersion
	if v := info.Main.Version; v != "" && v != "(devel)" {
		b.version = v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			b.revision = s.Value[:min(12, len(s.Value))]
		}
	}
	return b
}

func (b build) String() string { return b.version }

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "print the version",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b := version()
			fmt.Fprintf(a.stdout, "dbtvet %s\n", b.version)
			if b.revision != "" {
				fmt.Fprintf(a.stdout, "commit %s\n", b.revision)
			}
			fmt.Fprintf(a.stdout, "built with %s\n", b.goVersion)
			return nil
		},
	}
}
