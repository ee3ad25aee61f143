package sema

import (
	"strings"

	"github.com/dbtvet/dbtvet/parser/sql"
)

// pseudo reports whether a name that nothing declares is one that the warehouse
// has for every table or every query.
func pseudo(d *sql.Dialect, c *sql.Column) bool {
	name := strings.ToLower(c.Parts[len(c.Parts)-1].Name)
	for _, all := range []string{"rownum", "rowid", "level", "sysdate", "systimestamp", "user", "current_user", "session_user",
		"current_role", "current_catalog", "current_schema", "current_database", "current_date", "current_time", "current_timestamp",
		"localtime", "localtimestamp", "dual", "value", "this", "seq", "key", "path", "index"} {
		if name == all {
			return true
		}
	}
	switch d.Name {
	case "bigquery":
		return strings.HasPrefix(name, "_partition") || strings.HasPrefix(name, "_table_") || name == "_file_name" || strings.HasPrefix(name, "_change_") || strings.HasPrefix(name, "@@")
	case "snowflake":
		return strings.HasPrefix(name, "metadata$") || strings.HasPrefix(name, "$")
	case "postgres", "redshift":
		return name == "ctid" || name == "xmin" || name == "xmax" || name == "oid" || name == "tableoid" || name == "cmin" || name == "cmax"
	case "clickhouse":
		return strings.HasPrefix(name, "_") || strings.HasPrefix(name, "$")
	case "spark", "databricks":
		return name == "_metadata" || strings.HasPrefix(name, "__index_level") || strings.HasPrefix(name, "input_file_")
	case "duckdb":
		return name == "filename" || strings.HasPrefix(name, "$")
	case "trino", "athena":
		return strings.HasPrefix(name, "$")
	}
	return strings.HasPrefix(name, "_") || strings.HasPrefix(name, "$") || strings.Contains(name, "$")
}
