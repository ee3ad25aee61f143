package parity

import (
	"context"
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dbtvet/dbtvet/internal/manifest"
	"github.com/dbtvet/dbtvet/internal/project"
)

var (
	otherProject = flag.String("project", "", "a folder to compare besides the fixtures, with its packages installed")
	otherGolden  = flag.String("golden", "", "the file for what dbt made of it")
	otherPython  = flag.String("python", "", "a Python that has dbt, to write the golden file first")
	otherFlags   = flag.String("dbt", "", "flags for golden.py, such as --runnable")
	otherFigures = flag.String("figures", "", "a file that gets one line of JSON with the figures")
	otherAdapter = flag.String("adapter", "duckdb", "the adapter, where no profile tells it")
)

// TestOther compares a project that is named on the command line:
//
//	go test ./internal/parity -run TestOther -project DIR -golden FILE -python VENV/bin/python
func TestOther(t *testing.T) {
	if *otherProject == "" || *otherGolden == "" {
		t.Skip("no -project and -golden")
	}
	if *otherPython != "" {
		script := filepath.Join("..", "oracle", "dbt", "golden.py")
		args := append([]string{script, *otherProject, *otherGolden}, strings.Fields(*otherFlags)...)
		if out, err := exec.Command(*otherPython, args...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	g := readGolden(t, *otherGolden)
	c := compare(g, load(t, os.DirFS(*otherProject)))
	report(t, c, nil)
	f := c.figures()
	t.Logf("%+v", f)
	if *otherFigures == "" {
		return
	}
	line, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(*otherFigures, append(line, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

// figures says how much was compared and how much of it is equal.
type figures struct {
	Models, ModelsCompiled, ModelsEqual int // a model is equal in all of its worlds
	Texts, TextsEqual                   int // with those of tests, snapshots and analyses
	Nodes, NodesEqual                   int // in all facts; generic tests are nodes
	Facts, FactsEqual                   int
	// NotCompiled are the models without a text, by what dbt asked the warehouse
	// for or how it failed.
	NotCompiled map[string]int
}

func (c *comparison) figures() figures {
	f := figures{Texts: c.texts, Nodes: len(c.g.Nodes), Facts: c.facts, NotCompiled: map[string]int{}}
	texts, nodes := map[string]bool{}, map[string]bool{}
	wrong := 0
	for _, d := range c.differences {
		if d.isText {
			texts[d.id] = true
			wrong++
		} else {
			nodes[d.id] = true
		}
	}
	f.TextsEqual, f.NodesEqual, f.FactsEqual = f.Texts-wrong, f.Nodes-len(nodes), f.Facts-(len(c.differences)-wrong)
	for id, r := range c.g.Nodes {
		if r.Type != "model" {
			continue
		}
		f.Models++
		switch {
		case len(r.Introspects) > 0:
			f.NotCompiled["asks the warehouse: "+strings.Join(r.Introspects, ", ")]++
		case r.Error != "":
			f.NotCompiled[r.Error]++
		case r.Compiled != nil:
			f.ModelsCompiled++
			if !texts[id] {
				f.ModelsEqual++
			}
		default:
			f.NotCompiled["in Python"]++
		}
	}
	return f
}

// started is the time at which golden.py lets every run start.
var started = time.Date(2024, 2, 29, 12, 30, 15, 123456000, time.UTC)

func load(t testing.TB, files fs.FS) *manifest.Manifest {
	t.Helper()
	p := project.Load(context.Background(), files, ".", project.Options{})
	for _, problem := range p.Problems {
		t.Logf("%s: %s", problem.Path, problem.Message)
	}
	return manifest.Load(context.Background(), p, manifest.Options{Adapter: *otherAdapter, Command: "compile", Started: started})
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

// known are the differences that remain, with their causes, by project.
var known = map[string]map[string]string{
	"kitchen":      {},
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
