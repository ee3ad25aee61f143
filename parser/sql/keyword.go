package sql

import "strings"

// keyword is the number of a word that the parser asks for; kwNone is any
// other word. A keyword is a name as well wherever the grammar leaves room.
type keyword uint16

const (
	kwNone keyword = iota
	kwAbsent
	kwAdd
	kwAll
	kwAlter
	kwAnalyze
	kwAnd
	kwAnti
	kwAny
	kwApply
	kwApproximate
	kwArray
	kwAs
	kwAsc
	kwAsof
	kwAsymmetric
	kwAt
	kwAttach
	kwBefore
	kwBegin
	kwBernoulli
	kwBetween
	kwBit
	kwBlock
	kwBoth
	kwBrowse
	kwBy
	kwCache
	kwCall
	kwCase
	kwCast
	kwChanges
	kwChar
	kwCharacter
	kwCluster
	kwCollate
	kwColumns
	kwComment
	kwCommit
	kwConnect
	kwConnectByRoot
	kwContent
	kwConvert
	kwCopy
	kwCorresponding
	kwCreate
	kwCross
	kwCube
	kwCurrent
	kwCurrentCatalog
	kwCurrentDate
	kwCurrentDatetime
	kwCurrentRole
	kwCurrentSchema
	kwCurrentTime
	kwCurrentTimestamp
	kwCurrentUser
	kwCycle
	kwDeclare
	kwDefault
	kwDelete
	kwDesc
	kwDescribe
	kwDetach
	kwDirected
	kwDistinct
	kwDistribute
	kwDiv
	kwDocument
	kwDouble
	kwDrop
	kwElse
	kwEmpty
	kwEnd
	kwError
	kwEscape
	kwExcept
	kwExclude
	kwExec
	kwExecute
	kwExists
	kwExplain
	kwExport
	kwFalse
	kwFetch
	kwFill
	kwFilter
	kwFinal
	kwFirst
	kwFollowing
	kwFor
	kwFormat
	kwFrom
	kwFull
	kwGlob
	kwGlobal
	kwGo
	kwGrant
	kwGroup
	kwGrouping
	kwGroups
	kwHash
	kwHaving
	kwIf
	kwIgnore
	kwIlike
	kwImport
	kwIn
	kwInclude
	kwInner
	kwInsert
	kwInstall
	kwInterpolate
	kwIntersect
	kwInterval
	kwInto
	kwIs
	kwIsnull
	kwJoin
	kwJson
	kwKeep
	kwKey
	kwLambda
	kwLast
	kwLateral
	kwLeading
	kwLeft
	kwLike
	kwLimit
	kwLoad
	kwLocal
	kwLocaltime
	kwLocaltimestamp
	kwLock
	kwLong
	kwLoop
	kwMap
	kwMatchCondition
	kwMatchRecognize
	kwMaterialized
	kwMax
	kwMerge
	kwMin
	kwMinus
	kwMod
	kwModel
	kwMsck
	kwName
	kwNational
	kwNatural
	kwNchar
	kwNext
	kwNo
	kwNolock
	kwNormalized
	kwNot
	kwNotnull
	kwNull
	kwNulls
	kwObject
	kwOf
	kwOffset
	kwOmit
	kwOn
	kwOnly
	kwOperator
	kwOptimize
	kwOption
	kwOptions
	kwOr
	kwOrder
	kwOrdinality
	kwOuter
	kwOver
	kwOverlaps
	kwPartition
	kwPassing
	kwPaste
	kwPercent
	kwPivot
	kwPlacing
	kwPositional
	kwPragma
	kwPreceding
	kwPrecision
	kwPrewhere
	kwPrint
	kwPrior
	kwQualify
	kwRange
	kwRead
	kwRecursive
	kwRefresh
	kwRegexp
	kwRemote
	kwRename
	kwRepeatable
	kwReplace
	kwReservoir
	kwReset
	kwRespect
	kwReturning
	kwRevoke
	kwRight
	kwRlike
	kwRollback
	kwRollup
	kwRow
	kwRows
	kwSafeCast
	kwSample
	kwScalar
	kwSearch
	kwSeed
	kwSelect
	kwSemi
	kwSeparator
	kwSessionUser
	kwSet
	kwSets
	kwSettings
	kwShare
	kwShow
	kwSiblings
	kwSigned
	kwSimilar
	kwSome
	kwSort
	kwStaleness
	kwStart
	kwStep
	kwStraightJoin
	kwStrict
	kwStruct
	kwSummarize
	kwSymmetric
	kwSysdate
	kwSystem
	kwSystemTime
	kwSystemVersion
	kwTable
	kwTablesample
	kwThen
	kwTies
	kwTime
	kwTimestamp
	kwTo
	kwTop
	kwTotals
	kwTrailing
	kwTrue
	kwTruncate
	kwTryCast
	kwTryConvert
	kwUnbounded
	kwUncache
	kwUnconditional
	kwUnion
	kwUnknown
	kwUnload
	kwUnpivot
	kwUnsigned
	kwUpdate
	kwUr
	kwUse
	kwUsing
	kwVacuum
	kwValue
	kwValues
	kwVariadic
	kwVarying
	kwVersion
	kwView
	kwWhen
	kwWhere
	kwWindow
	kwWith
	kwWithin
	kwWithout
	kwXml
	kwXor
	kwZone
	keywordCount
)

