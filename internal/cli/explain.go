package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/dbtvet/dbtvet/fixtures"
	"github.com/dbtvet/dbtvet/internal/config"
	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/sema"
	"github.com/dbtvet/dbtvet/rules"
)

func (a *app) explainCommand() *cobra.Command {
	var f inspectFlags
	cmd := &cobra.Command{
		Use:   "explain RULE | MODEL[.COLUMN]",
		Short: "print a rule's page, or what is known of a model and why",
		Long: `Explain prints the page of a rule, by code or name: what it finds, why, when it
stays silent, with examples.

Of a model it prints what was proven and how: the grain, the columns with where
they come from, how many rows each join can match, and whether incremental runs
leave the table as a full refresh would, with the proof or an example of rows that
arrive. Of a column, its lineage down to the seeds and sources and what is known
of its values.`,
		Args: exactly("RULE or MODEL[.COLUMN]"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.explain(cmd.Context(), args[0], f) },
	}
	f.register(cmd)
	return cmd
}

func (a *app) explain(ctx context.Context, name string, f inspectFlags) error {
	metas := rules.Metas()
	if i := slices.IndexFunc(metas, func(m finding.Meta) bool { return m.Code == name || m.Name == name }); i >= 0 {
		page, err := fixtures.Page(metas[i], rules.Presets(metas[i].Code))
		if err != nil {
			return exitError{exitInternal, err}
		}
		_, err = io.WriteString(a.stdout, page)
		return err
	}
	models, err := a.inspect(ctx, name, f)
	column := ""
	if dot := strings.LastIndexByte(name, '.'); notFound(err) && dot > 0 {
		var inner error
		if models, inner = a.inspect(ctx, name[:dot], f); inner == nil {
			err, column = nil, name[dot+1:]
		}
	}
	if err != nil {
		return explainError(err, name, metas)
	}
	above := map[string]*sema.Model{}
	if column != "" {
		all, err := a.inspect(ctx, "+"+name[:len(name)-len(column)-1], f)
		if err != nil {
			return err
		}
		for _, m := range all {
			above[m.Node.ID] = m
		}
	}
	var decided []decision
	if column == "" {
		decided = decisions(models)
	}
	w := bufio.NewWriter(a.stdout)
	for i, m := range models {
		if i > 0 {
			fmt.Fprintln(w)
		}
		p := proof{w: w, m: m, above: above}
		if column == "" {
			p.decision = decided[i]
		}
		if column == "" {
			p.model()
		} else if err := p.column(column); err != nil {
			return err
		}
	}
	return w.Flush()
}

// explainError says that a name is neither a rule nor a model. What looks like
// a rule is taken for one.
func explainError(err error, name string, metas []finding.Meta) error {
	var names []string
	for _, m := range metas {
		names = append(names, m.Code, m.Name)
	}
	if near := finding.Nearest(name, names); near != "" {
		return usage("%s", config.Unknown("rule", name, names))
	}
	return err
}

// proof prints what is known of one resource.
type proof struct {
	w     io.Writer
	m     *sema.Model
	above map[string]*sema.Model // what it is made of, by unique id; for columns only
	decision
}

// decision is whether incremental runs of a model equal a refresh; ok is false if
// it is not incremental.
type decision struct {
	sema.Decision
	ok bool
}

// decisions decides all models, side by side.
func decisions(models []*sema.Model) []decision {
	out := make([]decision, len(models))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(models); i = int(next.Add(1)) - 1 {
				out[i].Decision, out[i].ok = models[i].Refresh(sema.InOrder)
			}
		})
	}
	wg.Wait()
	return out
}

func (p proof) model() {
	n, s := p.m.Node, p.m.Summary
	fmt.Fprintf(p.w, "%s\n", n.ID)
	if n.File != nil {
		fmt.Fprintf(p.w, "  file  %s\n", n.File.Path)
	}
	if name, known := n.Materialized(); known && name != "" {
		fmt.Fprintf(p.w, "  materialized  %s%s\n", name, p.incremental(name))
	}
	p.keys(s)
	p.columns(s)
	p.joins()
	p.refresh()
}

