// Package house holds the tests that keep the whole repository in order: who
// may import whom, and what no package may do. It has no code of its own.
package house
