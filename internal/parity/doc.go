// Package parity holds the tests that compare what dbtvet makes of a project
// with what dbt made of it. It has no code of its own, and needs no dbt: dbt's
// answers are the golden files in fixtures/golden/dbt, which
// internal/oracle/dbt/golden.py writes.
//
// A golden file has, for every resource, its names, effective configuration,
// dependencies, columns and tests, and the text its template renders to in the
// full refresh and, where dbt could build it, in the incremental run. Each
// field of each resource is one fact. A fact that differs is either a mistake
// of ours or stands in the test with its cause.
package parity
