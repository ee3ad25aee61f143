package reporters

import "github.com/dbtvet/dbtvet/internal/finding"

// style is a terminal's way to set off text: the parameters of an SGR sequence.
type style string

const (
	bold   style = "1"
	dim    style = "2"
	red    style = "1;31"
	yellow style = "1;33"
	cyan   style = "1;36"
	blue   style = "1;34"
	green  style = "1;32"
)

// severityStyle returns how a severity is shown.
func severityStyle(s finding.Severity) style {
	switch s {
	case finding.Error:
		return red
	case finding.Warning:
		return yellow
	}
	return cyan
}

// paint returns text in style s, or as it is without colour.
func (o ConsoleOptions) paint(s style, text string) string {
	if !o.Color || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

// link returns text as an OSC 8 hyperlink where the terminal knows them.
func (o ConsoleOptions) link(url, text string) string {
	if !o.Links || url == "" {
		return text
	}
	return "\x1b]8;;" + clean(url) + "\x1b\\" + text + "\x1b]8;;\x1b\\"
}
