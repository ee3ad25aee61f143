module github.com/dbtvet/dbtvet/internal/oracle/pg

go 1.26.8

require (
	github.com/dbtvet/dbtvet v0.0.0
	github.com/pganalyze/pg_query_go/v6 v6.2.5
)

require google.golang.org/protobuf v1.33.0

replace github.com/dbtvet/dbtvet => ../../..