// refresh prints whether incremental runs leave the table as a full refresh
// would, with the proof or an example.
func (p proof) refresh() {
	d := p.decision
	if !d.ok {
		return
	}
	fmt.Fprintf(p.w, "\nincremental runs: ")
	switch d.Answer {
	case sema.Equal:
		fmt.Fprintln(p.w, "equal to a full refresh, because")
		p.steps("  ", d.Steps)
		p.assumes(d.Decision)
	case sema.Differs:
		fmt.Fprintln(p.w, "differ from a full refresh, because")
		p.steps("  ", []sema.Step{{Text: d.Gap, Place: d.At}})
		for _, line := range d.Example.Lines() {
			fmt.Fprintf(p.w, "  | %s\n", line)
		}
		if d.Otherwise != nil {
			p.provided("  equal", "  ", d.Otherwise.Provided)
		}
	case sema.EqualIf:
		p.provided("equal to a full refresh", "", d.Provided)
		fmt.Fprintln(p.w, "  because")
		p.steps("  ", d.Steps)
		p.assumes(d.Decision)
		if d.Gap != "" {
			fmt.Fprintf(p.w, "  not known otherwise: %s%s\n", d.Gap, at(d.At))
		}
	default:
		fmt.Fprintln(p.w, "not known whether equal to a full refresh, because")
		p.steps("  ", []sema.Step{{Text: d.Gap, Place: d.At}})
	}
}

// provided prints the conditions of an answer.
func (p proof) provided(lead, indent string, conditions []sema.Condition) {
	fmt.Fprintf(p.w, "%s, provided that\n", lead)
	for _, c := range conditions {
		fmt.Fprintf(p.w, "%s  - %s\n", indent, c.Text)
	}
}

// assumes prints what an answer holds under.
func (p proof) assumes(d sema.Decision) {
	for _, a := range d.Assumes {
		if !slices.ContainsFunc(d.Provided, func(c sema.Condition) bool { return c.Text == a }) {
			fmt.Fprintf(p.w, "  if %s\n", a)
		}
	}
}

// incremental tells how an incremental model is loaded.
func (p proof) incremental(materialized string) string {
	if materialized != "incremental" {
		return ""
	}
	text := ""
	if name, known := p.m.Node.Strategy(); known && name != "" {
		text += ", strategy " + name
	}
	if key, _, known := p.m.Node.UniqueKey(); known && len(key) > 0 {
		text += ", unique_key " + strings.Join(key, ", ")
	}
	return text
}

// keys prints the grain with its proof, then the other keys.
func (p proof) keys(s *sema.Summary) {
	grain, ok := s.Grain()
	if !ok {
		fmt.Fprintf(p.w, "\ngrain: not known\n")
	} else {
		fmt.Fprintf(p.w, "\ngrain: one row per %s (%s)%s\n", sema.Tuple(s.Names(grain.Cols)), grain.Strength, because(grain.Steps))
		p.steps("  ", grain.Steps)
	}
	for _, k := range s.Keys {
		if ok && k.When == nil && slices.Equal(k.Cols, grain.Cols) && k.Lax == grain.Lax {
			continue
		}
		fmt.Fprintf(p.w, "key: %s%s (%s)%s\n", sema.Tuple(s.Names(k.Cols)), condition(s, k), k.Strength, because(k.Steps))
		p.steps("  ", k.Steps)
	}
}

// because leads over to a proof that has steps.
func because(steps []sema.Step) string {
	if len(steps) == 0 {
		return ""
	}
	return ", because"
}

// condition says which rows a key is about.
func condition(s *sema.Summary, k sema.Key) string {
	text := ""
	if k.Lax {
		text = ", where it is not NULL"
	}
	if k.When != nil {
		text += fmt.Sprintf(", where `%s` %s %s", s.Columns[k.When.Col].Name, k.When.Op, k.When.Lit)
	}
	return text
}

// steps prints the steps of a proof, causes first.
func (p proof) steps(indent string, steps []sema.Step) {
	for i, s := range steps {
		fmt.Fprintf(p.w, "%s%d. %s", indent, i+1, s.Text)
		if s.Strength != finding.Unstated {
			fmt.Fprintf(p.w, " (%s)", s.Strength)
		}
		fmt.Fprintln(p.w, at(s.Place))
	}
}

// at is a place as two blanks, file and line, or nothing.
func at(p finding.Place) string {
	if p.File == nil {
		return ""
	}
	return fmt.Sprintf("  %s:%d", p.File.Path, p.File.Position(p.Span.Start).Line)
}

