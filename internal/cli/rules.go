package cli

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/dbtvet/dbtvet/internal/config"
	"github.com/dbtvet/dbtvet/rules"
)

func (a *app) rulesCommand() *cobra.Command {
	var preset string
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "list the rules",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if preset != "" && !slices.Contains(config.PresetNames(), preset) {
				return usage("%s", config.Unknown("preset", preset, config.PresetNames()))
			}
			return a.listRules(preset)
		},
	}
	cmd.Flags().StringVar(&preset, "preset", "", "list only the rules of this `PRESET`")
	return cmd
}

// listRules prints a line per rule: code, name, highest severity, the presets
// that it is in, and what it finds.
func (a *app) listRules(preset string) error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, m := range rules.Metas() {
		in := rules.Presets(m.Code)
		if preset == "" || slices.Contains(in, preset) {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", m.Code, m.Name, m.Severity, strings.Join(in, ","), m.Summary)
		}
	}
	return w.Flush()
}
