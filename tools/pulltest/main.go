// Command pulltest tortures the download of models: `make pulltest`.
//
// A server of its own on the loopback has stand-ins for the official files, as
// long as they are, made of a seeded stream. It cuts, stalls and lies (wrong
// bytes, wrong length, another version midway, a login page, 200 or 416 for a
// range, a wrong Content-Range), and the process that pulls is killed (SIGKILL)
// at random moments. Whatever happens, there must be the right file in the end
// or one clear error, for a bounded number of bytes, and never a file under its
// final name that is not the right one.
//
//	go run ./tools/pulltest                      package transfer, full size, 50 kills
//	go run ./tools/pulltest -scale 0.01 -kills 5 a small version
//	go run ./tools/pulltest -descry bin/descry   the real descry models pull
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"time"
)

// config is what is to be done.
type config struct {
	scale  float64
	kills  int
	mixed  int // pulls with random faults
	seed   uint64
	dir    string
	descry string
	out    io.Writer

	stall      time.Duration // how long the puller bears silence
	killWithin time.Duration // a process is killed before it is so old
	lasts      time.Duration // how long one connection would take for all bytes
}

func main() {
	if text := os.Getenv(childVariable); text != "" {
		os.Exit(child(text))
	}
	c := config{out: os.Stdout, stall: 2 * time.Second, killWithin: 3500 * time.Millisecond, lasts: time.Minute}
	flag.Float64Var(&c.scale, "scale", 1, "size of the stand-ins, 1: as the official files")
	flag.IntVar(&c.kills, "kills", 50, "how often the puller is killed")
	flag.IntVar(&c.mixed, "mixed", 12, "how many pulls meet random faults")
	flag.Uint64Var(&c.seed, "seed", uint64(time.Now().UnixNano()), "of everything that is random")
	flag.StringVar(&c.dir, "dir", "", "folder for what is pulled (default: a new one for the time of the run)")
	flag.StringVar(&c.descry, "descry", "", "the descry to test; without it package transfer itself")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, c); err != nil {
		fmt.Fprintln(os.Stderr, "pulltest:", err)
		os.Exit(1)
	}
}

// run makes the stand-ins and their server and does all parts.
func run(ctx context.Context, c config) error {
	if c.dir == "" {
		dir, err := os.MkdirTemp("", "pulltest-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		c.dir = dir
	}
	fmt.Fprintf(c.out, "seed %d\n", c.seed)
	files := fleet(c.scale)
	var all int64
	for _, f := range files {
		all += f.size
		fmt.Fprintf(c.out, "  %-36s %12d bytes  %s\n", f.name, f.size, f.sum)
	}
	s, err := newServer(files, c.seed)
	if err != nil {
		return err
	}
	defer s.close()
	t := &torture{config: c, s: s, files: files, all: all}
	// Silence is given up sooner than by the program, and waits are shorter, so
	// that the run does not consist of them; the real program has its own.
	t.p = ownPuller{dir: filepath.Join(c.dir, "models"), url: s.url, o: order{Stall: c.stall, Retries: 6, Brisk: true}}
	if c.descry != "" {
		binary, err := filepath.Abs(c.descry)
		if err != nil {
			return err
		}
		t.p = descryPuller{binary: binary, dir: filepath.Join(c.dir, "home"), url: s.url}
	}
	for _, part := range []func(context.Context) error{t.eachPassingFault, t.eachFinalLie, t.mixedFaults, t.together, t.killed} {
		if err := part(ctx); err != nil {
			return fmt.Errorf("%w (seed %d)", err, c.seed)
		}
	}
	return nil
}
