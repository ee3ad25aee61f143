//go:build pgquery

package sql

import (
	"strings"
	"testing"
)

func TestSecondOpinion(t *testing.T) {
	for _, d := range dialectsOf("postgres redshift") {
		for _, c := range []struct {
			sql  string // with ‸ where PostgreSQL stops
			want string
		}{
			{"select a from t", ""},
			{"select 'ä' from t ‸where", "syntax error at end of input"},
			{"select 'ä', a b ‸c from t", `syntax error at or near "c"`},
			{"select a from t qualify ‸row_number() over (order by b) = 1", `syntax error at or near "row_number"`},
		} {
			at := strings.Index(c.sql, "‸")
			if strings.HasSuffix(c.want, "end of input") {
				at = len(c.sql) - len("‸")
			}
			o := SecondOpinion(strings.Replace(c.sql, "‸", "", 1), d)
			switch {
			case o == nil:
				t.Errorf("%s: no opinion", c.sql)
			case c.want == "" && o.Error != nil:
				t.Errorf("%s: %v", c.sql, o.Error)
			case c.want != "" && (o.Error == nil || o.Error.Message != c.want || int(o.Error.Start) != at):
				t.Errorf("%s: %+v, want %q at %d", c.sql, o.Error, c.want, at)
			}
		}
		if o := SecondOpinion("select 1 \x00 from where", d); o != nil {
			t.Errorf("%+v of a text that C cannot hold", o)
		}
	}
}
