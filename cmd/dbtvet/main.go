// Command dbtvet is a static analyser for dbt projects.
package main

import (
	"os"

	"github.com/dbtvet/dbtvet/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv)) }
