package sql

import (
	"fmt"
	"os"
	"sort"
	"strings"
	"testing"
	"time"
)

func TestCorpusTmp(t *testing.T) {
	list, _ := os.ReadFile("/tmp/corp/all.txt")
	type st struct{ n, ok, opq, holeonly int }
	m := map[string]*st{}
	kinds := map[string]int{}
	out, _ := os.Create("/tmp/corp/errors.txt")
	var total time.Duration
	bytes := 0
	for _, l := range strings.Split(strings.TrimSpace(string(list)), "\n") {
		f := strings.Split(l, "\t")
		b, err := os.ReadFile(f[1])
		if err != nil {
			continue
		}
		s := string(b)
		if strings.TrimSpace(s) == "" {
			continue
		}
		d, _ := Lookup(f[0])
		start := time.Now()
		tr := Parse(s, d)
		total += time.Since(start)
		bytes += len(s)
		if err := invariants(tr); err != nil {
			fmt.Fprintf(out, "INVARIANT %s %v\n", f[2], err)
			kinds["INVARIANT"]++
		}
		x := m[f[0]]
		if x == nil {
			x = &st{}
			m[f[0]] = x
		}
		x.n++
		if len(tr.Errors) == 0 {
			x.ok++
		} else {
			e := tr.Errors[0]
			lo := max(0, int(e.Start)-100)
			hi := min(len(s), int(e.Start)+60)
			fmt.Fprintf(out, "%s %s %s\n   %s\n   %q >>> %q\n", f[0], f[1], f[2], e.Message, s[lo:e.Start], s[e.Start:hi])
			p := strings.Split(strings.TrimPrefix(f[2], "/work/corpus/"), "/")[0]
			kinds[p]++
		}
		if tr.Opaques > 0 {
			x.opq++
		}
	}
	for d, x := range m {
		fmt.Printf("%-12s %5d ok %5d %.2f%% opaque %d\n", d, x.n, x.ok, 100*float64(x.ok)/float64(x.n), x.opq)
	}
	var ks []string
	for k := range kinds {
		ks = append(ks, k)
	}
	sort.Slice(ks, func(i, j int) bool { return kinds[ks[i]] > kinds[ks[j]] })
	for _, k := range ks {
		fmt.Println(k, kinds[k])
	}
	fmt.Printf("%.1f MB/s %d bytes\n", float64(bytes)/1e6/total.Seconds(), bytes)
}
