package pg
import ("testing"; pg_query "github.com/pganalyze/pg_query_go/v6")
func TestX(t *testing.T){ _, err := pg_query.Parse("select 1 frm x y"); t.Logf("%#v", err)}