func (p proof) columns(s *sema.Summary) {
	fmt.Fprintf(p.w, "\ncolumns: %d", len(s.Columns))
	if s.Open {
		fmt.Fprintf(p.w, ", and perhaps more: %s", s.OpenWhy)
	}
	fmt.Fprintln(p.w)
	t := tabwriter.NewWriter(p.w, 0, 0, 2, ' ', 0)
	for _, c := range s.Columns {
		null := ""
		if c.NotNull {
			null = "not null"
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\n", c.Name, c.Type, null, lineage(c))
	}
	t.Flush()
}

// lineage says in a few words what a column is made of.
func lineage(c sema.Column) string {
	var from []string
	for _, o := range c.Origins {
		text := o.Name + "." + o.Column
		if o.Class != sema.Identity {
			text += " (" + o.Class.String() + ")"
		}
		from = append(from, text)
	}
	const few = 4
	if len(from) > few {
		from = append(from[:few], fmt.Sprintf("and %d more", len(from)-few))
	}
	if c.Const != "" {
		from = append(from, "always "+c.Const)
	}
	return strings.Join(from, ", ")
}

// joins prints how many rows each join of the run can match, and why.
func (p proof) joins() {
	run := p.m.Run()
	if run == nil || len(run.Joins) == 0 {
		return
	}
	fmt.Fprintf(p.w, "\njoins (%s): %d\n", run.Name, len(run.Joins))
	for _, j := range run.Joins {
		fmt.Fprintf(p.w, "  %s -> %s: %s%s\n", j.LeftName, j.RightName, status(j), at(run.Place(j.Span())))
		p.steps("    ", j.Right.Proof())
	}
}

// status says how many rows of the right side a row of the left one meets: one
// at most, several for all that is known, or what would have to be declared.
func status(j *sema.Join) string {
	v := j.Right
	switch v.Status {
	case sema.Unique:
		kind := "N:1"
		if j.Left.Status == sema.Unique {
			kind = "1:1"
		}
		return fmt.Sprintf("%s, proven (%s)", kind, v.Strength)
	case sema.FanOut:
		if v.Actual {
			return "multiplies, because " + v.Reason
		}
		return "can multiply, because " + v.Reason
	}
	text := "not known: " + v.Reason
	if len(v.On) > 0 && !j.Unsure {
		text += fmt.Sprintf("; declare %s unique in `%s`, if it is", sema.Tuple(v.On), v.Side)
	}
	return text
}

// column prints what is known of one column.
func (p proof) column(name string) error {
	s := p.m.Summary
	i := slices.IndexFunc(s.Columns, func(c sema.Column) bool { return strings.EqualFold(c.Name, name) })
	if i < 0 {
		all := make([]int, len(s.Columns))
		for k := range all {
			all[k] = k
		}
		return usage("%s of `%s`", config.Unknown("column", name, s.Names(all)), p.m.Node.Name)
	}
	c := s.Columns[i]
	fmt.Fprintf(p.w, "%s.%s%s\n", p.m.Node.ID, c.Name, at(c.Place))
	p.origins("  ", c, map[string]bool{})
	if c.Const != "" {
		fmt.Fprintf(p.w, "  always %s\n", c.Const)
	}
	if !c.NotNull {
		fmt.Fprintln(p.w, "  may be NULL, as far as is known")
		return nil
	}
	fmt.Fprintf(p.w, "  never NULL%s\n", because(c.NullWhy))
	p.steps("  ", c.NullWhy)
	return nil
}

// origins prints the columns that a column is computed from, and below each what
// that one is made of, down to the seeds and sources.
func (p proof) origins(indent string, c sema.Column, seen map[string]bool) {
	for _, o := range c.Origins {
		name := o.Relation + "." + o.Column
		from, ok := p.originOf(o)
		fmt.Fprintf(p.w, "%sfrom %s.%s (%s)%s\n", indent, o.Name, o.Column, o.Class, at(from.Place))
		if ok && !seen[name] {
			seen[name] = true
			p.origins(indent+"  ", from, seen)
		}
	}
}

// originOf returns the column that a step of a lineage names.
func (p proof) originOf(o sema.Origin) (sema.Column, bool) {
	m := p.above[o.Relation]
	if m == nil || m.Summary == nil {
		return sema.Column{}, false
	}
	i := slices.IndexFunc(m.Summary.Columns, func(c sema.Column) bool { return strings.EqualFold(c.Name, o.Column) })
	if i < 0 {
		return sema.Column{}, false
	}
	return m.Summary.Columns[i], true
}
