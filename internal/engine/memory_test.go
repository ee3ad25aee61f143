package engine

import (
	"os"
	"reflect"
	"testing"

	"github.com/dbtvet/dbtvet/internal/finding"
	"github.com/dbtvet/dbtvet/internal/lint"
	"github.com/dbtvet/dbtvet/internal/sema"
)

// TestWorldsAreFreed: what is kept of a model for its readers leads to none of its
// worlds, which hold the texts and the trees.
func TestWorldsAreFreed(t *testing.T) {
	models := 0
	rule := &lint.Rule{Meta: finding.Meta{Code: "TST99", Name: "kept"}, Project: func(_ *lint.Pass, p *lint.Project) {
		seen := map[uintptr]bool{}
		for _, m := range p.Models {
			models++
			if path := wayTo(reflect.TypeFor[*sema.World](), reflect.ValueOf(m.Summary), seen); path != "" {
				t.Errorf("%s keeps a world: %s", m.Node.Name, path)
			}
		}
	}}
	if _, err := Lint(t.Context(), Options{FS: os.DirFS("../../fixtures/projects/vyaparbazaar"), Rules: []*lint.Rule{rule}}); err != nil {
		t.Fatal(err)
	}
	if models < 20 {
		t.Errorf("only %d models", models)
	}
}

// wayTo returns the fields by which a value of a type is reached, or nothing.
func wayTo(want reflect.Type, v reflect.Value, seen map[uintptr]bool) string {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || seen[v.Pointer()] {
			return ""
		}
		if v.Type() == want {
			return "here"
		}
		seen[v.Pointer()] = true
		return wayTo(want, v.Elem(), seen)
	case reflect.Interface:
		return wayTo(want, v.Elem(), seen)
	case reflect.Struct:
		for i := range v.NumField() {
			if way := wayTo(want, v.Field(i), seen); way != "" {
				return v.Type().Field(i).Name + " " + way
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if way := wayTo(want, v.Index(i), seen); way != "" {
				return way
			}
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			if way := wayTo(want, v.MapIndex(k), seen); way != "" {
				return way
			}
		}
	}
	return ""
}
