package reporters

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/dbtvet/dbtvet/internal/finding"
)

// summaryBytes is where a Markdown report ends: GitHub takes a job summary of
// at most a mebibyte and drops a larger one as a whole.
const summaryBytes = 900 << 10

// Markdown writes r as a table for a job summary or a comment, the worst
// findings first. A report beyond GitHub's limit ends with the number of rows
// that were left out.
func Markdown(w io.Writer, r *finding.Report) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "### dbtvet: %s\n\n", tallied(r.Summary))
	fmt.Fprintf(&b, "%s.%s\n", escapeCell(figures(r.Coverage)), aside(r.Summary))
	all := worstFirst(r.Findings)
	if len(all) > 0 {
		b.WriteString("\n| | rule | where | finding |\n|---|---|---|---|\n")
	}
	for i, f := range all {
		if b.Len() > summaryBytes {
			fmt.Fprintf(&b, "\n%s left out.\n", count(len(all)-i, "more finding"))
			break
		}
		row(&b, f)
	}
	gaps(&b, r.Coverage)
	_, err := w.Write(b.Bytes())
	return err
}

func row(b *bytes.Buffer, f *finding.Finding) {
	code := "`" + f.Code + "`"
	if f.URL != "" {
		code = "[" + f.Code + "](" + f.URL + ")"
	}
	text := escapeCell(f.Message)
	for _, e := range f.Evidence {
		text += "<br>" + escapeCell(e.Label+": "+stated(e))
		if at := where(e.Place); at != "" {
			text += " " + codeCell(at)
		}
	}
	if f.Help != "" {
		text += "<br>" + escapeCell("help: "+f.Help)
	}
	fmt.Fprintf(b, "| %s | %s %s | %s | %s |\n", f.Severity, code, escapeCell(f.Rule), codeCell(place(f)), text)
}

// gaps lists what was not analysed.
func gaps(b *bytes.Buffer, v finding.Coverage) {
	if len(v.NotAnalysed)+len(v.Notes) == 0 {
		return
	}
	b.WriteString("\n<details><summary>Not analysed, or not wholly</summary>\n\n")
	for _, g := range v.NotAnalysed[:min(maxGaps, len(v.NotAnalysed))] {
		fmt.Fprintf(b, "- %s: %s\n", codeCell(name(g)), escapeCell(g.Reason))
	}
	if more := len(v.NotAnalysed) - maxGaps; more > 0 {
		fmt.Fprintf(b, "- and %d more\n", more)
	}
	for _, n := range v.Notes {
		fmt.Fprintf(b, "- %s\n", escapeCell(n.Text))
	}
	b.WriteString("\n</details>\n")
}

// escapeCell returns text for a table cell. Backticked names stay code; the
// rest of Markdown's and HTML's marks lose their meaning.
func escapeCell(text string) string {
	var b strings.Builder
	for i, part := range strings.Split(clean(text), "`") {
		if i%2 == 1 {
			b.WriteString(codeCell(part))
			continue
		}
		b.WriteString(markdownMarks().Replace(part))
	}
	return b.String()
}

func markdownMarks() *strings.Replacer {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "|", `\|`, "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "#", `\#`, "~", `\~`, `\`, `\\`, "@", "&#64;")
}

// codeCell returns text as code in a table cell.
func codeCell(text string) string {
	if text == "" {
		return ""
	}
	return "`" + strings.NewReplacer("|", `\|`, "`", "'").Replace(clean(text)) + "`"
}