var keywordTexts = [keywordCount]string{
	kwAbsent:           "absent",
	kwAdd:              "add",
	kwAll:              "all",
	kwAlter:            "alter",
	kwAnalyze:          "analyze",
	kwAnd:              "and",
	kwAnti:             "anti",
	kwAny:              "any",
	kwApply:            "apply",
	kwApproximate:      "approximate",
	kwArray:            "array",
	kwAs:               "as",
	kwAsc:              "asc",
	kwAsof:             "asof",
	kwAsymmetric:       "asymmetric",
	kwAt:               "at",
	kwAttach:           "attach",
	kwBefore:           "before",
	kwBegin:            "begin",
	kwBernoulli:        "bernoulli",
	kwBetween:          "between",
	kwBit:              "bit",
	kwBlock:            "block",
	kwBoth:             "both",
	kwBrowse:           "browse",
	kwBy:               "by",
	kwCache:            "cache",
	kwCall:             "call",
	kwCase:             "case",
	kwCast:             "cast",
	kwChanges:          "changes",
	kwChar:             "char",
	kwCharacter:        "character",
	kwCluster:          "cluster",
	kwCollate:          "collate",
	kwColumns:          "columns",
	kwComment:          "comment",
	kwCommit:           "commit",
	kwConnect:          "connect",
	kwConnectByRoot:    "connect_by_root",
	kwContent:          "content",
	kwConvert:          "convert",
	kwCopy:             "copy",
	kwCorresponding:    "corresponding",
	kwCreate:           "create",
	kwCross:            "cross",
	kwCube:             "cube",
	kwCurrent:          "current",
	kwCurrentCatalog:   "current_catalog",
	kwCurrentDate:      "current_date",
	kwCurrentDatetime:  "current_datetime",
	kwCurrentRole:      "current_role",
	kwCurrentSchema:    "current_schema",
	kwCurrentTime:      "current_time",
	kwCurrentTimestamp: "current_timestamp",
	kwCurrentUser:      "current_user",
	kwCycle:            "cycle",
	kwDeclare:          "declare",
	kwDefault:          "default",
	kwDelete:           "delete",
	kwDesc:             "desc",
	kwDescribe:         "describe",
	kwDetach:           "detach",
	kwDirected:         "directed",
	kwDistinct:         "distinct",
	kwDistribute:       "distribute",
	kwDiv:              "div",
	kwDocument:         "document",
	kwDouble:           "double",
	kwDrop:             "drop",
	kwElse:             "else",
	kwEmpty:            "empty",
	kwEnd:              "end",
	kwError:            "error",
	kwEscape:           "escape",
	kwExcept:           "except",
	kwExclude:          "exclude",
	kwExec:             "exec",
	kwExecute:          "execute",
	kwExists:           "exists",
	kwExplain:          "explain",
	kwExport:           "export",
	kwFalse:            "false",
	kwFetch:            "fetch",
	kwFill:             "fill",
	kwFilter:           "filter",
	kwFinal:            "final",
	kwFirst:            "first",
	kwFollowing:        "following",
	kwFor:              "for",
	kwFormat:           "format",
	kwFrom:             "from",
	kwFull:             "full",
	kwGlob:             "glob",
	kwGlobal:           "global",
	kwGo:               "go",
	kwGrant:            "grant",
	kwGroup:            "group",
	kwGrouping:         "grouping",
	kwGroups:           "groups",
	kwHash:             "hash",
	kwHaving:           "having",
	kwIf:               "if",
	kwIgnore:           "ignore",
	kwIlike:            "ilike",
	kwImport:           "import",
	kwIn:               "in",
	kwInclude:          "include",
	kwInner:            "inner",
	kwInsert:           "insert",
	kwInstall:          "install",
	kwInterpolate:      "interpolate",
	kwIntersect:        "intersect",
	kwInterval:         "interval",
	kwInto:             "into",
	kwIs:               "is",
	kwIsnull:           "isnull",
	kwJoin:             "join",
	kwJson:             "json",
	kwKeep:             "keep",
	kwKey:              "key",
	kwLambda:           "lambda",
	kwLast:             "last",
	kwLateral:          "lateral",
	kwLeading:          "leading",
	kwLeft:             "left",
	kwLike:             "like",
	kwLimit:            "limit",
	kwLoad:             "load",
	kwLocal:            "local",
	kwLocaltime:        "localtime",
	kwLocaltimestamp:   "localtimestamp",
	kwLock:             "lock",
	kwLong:             "long",
	kwLoop:             "loop",
	kwMap:              "map",
	kwMatchCondition:   "match_condition",
	kwMatchRecognize:   "match_recognize",
	kwMaterialized:     "materialized",
	kwMax:              "max",
	kwMerge:            "merge",
	kwMin:              "min",
	kwMinus:            "minus",
	kwMod:              "mod",
	kwModel:            "model",
	kwMsck:             "msck",
	kwName:             "name",
	kwNational:         "national",
	kwNatural:          "natural",
	kwNchar:            "nchar",
	kwNext:             "next",
	kwNo:               "no",
	kwNolock:           "nolock",
	kwNormalized:       "normalized",
	kwNot:              "not",
	kwNotnull:          "notnull",
	kwNull:             "null",
	kwNulls:            "nulls",
	kwObject:           "object",
	kwOf:               "of",
	kwOffset:           "offset",
	kwOmit:             "omit",
	kwOn:               "on",
	kwOnly:             "only",
	kwOperator:         "operator",
	kwOptimize:         "optimize",
	kwOption:           "option",
	kwOptions:          "options",
	kwOr:               "or",
	kwOrder:            "order",
	kwOrdinality:       "ordinality",
	kwOuter:            "outer",
	kwOver:             "over",
	kwOverlaps:         "overlaps",
	kwPartition:        "partition",
	kwPassing:          "passing",
	kwPaste:            "paste",
	kwPercent:          "percent",
	kwPivot:            "pivot",
	kwPlacing:          "placing",
	kwPositional:       "positional",
	kwPragma:           "pragma",
	kwPreceding:        "preceding",
	kwPrecision:        "precision",
	kwPrewhere:         "prewhere",
	kwPrint:            "print",
	kwPrior:            "prior",
	kwQualify:          "qualify",
	kwRange:            "range",
	kwRead:             "read",
	kwRecursive:        "recursive",
	kwRefresh:          "refresh",
	kwRegexp:           "regexp",
	kwRemote:           "remote",
	kwRename:           "rename",
	kwRepeatable:       "repeatable",
	kwReplace:          "replace",
	kwReservoir:        "reservoir",
	kwReset:            "reset",
	kwRespect:          "respect",
	kwReturning:        "returning",
	kwRevoke:           "revoke",
	kwRight:            "right",
	kwRlike:            "rlike",
	kwRollback:         "rollback",
	kwRollup:           "rollup",
	kwRow:              "row",
	kwRows:             "rows",
	kwSafeCast:         "safe_cast",
	kwSample:           "sample",
	kwScalar:           "scalar",
	kwSearch:           "search",
	kwSeed:             "seed",
	kwSelect:           "select",
	kwSemi:             "semi",
	kwSeparator:        "separator",
	kwSessionUser:      "session_user",
	kwSet:              "set",
	kwSets:             "sets",
	kwSettings:         "settings",
	kwShare:            "share",
	kwShow:             "show",
	kwSiblings:         "siblings",
	kwSigned:           "signed",
	kwSimilar:          "similar",
	kwSome:             "some",
	kwSort:             "sort",
	kwStaleness:        "staleness",
	kwStart:            "start",
	kwStep:             "step",
	kwStraightJoin:     "straight_join",
	kwStrict:           "strict",
	kwStruct:           "struct",
	kwSummarize:        "summarize",
	kwSymmetric:        "symmetric",
	kwSysdate:          "sysdate",
	kwSystem:           "system",
	kwSystemTime:       "system_time",
	kwSystemVersion:    "system_version",
	kwTable:            "table",
	kwTablesample:      "tablesample",
	kwThen:             "then",
	kwTies:             "ties",
	kwTime:             "time",
	kwTimestamp:        "timestamp",
	kwTo:               "to",
	kwTop:              "top",
	kwTotals:           "totals",
	kwTrailing:         "trailing",
	kwTrue:             "true",
	kwTruncate:         "truncate",
	kwTryCast:          "try_cast",
	kwTryConvert:       "try_convert",
	kwUnbounded:        "unbounded",
	kwUncache:          "uncache",
	kwUnconditional:    "unconditional",
	kwUnion:            "union",
	kwUnknown:          "unknown",
	kwUnload:           "unload",
	kwUnpivot:          "unpivot",
	kwUnsigned:         "unsigned",
	kwUpdate:           "update",
	kwUr:               "ur",
	kwUse:              "use",
	kwUsing:            "using",
	kwVacuum:           "vacuum",
	kwValue:            "value",
	kwValues:           "values",
	kwVariadic:         "variadic",
	kwVarying:          "varying",
	kwVersion:          "version",
	kwView:             "view",
	kwWhen:             "when",
	kwWhere:            "where",
	kwWindow:           "window",
	kwWith:             "with",
	kwWithin:           "within",
	kwWithout:          "without",
	kwXml:              "xml",
	kwXor:              "xor",
	kwZone:             "zone",
}

