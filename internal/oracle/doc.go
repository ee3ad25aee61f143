// Package oracle tests the analyser of internal/sema by execution: it asks what
// the analyser claims of a query, runs the query in DuckDB, and looks whether
// the claims hold in the rows that come out.
package oracle
