//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

type outcome int

const (
	killed  outcome = iota // a test failed
	late                   // it used far more time than the tests need
	lived                  // all tests passed
	useless                // it does not compile
)

const (
	mostMemory = 6 << 20 // kB of address space for the tests of a mutant
	patience   = 20      // how many times the time of the unchanged tests, by the clock
	leastWait  = 60 * time.Second
)

// loaded is a package whose mutants are tried.
type loaded struct {
	dir, name string
	work      string // temporary files
	sources   map[string][]byte
	mutants   []mutant // on covered lines
	uncovered int
	takes     time.Duration // processor time of the unchanged tests
	wall      time.Duration
	number    atomic.Int64
}

func (p *loaded) close() { os.RemoveAll(p.work) }

// load finds a package's mutants and runs its unchanged tests once, to learn
// what they cover and how long they take.
func load(name string) (*loaded, error) {
	var listed struct {
		Dir, ImportPath string
		GoFiles         []string
	}
	out, err := gotool("list", "-json=Dir,ImportPath,GoFiles", name)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(out, &listed); err != nil {
		return nil, err
	}
	work, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return nil, err
	}
	p := &loaded{dir: listed.Dir, name: name, work: work, sources: map[string][]byte{}}
	profile := filepath.Join(work, "cover")
	if out, err := gotool("test", "-short", "-count=1", "-coverprofile="+profile, name); err != nil {
		p.close()
		return nil, fmt.Errorf("the unchanged tests: %w\n%s", err, out)
	}
	covered, err := coverage(profile)
	if err != nil {
		p.close()
		return nil, err
	}
	for _, file := range listed.GoFiles {
		path := filepath.Join(p.dir, file)
		source, err := os.ReadFile(path)
		if err != nil {
			p.close()
			return nil, err
		}
		p.sources[file] = source
		found, err := mutants(file, source)
		if err != nil {
			p.close()
			return nil, err
		}
		for _, m := range found {
			if covered.has(listed.ImportPath+"/"+file, m.line, m.col) {
				p.mutants = append(p.mutants, m)
			} else {
				p.uncovered++
			}
		}
	}
	return p, p.measure()
}

// measure runs the unchanged tests as those of a mutant are run.
func (p *loaded) measure() error {
	began := time.Now()
	cmd, end, _ := p.test(context.Background(), "", time.Hour, time.Hour)
	if end != lived {
		return fmt.Errorf("the unchanged tests do not pass")
	}
	p.wall = time.Since(began)
	p.takes = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return nil
}

// run builds and runs the tests with one mutant.
func (p *loaded) run(m mutant) outcome {
	number := p.number.Add(1)
	changed := filepath.Join(p.work, fmt.Sprintf("%d.go", number))
	overlay := filepath.Join(p.work, fmt.Sprintf("%d.json", number))
	text, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(p.dir, m.file): changed}})
	if err == nil {
		err = errors.Join(os.WriteFile(changed, m.apply(p.sources[m.file]), 0o600), os.WriteFile(overlay, text, 0o600))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer os.Remove(changed)
	defer os.Remove(overlay)
	wall := max(leastWait, patience*p.wall)
	ctx, cancel := context.WithTimeout(context.Background(), wall+time.Minute)
	defer cancel()
	_, end, _ := p.test(ctx, overlay, 10*time.Second+5*p.takes, wall)
	return end
}

// test builds the tests, with an overlay if there is one, and runs them within
// limits of processor time, of memory and by the clock.
func (p *loaded) test(ctx context.Context, overlay string, processor, wall time.Duration) (*exec.Cmd, outcome, string) {
	place, err := os.MkdirTemp(p.work, "run")
	if err != nil {
		return nil, useless, err.Error()
	}
	defer os.RemoveAll(place)
	binary := filepath.Join(place, "tests")
	if out, err := gotool("test", "-c", "-vet=off", "-ldflags=-s -w", "-overlay="+overlay, "-o", binary, p.name); err != nil {
		return nil, useless, string(out)
	}
	script := fmt.Sprintf("ulimit -t %d; ulimit -v %d; exec \"$@\"", int(processor.Seconds()), mostMemory)
	cmd := exec.CommandContext(ctx, "sh", "-c", script, "sh", binary, "-test.short", "-test.failfast", "-test.timeout="+wall.String())
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), "TMPDIR="+place, "GOTRACEBACK=none")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // so that what the tests started ends with them
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	err = cmd.Run()
	if cmd.Process != nil {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
	switch status, _ := cmd.ProcessState.Sys().(syscall.WaitStatus); {
	case err == nil:
		return cmd, lived, ""
	case ctx.Err() != nil, status.Signaled(), strings.Contains(out.String(), "panic: test timed out"):
		return cmd, late, out.String()
	}
	return cmd, killed, out.String()
}

// gotool runs the go command without cgo.
func gotool(args ...string) ([]byte, error) {
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("go %s: %w: %s", args[0], err, bytes.TrimSpace(stderr.Bytes()))
	}
	return out, err
}

// block is a stretch of code that the tests reach.
type block struct{ fromLine, fromCol, toLine, toCol int }

type covered map[string][]block

// coverage reads a profile of go test -coverprofile.
func coverage(profile string) (covered, error) {
	f, err := os.Open(profile)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c := covered{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		file, rest, found := strings.Cut(lines.Text(), ".go:")
		var b block
		var statements, times int
		if !found {
			continue
		}
		if _, err := fmt.Sscanf(rest, "%d.%d,%d.%d %d %d", &b.fromLine, &b.fromCol, &b.toLine, &b.toCol, &statements, &times); err != nil {
			return nil, err
		}
		if times > 0 {
			c[file+".go"] = append(c[file+".go"], b)
		}
	}
	return c, lines.Err()
}

func (c covered) has(file string, line, col int) bool {
	for _, b := range c[file] {
		after := line > b.fromLine || line == b.fromLine && col >= b.fromCol
		before := line < b.toLine || line == b.toLine && col <= b.toCol
		if after && before {
			return true
		}
	}
	return false
}
