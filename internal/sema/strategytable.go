package sema

import (
	_ "embed"
	"encoding/csv"
	"strings"
	"sync"
)

// strategiesCSV is what adapters do with incremental strategies: one cell per
// line, with the place in the adapter's source that it was read from (2026).
//
//go:embed strategies.csv
var strategiesCSV string

// adapter is what an adapter does with incremental strategies.
type adapter struct {
	valid []string
	// keyed and keyless are the default strategy with and without a unique_key.
	keyed, keyless string
	// loose adapters accept other names, as custom strategies, with a log line.
	loose bool
	plans map[string]plan
}

// plan is what one strategy of an adapter does.
type plan struct {
	keyless, withKey Effect // UnknownEffect where the run fails
	// whole is what it does to a table without partitions, where that differs.
	whole      *Effect
	key        keyUse
	null       nullMatch
	predicates string // used, dropped or refused
	needs      []Need
}

// keyUse is what a strategy does with a unique_key.
type keyUse uint8

const (
	keyUsed keyUse = iota
	keyIgnored
	keyRequired // it fails without one
	keyRefused  // it fails with one
)

// nullMatch is whether a NULL in the key finds the NULL in the table.
type nullMatch uint8

const (
	nullUnmatched nullMatch = iota
	nullByFlag              // for a single column, by a behaviour flag
	nullSafe
)

var effectNames = map[string]Effect{
	"append": Append, "upsert": Upsert, "delete": DeleteInsert, "all": OverwriteAll, "parts": OverwriteParts,
	"range": ReplaceRange, "fails": UnknownEffect, "unknown": UnknownEffect,
}

var keyNames = map[string]keyUse{"used": keyUsed, "ignored": keyIgnored, "required": keyRequired, "refused": keyRefused}

var nullNames = map[string]nullMatch{"unmatched": nullUnmatched, "flag": nullByFlag, "safe": nullSafe}

// adapters returns the table by adapter. It is read once.
var adapters = sync.OnceValue(func() map[string]adapter {
	rows, err := csv.NewReader(strings.NewReader(strategiesCSV)).ReadAll()
	if err != nil {
		panic(err) // the file is part of the program
	}
	out := map[string]adapter{}
	defaults := map[string]string{} // of settings, by adapter and name
	for _, r := range rows[1:] {
		name, strategy, fact, value := r[0], r[1], r[2], r[3]
		a := out[name]
		if a.plans == nil {
			a.plans = map[string]plan{}
		}
		if strategy == "" {
			if !a.set(fact, value) {
				defaults[name+" "+fact] = value
			}
		} else {
			p := a.plans[strategy]
			p.set(fact, value)
			a.plans[strategy] = p
		}
		out[name] = a
	}
	for name, a := range out {
		for _, p := range a.plans {
			for i := range p.needs {
				p.needs[i].Default = defaults[name+" "+p.needs[i].Setting]
			}
		}
	}
	return out
})

// set takes one cell about an adapter; false if it is about a setting.
func (a *adapter) set(fact, value string) bool {
	switch fact {
	case "valid":
		a.valid = strings.Fields(value)
	case "other names":
		a.loose = value == "logs"
	case "default with key":
		a.keyed = value
	case "default without key":
		a.keyless = value
	default:
		return false
	}
	return true
}

// set takes one cell about a strategy.
func (p *plan) set(fact, value string) {
	switch fact {
	case "without key":
		p.keyless = effectNames[value]
	case "with key":
		p.withKey = effectNames[value]
	case "without partitions":
		e := effectNames[value]
		p.whole = &e
	case "key":
		p.key = keyNames[value]
	case "null":
		p.null = nullNames[value]
	case "predicates":
		p.predicates = value
	case "needs":
		setting, values, _ := strings.Cut(value, ": ")
		setting, keyed := strings.CutSuffix(setting, " with key")
		p.needs = append(p.needs, Need{Setting: setting, Values: strings.Fields(values), Keyed: keyed})
	}
}
