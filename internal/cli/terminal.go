package cli

import (
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"

	"github.com/dbtvet/dbtvet/reporters"
)

// terminal says how to draw on w: --color decides, then NO_COLOR (any text
// turns colour off), then CLICOLOR_FORCE and FORCE_COLOR, then whether w is a
// terminal that can. The logs of GitHub Actions show colour and are none.
func (a *app) terminal(w io.Writer, color string) reporters.ConsoleOptions {
	fd, isTerminal := descriptor(w)
	able := isTerminal && a.env("TERM") != "dumb"
	o := reporters.ConsoleOptions{Color: able || a.env("GITHUB_ACTIONS") == "true"}
	switch {
	case color != "auto":
		o.Color = color == "always"
	case a.env("NO_COLOR") != "":
		o.Color = false
	case forced(a.env("CLICOLOR_FORCE")) || forced(a.env("FORCE_COLOR")):
		o.Color = true
	}
	if isTerminal {
		o.Width, _, _ = term.GetSize(fd)
	}
	o.Links = able && o.Color && a.env("CI") == "" && a.knowsLinks()
	return o
}

func descriptor(w io.Writer) (fd int, isTerminal bool) {
	f, ok := w.(*os.File)
	if !ok {
		return 0, false
	}
	fd = int(f.Fd())
	return fd, term.IsTerminal(fd)
}

func forced(value string) bool { return value != "" && value != "0" }

// knowsLinks reports whether the terminal is one of those that are known to
// show OSC 8 hyperlinks; others may print the bytes.
func (a *app) knowsLinks() bool {
	switch a.env("TERM_PROGRAM") {
	case "iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio":
		return true
	}
	if vte, err := strconv.Atoi(a.env("VTE_VERSION")); err == nil && vte >= 5000 {
		return true
	}
	return a.env("WT_SESSION") != "" || a.env("KONSOLE_VERSION") != "" || strings.Contains(a.env("TERM"), "kitty")
}
