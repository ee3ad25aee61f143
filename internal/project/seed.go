package project

import (
	"strings"

	"github.com/dbtvet/dbtvet/parser/source"
)

// Seed is a .csv file: its header, and its rows if it is small.
type Seed struct {
	Name string
	Path string // relative to the package's folder
	Rel  string // relative to the resource path
	// File holds the text that was read: all of a small file, the beginning of
	// a large one.
	File   *source.File
	Header []Cell
	// Rows are the records after the header; nil unless Complete.
	Rows     []Row
	Complete bool
	// Delimiter is what the fields are separated by.
	Delimiter byte
	// Ragged is the index of the first row that has not as many fields as the
	// header; -1 if there is none.
	Ragged int
}

// Cell is a field of a record.
type Cell struct {
	Text   string      // unquoted
	Span   source.Span // as written, quotes included
	Quoted bool
}

// Row is a record with its place.
type Row struct {
	Span  source.Span
	Cells []Cell
}

// WithDelimiter returns the seed read again with another delimiter, which its
// configuration may ask for.
func (s *Seed) WithDelimiter(delimiter byte) *Seed {
	if delimiter == s.Delimiter {
		return s
	}
	out := *s
	out.Delimiter = delimiter
	out.parse()
	return &out
}

// parse reads the records of the file's text.
func (s *Seed) parse() {
	s.Header, s.Rows, s.Ragged = nil, nil, -1
	text, at := s.File.Text, 0
	for first := true; at < len(text); first = false {
		row, next := record(text, at, s.Delimiter)
		at = next
		switch {
		case first:
			s.Header = trimmed(row.Cells)
			if !s.Complete {
				return
			}
		case len(row.Cells) == 1 && row.Span.Len() == 0: // a blank line is no record
		default:
			if len(row.Cells) != len(s.Header) && s.Ragged < 0 {
				s.Ragged = len(s.Rows)
			}
			s.Rows = append(s.Rows, row)
		}
	}
}

// record reads the record at byte at and returns it with the offset of the
// next one.
func record(text string, at int, delimiter byte) (Row, int) {
	row := Row{Span: source.At(int32(at))}
	for {
		cell, end := field(text, at, delimiter)
		row.Cells = append(row.Cells, cell)
		row.Span.End = int32(end)
		if end >= len(text) || text[end] != delimiter {
			return row, end + breakLen(text, end)
		}
		at = end + 1
	}
}

// field reads the field at byte at; end is the offset of the delimiter or
// line break after it. A quote that does not close takes the rest of the text.
func field(text string, at int, delimiter byte) (cell Cell, end int) {
	end = at
	if end < len(text) && text[end] == '"' {
		cell.Quoted = true
		for end++; end < len(text); end++ {
			if text[end] != '"' {
				continue
			}
			if end+1 >= len(text) || text[end+1] != '"' {
				break
			}
			end++
		}
		inner := text[at+1 : min(end, len(text))]
		cell.Text = strings.ReplaceAll(inner, `""`, `"`)
		end = min(end+1, len(text))
	}
	tail := end
	for end < len(text) && text[end] != delimiter && breakLen(text, end) == 0 {
		end++
	}
	cell.Text += text[tail:end]
	cell.Span = source.Span{Start: int32(at), End: int32(end)}
	return cell, end
}

func breakLen(text string, at int) int {
	switch {
	case strings.HasPrefix(text[at:], "\r\n"):
		return 2
	case at < len(text) && (text[at] == '\n' || text[at] == '\r'):
		return 1
	}
	return 0
}

// seed reads a .csv file.
func (r *reader) seed(e entry) *Seed {
	data, whole, err := r.bytes(e.file, maxRows)
	if err != nil {
		r.unreadable(e.file, err)
		return nil
	}
	if !whole {
		data = data[:maxHead]
		if i := strings.LastIndexByte(string(data), '\n'); i >= 0 {
			data = data[:i+1]
		}
	}
	s := &Seed{
		Name: e.name(), Path: e.path, Rel: e.rel,
		File: source.Decode(e.file, data), Complete: whole, Delimiter: ',',
	}
	s.parse()
	return s
}

// trimmed returns the cells of a header without the blanks around them: dbt
// writes the names into its DDL unquoted, where blanks are nothing.
func trimmed(cells []Cell) []Cell {
	for i := range cells {
		cells[i].Text = strings.TrimSpace(cells[i].Text)
	}
	return cells
}
