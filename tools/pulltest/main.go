// Command pulltest is a torture test of downloading models: `make pulltest`.
//
// Its own server on the loopback serves stand-ins for the official files, of the
// same length, made of a seeded stream. It cuts, stalls and sends wrong data (wrong
// bytes, wrong length, another version midway, a login page, 200 or 416 for a
// range, a wrong Content-Range), and the pulling process is killed (SIGKILL) at
// random moments. Every pull must end with the right file or one clear error, for a
// bounded number of bytes, and there must never be a wrong file under the final
// name.
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

// config holds the command's options.
type config struct {
	scale  float64
	kills  int
	mixed  int // pulls with random faults
	seed   uint64
	dir    string
	descry string
	out    io.Writer

	stall      time.Duration // timeout of the puller for a stalled response
	killWithin time.Duration // maximum age at which a process is killed
	lasts      time.Duration // duration of transferring all bytes over one connection
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

// run makes the stand-ins and their server and runs all parts.
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
	files := standIns(c.scale)
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
	// Timeouts and waits are shorter than the program's, so that the test does not
	// spend its time on them; the real program has its own.
	t.p = ownPuller{dir: filepath.Join(c.dir, "models"), url: s.url, o: childOrder{Stall: c.stall, Retries: 6, Brisk: true}}
	if c.descry != "" {
		binary, err := filepath.Abs(c.descry)
		if err != nil {
			return err
		}
		t.p = descryPuller{binary: binary, dir: filepath.Join(c.dir, "home"), url: s.url}
	}
	for _, part := range []func(context.Context) error{t.eachPassingFault, t.eachFinalFault, t.mixedFaults, t.together, t.killed} {
		if err := part(ctx); err != nil {
			return fmt.Errorf("%w (seed %d)", err, c.seed)
		}
	}
	return nil
}
