//go:build pgquery

package sql

import (
	"errors"
	"strings"
	"unicode/utf8"

	postgres "github.com/pganalyze/pg_query_go/v6/parser"
)

func postgresOpinion(text string) *Opinion {
	if strings.IndexByte(text, 0) >= 0 { // C would take it for the end
		return nil
	}
	_, err := postgres.ParseToProtobuf(text)
	if err == nil {
		return &Opinion{}
	}
	e := &Error{Message: err.Error()}
	if refusal, ok := errors.AsType[*postgres.Error](err); ok {
		e.Start = runeOffset(text, refusal.Cursorpos-1)
	}
	e.End = e.Start
	return &Opinion{Error: e}
}

// runeOffset is the offset in bytes of character n: PostgreSQL counts
// characters.
func runeOffset(text string, n int) int32 {
	at := 0
	for ; n > 0 && at < len(text); n-- {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return int32(at)
}
