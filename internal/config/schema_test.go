package config

import (
	"bytes"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/dbtvet/dbtvet/parser/source"
)

// TestSchemaAgreesWithTheDecoder feeds both the same JSON, which is YAML too.
func TestSchemaAgreesWithTheDecoder(t *testing.T) {
	text, err := Schema(testRules())
	if err != nil {
		t.Fatal(err)
	}
	schema := compile(t, text)
	for _, tc := range []struct {
		text  string
		valid bool
	}{
		{`{}`, true},
		{`{"preset": "strict", "dialect": "duckdb", "target": "ci", "vars": {"a": [1, {"b": null}]}, "env": ["A"], "fail-level": "info"}`, true},
		{`{"preset": ["strict", "conventions"], "env": "A"}`, true},
		{`{"layers": {"marts": {"folders": ["marts", "core"], "prefixes": "f_"}}}`, true},
		{`{"rules": {"FAN02": "off", "late-filter": {"severity": "error", "options": {"min-joins": 2, "large": "x"}}}}`, true},
		{`{"paths": [{"files": "a/**", "rules": {"DOC01": "off"}}, {"files": ["b"], "exclude": true}]}`, true},
		{`{"presets": "strict"}`, false},
		{`{"preset": "severe"}`, false},
		{`{"preset": []}`, false},
		{`{"rules": {"FAN99": "off"}}`, false},
		{`{"rules": {"FAN02": "warn"}}`, false},
		{`{"rules": {"FAN02": {"options": {}}}}`, false},
		{`{"rules": {"FLT15": {"options": {"max-joins": 2}}}}`, false},
		{`{"rules": {"FLT15": {"options": {"min-joins": "two"}}}}`, false},
		{`{"paths": [{"rules": {"DOC01": "off"}}]}`, false},
		{`{"paths": [{"files": "a", "rules": {"DOC01": {"severity": "off"}}}]}`, false},
		{`{"layers": {"bronze": {}}}`, false},
	} {
		_, err := Parse(source.NewFile("dbtvet.yml", tc.text), ".", testRules())
		if valid := err == nil; valid != tc.valid {
			t.Errorf("decoder: %s\nvalid %v, want %v: %v", tc.text, valid, tc.valid, err)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(tc.text)))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); (err == nil) != tc.valid {
			t.Errorf("schema: %s\nvalid %v, want %v: %v", tc.text, err == nil, tc.valid, err)
		}
	}
}

func compile(t *testing.T, text []byte) *jsonschema.Schema {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("dbtvet.schema.json", value); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("dbtvet.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}
