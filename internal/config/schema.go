package config

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/google/jsonschema-go/jsonschema"
)

// Schema returns the JSON Schema of dbtvet.yml for the given rules, as
// indented JSON with a final newline. It is draft-07, the newest that the
// YAML servers of editors know.
func Schema(rules []Rule) ([]byte, error) {
	types := scalarSchemas()
	root, err := jsonschema.For[settings](&jsonschema.ForOptions{TypeSchemas: types})
	if err != nil {
		return nil, fmt.Errorf("schema of %s: %w", Name, err)
	}
	root.Schema = "http://json-schema.org/draft-07/schema#"
	root.Title = "settings of dbtvet"
	root.Definitions = map[string]*jsonschema.Schema{"severity": enum(Levels()), "rule": ruleSchema(nil)}
	byRule, severities := map[string]*jsonschema.Schema{}, map[string]*jsonschema.Schema{}
	for _, r := range rules {
		ref := &jsonschema.Schema{Ref: "#/definitions/rule"}
		if r.Options != nil {
			options, err := jsonschema.ForType(reflect.TypeOf(r.Options()).Elem(), &jsonschema.ForOptions{TypeSchemas: types})
			if err != nil {
				return nil, fmt.Errorf("schema of the options of %s: %w", r.Code, err)
			}
			root.Definitions[r.Code] = ruleSchema(options)
			ref = &jsonschema.Schema{Ref: "#/definitions/" + r.Code}
		}
		for _, key := range []string{r.Code, r.Name} {
			byRule[key] = ref
			severities[key] = &jsonschema.Schema{Ref: "#/definitions/severity"}
		}
	}
	closed(root.Properties["rules"], byRule)
	closed(root.Properties["paths"].Items.Properties["rules"], severities)
	text, err := json.MarshalIndent(lenient(root), "", "  ")
	return append(text, '\n'), err
}

// scalarSchemas says what the types that decode themselves look like.
func scalarSchemas() map[reflect.Type]*jsonschema.Schema {
	object := &jsonschema.Schema{Type: "object"}
	return map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[presets]():   oneOrMany(enum(PresetNames())),
		reflect.TypeFor[dialect]():   enum(Dialects()),
		reflect.TypeFor[level]():     enum(Levels()),
		reflect.TypeFor[failLevel](): enum(FailLevels()),
		reflect.TypeFor[globs]():     oneOrMany(&jsonschema.Schema{Type: "string"}),
		reflect.TypeFor[vars]():      object,
		reflect.TypeFor[ruleNode]():  object,
	}
}

func enum(names []string) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string"}
	for _, n := range names {
		s.Enum = append(s.Enum, n)
	}
	return s
}

func oneOrMany(item *jsonschema.Schema) *jsonschema.Schema {
	one := 1
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{item, {Type: "array", Items: item.CloneSchemas(), MinItems: &one}}}
}

// ruleSchema is an entry of rules: a severity, or severity and options.
func ruleSchema(options *jsonschema.Schema) *jsonschema.Schema {
	long := &jsonschema.Schema{Type: "object"}
	properties := map[string]*jsonschema.Schema{"severity": enum(Levels())}
	if options != nil {
		options.Required = nil // what is left out keeps its default
		properties["options"] = options
	}
	closed(long, properties)
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{enum(Levels()), long}}
}

// closed makes s an object with these properties and no others.
func closed(s *jsonschema.Schema, properties map[string]*jsonschema.Schema) {
	s.Properties = properties
	s.AdditionalProperties = &jsonschema.Schema{Not: &jsonschema.Schema{}}
}

// lenient lets every list be written as its one item, as the decoder does.
func lenient(s *jsonschema.Schema) *jsonschema.Schema {
	for _, sub := range subschemas(s) {
		lenient(sub)
	}
	if s.Items == nil || s.MinItems != nil || len(s.Items.Properties) > 0 {
		return s
	}
	s.AnyOf = oneOrMany(s.Items).AnyOf
	s.AnyOf[1].MinItems = nil
	s.Type, s.Types, s.Items = "", nil, nil
	return s
}

func subschemas(s *jsonschema.Schema) []*jsonschema.Schema {
	out := append([]*jsonschema.Schema{}, s.AnyOf...)
	for _, group := range []map[string]*jsonschema.Schema{s.Properties, s.Definitions} {
		for _, sub := range group {
			out = append(out, sub)
		}
	}
	if s.Items != nil {
		out = append(out, s.Items)
	}
	return out
}
