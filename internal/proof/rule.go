package proof

import "strings"

// Rule is a rule of inference. What each asks for is said where it is checked.
type Rule uint8

const (
	// Of tables.
	Unproven Rule = iota // nothing says so
	Declared             // a test, a constraint, a configuration, the rows of a seed
	Exported             // what holds of the columns of the query holds of the table
	Imported             // what holds of a table holds where it is read
	Filled               // a lax key of columns that are never NULL is strict
	Loaded               // what each batch has, and the load keeps

	// Of any relation.
	Row      // there is one, so its tuple id is not NULL
	Known    // columns are determined by others: the closure of the facts it rests on
	Again    // a fact of the relation that is read again
	Carried  // a fact of values, of the groups or distinct rows of a relation
	Extended // a fact of a relation that an outer join supplies with NULLs
	Composed // an expression follows from what it is computed from, there too
	PerRow   // what a side says of its rows holds for each row of the other
	Beside   // a fact of a lateral relation, for one row beside it

	// Of joins.
	Single    // a join that takes one match
	SingleRow // of one row at most one is met
	Once      // the joined columns are unique
	InRange   // ranges that exclude each other
	Unmatched // rows without a match are kept, and no others
	Looked    // what is met at most once is a function of the row that meets it
	Matched   // whether there is a match follows from the joined columns
	Chosen    // a semi join shows one match
	Rejected  // the NULLs of an outer join are rejected: what it lost holds
	JoinedBy  // both sides of USING are equal
	JoinedNN  // and not NULL
	FullKey   // the merged column of a FULL JOIN of unique sides
	FullValue // and it is not NULL

	// Of conditions.
	Condition
	Implied    // a key under a condition that holds
	Spread     // what equals a constant is one
	Impossible // no row fulfils all conditions
	Fallback   // coalesce(x, a) = b
	CountIsOne // count(*) over (partition by ..) = 1

	// Of groups.
	Grouped
	OneGroup
	OfGroup
	Counted
	GroupHasRow
	GroupedSets
	SetOfNulls
	Levels
	Pivoted

	// Of distinct rows, and few.
	Distinct
	DistinctOn
	Collapsed
	AlsoIn // what the rows of all branches of INTERSECT are
	LimitOne

	// Of windows.
	RowNumber
	OneRowPartition
	RowNumberValue
	RankKey
	RankValue
	RankShared
	PerPartition
	PerPeer

	// Of elements.
	Series
	Numbered
	Place
	Unpivoted
	UnpivotName
	UnpivotFilled

	// Of unions.
	BranchKey
	ApartLiterals
	ApartConditions
	ApartNull
	ApartSeeds
	ApartFilter
	BranchDepends
	BranchEqual
	BranchConstant
	BranchFilled

	// Of literals.
	Differ
	PairsDiffer
	Given
	Alike
	OneRow
	Certain

	rules // their number
)

// sentences say the rules in words: {from} and {to} are the columns of the fact,
// {word} what the step adds. A rule without a sentence is not printed: what it
// rests on is.
var sentences = [rules]string{
	Declared:        "{word}",
	Imported:        "{word}",
	Single:          "at most one row is matched by definition",
	SingleRow:       "`{word}` has a single row",
	InRange:         "a value lies in at most one of ranges that exclude each other",
	Unmatched:       "only rows without a match are kept",
	Looked:          "`{word}` is met at most once",
	JoinedBy:        "using `{word}`",
	JoinedNN:        "joined by `=`",
	FullKey:         "both sides of the FULL JOIN are unique on `{word}`",
	FullValue:       "one side of a FULL JOIN is there",
	Condition:       "`{word}`",
	Fallback:        "`{word}`",
	CountIsOne:      "`{word}`",
	Grouped:         "grouped by {from}",
	OneGroup:        "an aggregate without GROUP BY gives one row",
	OfGroup:         "all rows of a group have this value",
	Counted:         "count is never NULL",
	GroupHasRow:     "a group has a row, in which `{word}` is not NULL",
	GroupedSets:     "grouped by sets of {word}",
	SetOfNulls:      "grouped by sets of {word}",
	Pivoted:         "a pivot is grouped by {from}",
	Distinct:        "{word}",
	DistinctOn:      "DISTINCT ON {from}",
	LimitOne:        "{word}",
	RowNumber:       "row_number() numbers the rows of each partition",
	OneRowPartition: "every partition has one row",
	RowNumberValue:  "row_number() is never NULL",
	RankKey:         "a rank over a unique order has no ties",
	RankValue:       "a rank is never NULL",
	RankShared:      "rows of one place in the order share the rank",
	PerPartition:    "`{word}` has one value per partition",
	PerPeer:         "rows of one place in the order share the window's value",
	Series:          "a series has every value once",
	Numbered:        "the elements of one collection are numbered",
	Place:           "the elements of one collection are numbered",
	Unpivoted:       "an unpivot gives one row per row and `{word}`",
	UnpivotName:     "the name of a column",
	UnpivotFilled:   "an unpivot leaves NULL out",
	BranchKey:       "{word} tells the branches apart, and each is unique",
	BranchEqual:     "the same column in every branch",
	BranchConstant:  "the same in every branch",
	BranchFilled:    "never NULL in any branch",
	Differ:          "the values differ",
	PairsDiffer:     "the pairs of values differ",
	Given:           "every value is given",
	Alike:           "the values are equal",
	OneRow:          "one row",
	Certain:         "`{word}` is never NULL",
}

// Quotes reports whether the word of the rule's sentence is the text of its place.
func (r Rule) Quotes() bool {
	return r == Condition || r == Fallback || r == CountIsOne || r == Certain
}

// Names reports whether the rule's sentence names the columns of the fact.
func (r Rule) Names() bool { return strings.Contains(sentences[r], "{from}") }

// Sentence says a step of the rule in words, empty if it is not printed. from are
// the names of the columns that the fact starts from.
func (r Rule) Sentence(from []string, word string) string {
	text := sentences[r]
	switch {
	case strings.Contains(text, "{word}"):
		return strings.Replace(text, "{word}", word, 1)
	case strings.Contains(text, "{from}"):
		return strings.Replace(text, "{from}", Tuple(from), 1)
	}
	return text
}

// Tuple writes names as people write a key: `id`, or (`a`, `b`).
func Tuple(names []string) string {
	switch len(names) {
	case 0:
		return "a single row"
	case 1:
		return "`" + names[0] + "`"
	}
	return "(`" + strings.Join(names, "`, `") + "`)"
}

// Rules is the number of rules.
const Rules = rules
