// Package rules is the list of all rules and of the presets that they are in.
// It knows no rule's workings: each is a value in the package of its family,
// and no family knows another.
//
// A preset is a name for a set of rules. `recommended` is the default;
// `strict` and `teaching` hold it and more, and `teaching` tells what each rule is for; `conventions` holds only what a
// team agrees on, naming and layers, and is asked for on top of another.
package rules

import (
	"cmp"
	"slices"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/ignore"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/rules/columns"
	"github.com/dbtvet/dbtvet/rules/config"
	"github.com/dbtvet/dbtvet/rules/dag"
	"github.com/dbtvet/dbtvet/rules/docs"
	"github.com/dbtvet/dbtvet/rules/filters"
	"github.com/dbtvet/dbtvet/rules/incremental"
	"github.com/dbtvet/dbtvet/rules/joins"
	"github.com/dbtvet/dbtvet/rules/keys"
	"github.com/dbtvet/dbtvet/rules/order"
	"github.com/dbtvet/dbtvet/rules/refs"
	"github.com/dbtvet/dbtvet/rules/secrets"
	"github.com/dbtvet/dbtvet/rules/sets"
	"github.com/dbtvet/dbtvet/rules/templates"
	"github.com/dbtvet/dbtvet/rules/tests"
	"github.com/dbtvet/dbtvet/rules/unused"
	"github.com/dbtvet/dbtvet/rules/yamlcheck"
)

// The presets by name, mildest first.
const (
	Recommended = "recommended"
	Strict      = "strict"
	Teaching    = "teaching"
	Conventions = "conventions"
)

// All returns every rule that the engine runs, sorted by code.
func All() []*lint.Rule {
	return []*lint.Rule{
		&config.WithoutEffect,
		&columns.SelectStarOutput,
		&columns.UnqualifiedColumn,
		&columns.DuplicateOutputColumn,
		&columns.UnknownColumn,
		&dag.LayerBoundary,
		&order.NondeterministicRowChoice,
		&docs.ColumnUndocumented,
		&docs.DocumentedColumnMissing,
		&docs.InheritableDoc,
		&docs.ConflictingDoc,
		&docs.PlaceholderDoc,
		&docs.ModelUndocumented,
		&docs.DocBlockMissing,
		&docs.CaseMismatch,
		&docs.ContractMismatch,
		&docs.KeyColumnUndocumented,
		&docs.DocSaysUnique,
		&docs.DuplicateColumn,
		&joins.FanoutBreaksDeclaredKey,
		&joins.InflatedAggregate,
		&joins.ChasmTrap,
		&joins.PartialKeyJoin,
		&joins.MissingCondition,
		&joins.SentinelNullJoin,
		&joins.SCD2WithoutValidity,
		&joins.RangeJoin,
		&joins.OrJoin,
		&joins.LossyJoinKey,
		&joins.DedupeNotDeduping,
		&joins.AntiJoinOnNullable,
		&joins.UnionOverlap,
		&joins.MaskedFanout,
		&joins.UnknownGrain,
		&joins.SeedKeyViolated,
		&filters.OuterJoinDegraded,
		&filters.FilterInOn,
		&filters.NotInNullable,
		&filters.Contradiction,
		&filters.PruningBlocked,
		&filters.DynamicBound,
		&filters.RequiredFilterMissing,
		&filters.GuardNotReachingScan,
		&filters.LateAcrossCTE,
		&filters.SameFilter,
		&filters.RedundantDistinct,
		&filters.OrderOrLimit,
		&filters.PlainHaving,
		&filters.SelfScan,
		&filters.LateFilter,
		&incremental.NoEffectiveGuard,
		&incremental.GuardNeverTrue,
		&incremental.VariantInvalid,
		&incremental.ThisColumnMissing,
		&incremental.PartialGroup,
		&incremental.TruncatedWindow,
		&incremental.OneBranchGuarded,
		&incremental.StrictOnTies,
		&incremental.NoLookback,
		&incremental.MaxOnEmpty,
		&incremental.MismatchedWatermark,
		&incremental.ThisUnguarded,
		&incremental.GuardChangesColumns,
		&incremental.GuardOnNullSide,
		&incremental.RefOnlyInGuard,
		&incremental.NotInThisNullable,
		&incremental.NowBasedWindow,
		&incremental.Microbatch,
		&incremental.SchemaChange,
		&incremental.GuardTypeMismatch,
		&incremental.FullRefreshDiverges,
		&incremental.GuardBoundToLastOr,
		&incremental.LookbackOnWrongSide,
		&incremental.GuardBlanksRows,
		&templates.JinjaSyntax,
		&templates.UndefinedMacro,
		&templates.CompileError,
		&yamlcheck.ProjectUnreadable,
		&refs.HardcodedRelation,
		&refs.UndefinedRef,
		&refs.UndefinedSource,
		&refs.DisabledRef,
		&refs.CyclicRef,
		&refs.UnlistedRef,
		&secrets.HardcodedSecret,
		&sets.ColumnMismatch,
		&templates.SQLSyntax,
		&tests.MissingPrimaryKeyTest,
		&tests.UndefinedTest,
		&keys.StrategyInvalid,
		&keys.KeyRequired,
		&keys.SilentlyAppend,
		&keys.AppendOverlap,
		&keys.KeyIgnored,
		&keys.KeyColumnMissing,
		&keys.KeyNotUnique,
		&keys.KeyUnknown,
		&keys.KeyNullable,
		&keys.KeyTooWide,
		&keys.KeyNonDeterministic,
		&keys.KeyNotCoveringGrain,
		&keys.KeyStringList,
		&keys.OverwriteLosesHistory,
		&keys.OverwriteNeedsPartition,
		&keys.PartitionNotFullySelected,
		&keys.PredicatesDropped,
		&keys.PredicateNarrowerThanGuard,
		&keys.UpdateColumnsUnknown,
		&keys.KeyVsTestDisagree,
		&keys.SnapshotKey,
		&unused.CTE,
		&unused.Join,
		&unused.Source,
		&unused.Model,
		&unused.Variable,
		&yamlcheck.Syntax,
		&yamlcheck.DuplicateKey,
		&yamlcheck.UnquotedJinja,
		&yamlcheck.OrphanEntry,
		&yamlcheck.UnknownKey,
		&yamlcheck.DeprecatedProperty,
	}
}

// Metas describes all that can be reported, sorted by code: the rules, and the
// checks of ignore comments, which are made after the rules have spoken.
func Metas() []finding.Meta {
	out := ignore.Rules()
	for _, r := range All() {
		out = append(out, r.Meta)
	}
	slices.SortFunc(out, func(a, b finding.Meta) int { return cmp.Compare(a.Code, b.Code) })
	return out
}

// Presets returns the names of the presets that what a code reports is in.
func Presets(code string) []string {
	for _, r := range All() {
		if r.Code == code {
			return r.In()
		}
	}
	return (&lint.Rule{}).In()
}

// Preset returns the rules of the preset of that name, sorted by code; nil if
// there is no such preset.
func Preset(name string) []*lint.Rule {
	var out []*lint.Rule
	for _, r := range All() {
		if slices.Contains(r.In(), name) {
			out = append(out, r)
		}
	}
	return out
}
