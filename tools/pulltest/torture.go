package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// torture is one run of the test.
type torture struct {
	config
	s     *server
	p     puller
	files []*standIn
	all   int64
	good  map[string]time.Time // modification times of files whose hash was right
}

// pull runs the puller and returns its exit code and output.
func (t *torture) pull(ctx context.Context, files []*standIn) (int, string, error) {
	cmd, err := t.p.command(ctx, files)
	if err != nil {
		return 0, "", err
	}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return 0, "", err
	}
	if ctx.Err() != nil {
		return 0, "", ctx.Err()
	}
	return cmd.ProcessState.ExitCode(), string(out), nil
}

// eachPassingFault pulls some files through each fault of passing, each preceded by
// a cut so that there is a part to continue.
func (t *torture) eachPassingFault(ctx context.Context) error {
	for i, bad := range passing {
		start := time.Now()
		files := []*standIn{t.files[1+i%2], t.files[3+i%3]}
		met := map[*standIn]int{}
		t.s.program(func(f *standIn) *fault {
			met[f]++
			switch met[f] {
			case 1:
				return passing[0]
			case 2:
				return bad
			}
			return nil
		})
		code, out, err := t.pull(ctx, files)
		if err != nil {
			return err
		}
		if code != 0 {
			return fmt.Errorf("%s: the pull failed: %s", bad.name, out)
		}
		if err := t.check(files, true); err != nil {
			return fmt.Errorf("%s: %w", bad.name, err)
		}
		t.line(bad.name, "right", files, start)
		if err := t.clean(); err != nil {
			return err
		}
	}
	return nil
}

// eachFinalFault pulls one file from a server that repeats the fault for ever,
// which must give one clear error and no file under the final name; then from a
// correct one, which must give the file.
func (t *torture) eachFinalFault(ctx context.Context) error {
	for i, wrong := range final {
		if _, real := t.p.(descryPuller); real && wrong.name == "stall for ever" {
			continue // seven timeouts of half a minute
		}
		start := time.Now()
		files := t.files[1+i%3 : 2+i%3]
		t.s.program(func(*standIn) *fault { return wrong.fault })
		code, out, err := t.pull(ctx, files)
		if err != nil {
			return err
		}
		if code == 0 || !strings.Contains(out, wrong.message) {
			return fmt.Errorf("%s: exit code %d, and it said: %s", wrong.name, code, out)
		}
		if _, err := os.Stat(t.p.place(files[0])); err == nil {
			return fmt.Errorf("%s: there is a file all the same", wrong.name)
		}
		c := t.line(wrong.name, "one error: "+sentence(out), files, start)
		if most := 8 * files[0].size; c.Bytes > most {
			return fmt.Errorf("%s: %d bytes were fetched of a file of %d", wrong.name, c.Bytes, files[0].size)
		}
		t.s.program(func(*standIn) *fault { return nil })
		if code, out, err := t.pull(ctx, files); err != nil || code != 0 {
			return fmt.Errorf("%s: then, honestly: %v: %s", wrong.name, err, out)
		}
		if err := t.check(files, true); err != nil {
			return fmt.Errorf("%s: then, honestly: %w", wrong.name, err)
		}
		t.s.counted()
		if err := t.clean(); err != nil {
			return err
		}
	}
	return nil
}

// mixedFaults pulls all files through random faults of all kinds, until they are
// complete.
func (t *torture) mixedFaults(ctx context.Context) error {
	start := time.Now()
	pulls, failed := 0, 0
	for range t.mixed {
		for once := true; once || t.check(t.files, true) != nil; once = false {
			if pulls++; pulls > 20*t.mixed {
				return errors.New("mixed faults: it never ends")
			}
			t.s.program(t.randomFault)
			code, out, err := t.pull(ctx, t.files)
			if err != nil {
				return err
			}
			if code != 0 {
				failed++
				if sentence(out) == "" {
					return fmt.Errorf("mixed faults: exit code %d without an error: %s", code, out)
				}
			}
			if err := t.check(t.files, false); err != nil {
				return fmt.Errorf("mixed faults: %w", err)
			}
			if code == 0 {
				t.s.program(func(*standIn) *fault { return nil })
			}
		}
		if err := t.clean(); err != nil {
			return err
		}
	}
	t.line(fmt.Sprintf("mixed faults: %d rounds, %d pulls", t.mixed, pulls), fmt.Sprintf("right in the end; %d ended with a clear error before", failed), nil, start)
	return nil
}

// randomFault returns often a fault of passing, sometimes one of final, else none.
func (t *torture) randomFault(*standIn) *fault {
	n := t.s.random.IntN(100) // the server holds its lock
	switch {
	case n < 45:
		bad := passing[t.s.random.IntN(len(passing))]
		if _, real := t.p.(descryPuller); real && strings.HasPrefix(bad.name, "stall") && n%5 != 0 {
			return nil // half a minute for each
		}
		return bad
	case n < 52:
		return final[t.s.random.IntN(9)].fault // those that do not go on for ever
	}
	return nil
}

