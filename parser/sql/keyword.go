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
	kwIregexp
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
	kwUser
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
