package project

import (
	"strings"
	"testing"

	"github.com/dbtvet/dbtvet/parser/source"
)

func seedOf(text string) *Seed {
	s := &Seed{File: source.NewFile("s.csv", text), Complete: true, Delimiter: ','}
	s.parse()
	return s
}

func seedText(s *Seed) string {
	cells := func(cells []Cell) string { return paths(cells, func(c Cell) string { return c.Text }) }
	var out []string
	if s.Header != nil {
		out = append(out, strings.ReplaceAll(cells(s.Header), " ", "|"))
	}
	for _, row := range s.Rows {
		var texts []string
		for _, c := range row.Cells {
			texts = append(texts, c.Text)
		}
		out = append(out, strings.Join(texts, "|"))
	}
	return strings.Join(out, " / ")
}

func FuzzSeed(f *testing.F) {
	for _, seed := range []string{"a,b\n1,2\n", "a\n\"1\n2", "a,\"b\"\"c\"\r\n", ",\n\n,"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := seedOf(source.Decode("s.csv", []byte(text)).Text)
		end := int32(0)
		for _, row := range s.Rows {
			if row.Span.Start < end || int(row.Span.End) > len(s.File.Text) {
				t.Fatalf("row %v overlaps or leaves the file", row.Span)
			}
			end = row.Span.End
			for _, c := range row.Cells {
				if !row.Span.Contains(c.Span) {
					t.Fatalf("cell %v outside of its row %v", c.Span, row.Span)
				}
			}
		}
	})
}
