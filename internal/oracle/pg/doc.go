// Package pg compares parser/sql with PostgreSQL's own grammar.
package pg
