// Command corpus tells how much real SQL the parser reads: the share of texts
// without an error and without a node that is not understood, by dialect; what
// stands where it fails, by count; and the share of tables in FROM whose name
// resolves.
//
//	go run ./cmd/corpus ~/projects
//	go run ./cmd/corpus -statements fixtures.jsonl
//
// Of a folder, every project below each folder directly in it is rendered, and
// every text of its models and snapshots counts, except of worlds that a forced
// condition made: their SQL may be of another warehouse. A file of statements
// has one JSON object a line, with the keys dialect, name and sql. What goes
// in can be written in that form (-texts), and what the trees say of it as well
// (-summaries), so that another parser can be asked about the same.
//
// Exit codes: 0, 1 when a bar of -min is missed, 2 for a mistake in the command
// line or a file that cannot be read.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
)

const (
	exitGood  = 0
	exitBelow = 1
	exitUsage = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// options are the command line.
type options struct {
	statements       bool
	texts, summaries string // files to write
	failures         int
	min              float64
	dialects         pairs
	env              pairs
	path             string
}

// pairs are values by name, from a flag that may be repeated.
type pairs map[string]string

func (p pairs) String() string { return "" }

// Set implements flag.Value.
func (p pairs) Set(s string) error {
	name, value, ok := strings.Cut(s, "=")
	if !ok {
		return errors.New("write it as name=value")
	}
	p[name] = value
	return nil
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stderr)
	if err == nil {
		var t *tally
		if t, err = measure(ctx, o, stderr); err == nil {
			t.write(stdout, o.failures)
			if t.share() < o.min {
				return exitBelow
			}
			return exitGood
		}
	}
	if !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(stderr, "corpus: %v\n", err)
	}
	return exitUsage
}

func parse(args []string, stderr io.Writer) (*options, error) {
	o := &options{dialects: pairs{}, env: pairs{}}
	f := flag.NewFlagSet("corpus", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.BoolVar(&o.statements, "statements", false, "the path is a file of statements, not a folder of projects")
	f.StringVar(&o.texts, "texts", "", "write the texts to `FILE`")
	f.StringVar(&o.summaries, "summaries", "", "write what the trees say to `FILE`")
	f.IntVar(&o.failures, "failures", 5, "failures to show of each kind")
	f.Float64Var(&o.min, "min", 0, "the per cent of texts that must be read in total")
	f.Var(o.dialects, "dialect", "the adapter of a project that does not tell its own, as `folder=adapter`; may be repeated")
	f.Var(o.env, "env", "an environment variable that templates see, as `name=value`; may be repeated")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if f.NArg() != 1 {
		return nil, errors.New("usage: corpus [flags] FOLDER | corpus -statements [flags] FILE")
	}
	o.path = f.Arg(0)
	return o, nil
}

// measure reads all texts and writes those files that are asked for.
func measure(ctx context.Context, o *options, stderr io.Writer) (*tally, error) {
	t := newTally()
	var texts, summaries *lines
	var err error
	if texts, err = create(o.texts); err != nil {
		return nil, err
	}
	if summaries, err = create(o.summaries); err != nil {
		return nil, err
	}
	add := func(x *text) {
		t.add(x)
		texts.write(x.statement)
		if s := summarise(x); s != nil {
			summaries.write(s)
		}
	}
	if o.statements {
		err = readStatements(o.path, add)
	} else {
		err = readProjects(ctx, o, stderr, add)
	}
	return t, errors.Join(err, texts.close(), summaries.close())
}

// lines writes JSON objects to a file, one a line; nil writes nothing.
type lines struct {
	file *os.File
	buf  *bufio.Writer
	enc  *json.Encoder
	err  error
}

func create(path string) (*lines, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	buf := bufio.NewWriter(f)
	return &lines{file: f, buf: buf, enc: json.NewEncoder(buf)}, nil
}

func (l *lines) write(v any) {
	if l != nil && l.err == nil {
		l.err = l.enc.Encode(v)
	}
}

func (l *lines) close() error {
	if l == nil {
		return nil
	}
	return errors.Join(l.err, l.buf.Flush(), l.file.Close())
}
