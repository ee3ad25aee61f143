//go:build !pgquery

package sql

func postgresOpinion(string) *Opinion { return nil }
