package sql

import "testing"

func TestSecondOpinionIsOfPostgresOnly(t *testing.T) {
	for _, d := range allDialects {
		if d == &dialectPostgres || d == &dialectRedshift {
			continue
		}
		if o := SecondOpinion("select from where", d); o != nil {
			t.Errorf("%s: %+v", d.Name, o)
		}
	}
}