// together runs three processes that pull the same files at the same time: they
// must wait for one another and fetch nothing twice.
func (t *torture) together(ctx context.Context) error {
	start := time.Now()
	t.s.program(func(*standIn) *fault { return nil })
	var group errgroup.Group
	for range 3 {
		group.Go(func() error {
			code, out, err := t.pull(ctx, t.files)
			if err == nil && code != 0 {
				err = fmt.Errorf("one of three at once failed: %s", out)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if err := t.check(t.files, true); err != nil {
		return fmt.Errorf("three at once: %w", err)
	}
	if c := t.line("three processes at once", "right", t.files, start); c.Bytes != t.all || c.Requests != len(t.files) {
		return fmt.Errorf("three at once fetched %d bytes in %d requests, not %d in %d", c.Bytes, c.Requests, t.all, len(t.files))
	}
	return t.clean()
}

// killed kills the puller at random moments and restarts it, until it has been
// killed often enough; meanwhile the server cuts connections as well.
func (t *torture) killed(ctx context.Context) error {
	start := time.Now()
	var sum counts
	kills, rounds := 0, 0
	t.s.pace.Store(int64(float64(t.all) / t.lasts.Seconds()))
	defer t.s.pace.Store(0)
	for kills < t.kills {
		rounds++
		t.s.program(func(*standIn) *fault {
			if t.s.random.IntN(8) == 0 {
				return passing[0]
			}
			return nil
		})
		for {
			ended, err := t.pullAndKill(ctx, kills < t.kills)
			if err != nil {
				return err
			}
			if err := t.check(t.files, ended); err != nil {
				return fmt.Errorf("after %d kills: %w", kills, err)
			}
			if ended {
				break
			}
			kills++
		}
		if err := t.clean(); err != nil {
			return err
		}
	}
	sum = t.line(fmt.Sprintf("%d kills in %d rounds", kills, rounds), "right", nil, start)
	whole := int64(rounds) * t.all
	fmt.Fprintf(t.out, "killed %d times: %d bytes fetched for %d of files (%.2f times), %d requests, %d of them for a part, %d cut\n",
		kills, sum.Bytes, whole, float64(sum.Bytes)/float64(whole), sum.Requests, sum.Resumes, sum.Faults["cut"])
	return nil
}

// pullAndKill starts a puller and kills it at a random moment. It returns true if
// the puller ended before, which must be with success.
func (t *torture) pullAndKill(ctx context.Context, kill bool) (ended bool, err error) {
	cmd, err := t.p.command(ctx, t.files)
	if err != nil {
		return false, err
	}
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return false, err
	}
	if kill {
		moment := time.Duration(t.s.randomN(int64(t.killWithin)))
		timer := time.AfterFunc(moment, func() { cmd.Process.Kill() }) // SIGKILL
		defer timer.Stop()
	}
	err = cmd.Wait()
	switch state := cmd.ProcessState; {
	case ctx.Err() != nil:
		return false, ctx.Err()
	case state.Success():
		return true, nil
	case state.ExitCode() == -1: // by a signal
		return false, nil
	}
	return false, fmt.Errorf("the pull failed by itself: %v: %s", err, out.String())
}

// check checks that a file under its final name is the right one, and, if all is
// set, that it exists.
func (t *torture) check(files []*standIn, all bool) error {
	if t.good == nil {
		t.good = map[string]time.Time{}
	}
	for _, f := range files {
		path := t.p.place(f)
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) && !all {
			continue
		}
		if err != nil {
			return err
		}
		if t.good[path].Equal(info.ModTime()) && info.Size() == f.size {
			continue // it has been checked before
		}
		sum, err := hashFile(path)
		if err != nil {
			return err
		}
		if sum != f.sum {
			return fmt.Errorf("a bad file: %s has %d bytes and hash %s", path, info.Size(), sum)
		}
		t.good[path] = info.ModTime()
	}
	return nil
}

func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// clean removes the files, so that the test needs no more space than one set of
// them.
func (t *torture) clean() error {
	for _, dir := range []string{"models", "home"} {
		if err := os.RemoveAll(filepath.Join(t.dir, dir)); err != nil {
			return err
		}
	}
	return nil
}

// line prints one line of the report and returns the counts since the last.
func (t *torture) line(what, outcome string, files []*standIn, start time.Time) counts {
	c := t.s.counted()
	var size int64
	for _, f := range files {
		size += f.size
	}
	faults := 0
	for _, n := range c.Faults {
		faults += n
	}
	fmt.Fprintf(t.out, "%-42s %6.1f s  %3d requests %3d for a part %3d faults %11d bytes", what, time.Since(start).Seconds(), c.Requests, c.Resumes, faults, c.Bytes)
	if size > 0 {
		fmt.Fprintf(t.out, " (%.2f of the files)", float64(c.Bytes)/float64(size))
	}
	fmt.Fprintf(t.out, "  %s\n", outcome)
	return c
}

// sentence returns the first error's message in a puller's output.
func sentence(out string) string {
	_, rest, ok := strings.Cut(out, `"message":"`)
	if ok {
		text, _, _ := strings.Cut(rest, `"`)
		return text
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	return lines[len(lines)-1]
}
