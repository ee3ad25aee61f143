package sql

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// longLine is a query of about n bytes on one line.
func longLine(n int) string {
	var b strings.Builder
	b.WriteString("select ")
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "coalesce(t.column_%d, 0) * 1.5 as total_%d, ", i, i)
	}
	return b.String() + "1 as one from s.t where t.a = 'x' group by 1"
}

// manyLines is a query of n lines: a mapping by CASE, as generators write it.
func manyLines(n int) string {
	var b strings.Builder
	b.WriteString("with source as (select * from raw.orders)\nselect\n    case\n")
	for i := range n - 6 {
		fmt.Fprintf(&b, "        when source.code = 'K%d' and source.kind in (1, 2) then 'value %d' -- of the list\n", i, i)
	}
	return b.String() + "    end as value\nfrom source\n"
}

// allocated is how many bytes a parse of text asks for.
func allocated(text string) int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	Parse(text, Generic)
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}

// TestMemoryIsLinear parses texts of one shape in two sizes. What makes memory
// grow faster than the text makes time do so too.
func TestMemoryIsLinear(t *testing.T) {
	for name, of := range map[string]func(int) string{
		"one line":   func(k int) string { return longLine(k * 640_000) },
		"many lines": func(k int) string { return manyLines(k * 1500) },
		"statements": func(k int) string { return strings.Repeat("select a from t where b;\n", k*10_000) },
		"errors":     func(k int) string { return strings.Repeat("select a b c, 'd' from;\n", k*10_000) },
		"comments":   func(k int) string { return strings.Repeat("-- a\n/* b */ ", k*20_000) + "select 1" },
		"brackets":   func(k int) string { return "select " + strings.Repeat("((", k*20_000) },
		"dots":       func(k int) string { return "select a" + strings.Repeat(".b", k*20_000) },
		"hole words": func(k int) string { return "select " + strings.Repeat("__hole_1__ b, ", k*10_000) + "c" },
	} {
		small, large := of(1), of(8)
		factor := float64(len(large)) / float64(len(small))
		if grown := float64(allocated(large)) / float64(allocated(small)); grown > 1.5*factor {
			t.Errorf("%s: %.1f times the text takes %.1f times the memory", name, factor, grown)
		}
	}
}

// TestOddBytes reads what editors and exports leave in files.
func TestOddBytes(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"\ufeffselect a from t", "select a from t"},
		{"select a\u00a0from\u3000t\u200b", "select a from t"},
		{"select a\r\nfrom t\r\nwhere b\r\n", "select a from t where b"},
		{"select a\rfrom t", "select a from t"},
		{"select a -- b\x00c\nfrom t", "select a from t"},
		{"select 'a\x00b' from t", "select 'a\x00b' from t"},
		{"select 'a\xff' from t", "select 'a\xff' from t"},
		{"select a\u2028from t", "select a from t"},
	} {
		tree := parseChecked(t, c.text, Generic)
		if got := Print(tree.Query(), Generic); got != c.want || len(tree.Errors) > 0 {
			t.Errorf("%q: %q\n%s", c.text, got, errorsOf(tree))
		}
	}
	// Bytes that are no SQL: an error for each, and a tree for the rest.
	for _, text := range []string{
		"select a\x00 from t", "\xff\xfe select a from t", "select \xc3\x28 from t", "select a\x1a", "\xef\xbb",
		"s\x00e\x00l\x00e\x00c\x00t\x00", "select \U0010ffff from t", "select €a from t", string([]byte{0x80}), "select “a” from t",
	} {
		tree := parseChecked(t, text, Generic)
		if len(tree.Errors) == 0 {
			t.Errorf("%q: no error", text)
		}
	}
}

// BenchmarkSize parses a line of 5 MB, and 12,000 lines.
func BenchmarkSize(b *testing.B) {
	for name, text := range map[string]string{"line": longLine(5 << 20), "lines": manyLines(12_000)} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				Parse(text, Generic)
			}
		})
	}
}