// keywordText returns the word in lower case.
func keywordText(k keyword) string { return keywordTexts[k] }

// keywordBits is the size of the hash table, in bits: sparse, so that a word
// that is no keyword is mostly told by one look.
const keywordBits = 11

var keywordTable = newKeywordTable()

func newKeywordTable() *[1 << keywordBits]keyword {
	var t [1 << keywordBits]keyword
	for k := kwNone + 1; k < keywordCount; k++ {
		h := uint32(0)
		for _, c := range []byte(keywordTexts[k]) {
			h = h*31 + uint32(c|0x20)
		}
		i := keywordSlot(h)
		for t[i] != kwNone {
			i = (i + 1) % uint32(len(t))
		}
		t[i] = k
	}
	return &t
}

func keywordSlot(h uint32) uint32 { return (h * 2654435769) >> (32 - keywordBits) }

// lookupKeyword returns the keyword that w is in any case. h is the hash of w
// that the lexer has computed on its way.
func lookupKeyword(w string, h uint32) keyword {
	for i := keywordSlot(h); keywordTable[i] != kwNone; i = (i + 1) % (1 << keywordBits) {
		if k := keywordTable[i]; len(keywordTexts[k]) == len(w) && strings.EqualFold(keywordTexts[k], w) {
			return k
		}
	}
	return kwNone
}
