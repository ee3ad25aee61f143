package parity

import (
	"context"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/project"
)

var (
	otherProject = flag.String("project", "", "a folder to compare besides the fixtures, with its packages installed")
	otherGolden  = flag.String("golden", "", "what dbt made of it")
)

// TestOther compares a project that is named on the command line, for figures.
func TestOther(t *testing.T) {
	if *otherProject == "" || *otherGolden == "" {
		t.Skip("no -project and -golden")
	}
	c := compare(readGolden(t, *otherGolden), load(t, os.DirFS(*otherProject)))
	report(t, c, nil)
}

func load(t testing.TB, files fs.FS) *manifest.Manifest {
	t.Helper()
	p := project.Load(context.Background(), files, ".", project.Options{})
	for _, problem := range p.Problems {
		t.Logf("%s: %s", problem.Path, problem.Message)
	}
	return manifest.Load(context.Background(), p, manifest.Options{Adapter: "duckdb"})
}

// report fails for every difference that is not known, and for every known one
// that is no more.
func report(t *testing.T, c *comparison, known map[string]string) {
	t.Helper()
	left := map[string]bool{}
	for key := range known {
		left[key] = true
	}
	texts := 0
	for _, d := range c.differences {
		if d.isText {
			texts++
		}
		delete(left, d.key())
		if known[d.key()] == "" {
			t.Error(d)
		}
	}
	for key := range left {
		t.Errorf("%s: listed as a difference, and is none", key)
	}
	share := func(bad, of int) float64 { return 100 * float64(of-bad) / float64(max(of, 1)) }
	t.Logf("%d of %d texts equal (%.2f %%), %d of %d facts (%.2f %%)", c.texts-texts, c.texts, share(texts, c.texts),
		c.facts-(len(c.differences)-texts), c.facts, share(len(c.differences)-texts, c.facts))
}

const (
	clobbered  = "the meta of an exposure replaces that of dbt_project.yml; here it is merged, as everywhere else"
	alwaysFull = "flags.FULL_REFRESH of a model that is not incremental is false here, whatever the run"
	blanks     = "dbt's own macros print blanks around what they make"
)

// known are the differences that remain, with their causes, by project.
var known = map[string]map[string]string{
	"kitchen": {
		"exposure.kitchen.board config.meta":                 clobbered,
		"exposure.kitchen.board meta":                        clobbered,
		"model.kitchen.daily_events config.begin":            "dbt writes the text of a date as a time",
		"model.kitchen.expressions compiled, full refresh":   alwaysFull,
		"model.kitchen.expressions compiled, incremental":    alwaysFull,
		"model.kitchen.introspective compiled, full refresh": blanks,
		"model.kitchen.orders compiled, full refresh":        blanks,
		`model.kitchen.stg_orders test code.accepted_values({"quote":true,"values":["A01","A02","B01"]}) config.tags`: "dbt lists a tag of a test twice",
	},
	"vyaparbazaar": {},
}

// dropped are the models of vyaparbazaar that dbt cannot parse or build: they
// are there to be found fault with.
var dropped = []string{
	"staging/stg_sellers", "marts/mart_seller_scorecard", "intermediate/int_gst_summary", "intermediate/int_customer_spend",
	"intermediate/int_cart_events", "intermediate/int_order_status", "intermediate/int_customer_first_touch",
	"intermediate/int_product_engagement", "marts/fct_order_fulfilment", "marts/mart_customer_revenue", "marts/mart_channel_roi",
	"marts/mart_review_summary", "marts/fct_page_views", "marts/fct_purchase_events", "marts/fct_reviews", "marts/fct_marketing_spend",
}

// TestFixtures compares the fixtures with what dbt made of them.
func TestFixtures(t *testing.T) {
	root := filepath.Join("..", "..", "fixtures")
	for name, differences := range known {
		t.Run(name, func(t *testing.T) {
			files := fstest.MapFS{}
			take(t, files, filepath.Join(root, "projects", name), "")
			if name == "vyaparbazaar" {
				take(t, files, filepath.Join(root, "golden", "packages"), "dbt_packages/")
				for _, model := range dropped {
					delete(files, "models/"+model+".sql")
				}
			}
			g := readGolden(t, filepath.Join(root, "golden", "dbt", name+".json"))
			report(t, compare(g, load(t, files)), differences)
		})
	}
}

// take copies the files below dir to a folder of files.
func take(t testing.TB, files fstest.MapFS, dir, folder string) {
	t.Helper()
	disk := os.DirFS(dir)
	err := fs.WalkDir(disk, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(disk, name)
		files[folder+name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
