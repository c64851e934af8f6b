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
	leastTime  = 4 * time.Second // of a processor
)

// loaded is a package whose mutants are tried.
type loaded struct {
	suite
	others    []suite // whose tests must pass too
	work      string  // temporary files
	sources   map[string][]byte
	mutants   []mutant // on covered lines
	uncovered int
	number    atomic.Int64
}

// suite is a package's tests, and what they take when nothing is changed.
type suite struct {
	dir, name   string
	takes, wall time.Duration // processor time, and by the clock
}

func (p *loaded) close() { os.RemoveAll(p.work) }

// listed is what go list says of a package.
type listed struct {
	Dir, ImportPath string
	GoFiles         []string
}

func list(name string) (p listed, err error) {
	out, err := gotool("list", "-json=Dir,ImportPath,GoFiles", name)
	if err == nil {
		err = json.Unmarshal(out, &p)
	}
	return p, err
}

// load finds a package's mutants and runs its unchanged tests once, to learn
// what they cover and how long they take.
func load(name string, with []string) (*loaded, error) {
	name, only, _ := strings.Cut(name, ":")
	listed, err := list(name)
	if err != nil {
		return nil, err
	}
	work, err := folder("")
	if err != nil {
		return nil, err
	}
	p := &loaded{suite: suite{dir: listed.Dir, name: name}, work: work, sources: map[string][]byte{}}
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
		if only != "" && file != only {
			continue
		}
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
	for _, other := range with {
		o, err := list(other)
		if err != nil {
			p.close()
			return nil, err
		}
		p.others = append(p.others, suite{dir: o.Dir, name: other})
	}
	if err := p.measure(); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// measure runs the unchanged tests as those of a mutant are run.
func (p *loaded) measure() error {
	suites := []*suite{&p.suite}
	for i := range p.others {
		suites = append(suites, &p.others[i])
	}
	for _, s := range suites {
		s.takes, s.wall = time.Hour, time.Hour
		began := time.Now()
		took, end, said := p.test(*s, "")
		if end != lived {
			return fmt.Errorf("the unchanged tests of %s do not pass:\n%s", s.name, said)
		}
		s.wall, s.takes = time.Since(began), took
	}
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
	_, end, _ := p.test(p.suite, overlay)
	for _, other := range p.others {
		if end == lived {
			_, end, _ = p.test(other, overlay)
		}
	}
	return end
}

// test builds a package's tests, with an overlay if there is one, and runs them
// within limits of processor time, of memory and by the clock.
func (p *loaded) test(s suite, overlay string) (took time.Duration, end outcome, said string) {
	place, err := folder(p.work)
	if err != nil {
		return 0, useless, err.Error()
	}
	defer os.RemoveAll(place)
	binary := filepath.Join(place, "tests")
	if _, err := gotool("test", "-c", "-vet=off", "-ldflags=-s -w", "-overlay="+overlay, "-o", binary, s.name); err != nil {
		return 0, useless, err.Error()
	}
	wall := max(leastWait, patience*s.wall)
	ctx, cancel := context.WithTimeout(context.Background(), wall+time.Minute)
	defer cancel()
	script := fmt.Sprintf("ulimit -t %d; ulimit -v %d; exec \"$@\"", int((leastTime + 5*s.takes).Seconds()), mostMemory)
	cmd := exec.CommandContext(ctx, "sh", "-c", script, "sh", binary, "-test.short", "-test.failfast", "-test.timeout="+wall.String())
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "TMPDIR="+place, "GOTRACEBACK=none")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // so that what the tests started ends with them
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	err = cmd.Run()
	if cmd.ProcessState == nil {
		return 0, useless, err.Error()
	}
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	took = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	switch status, _ := cmd.ProcessState.Sys().(syscall.WaitStatus); {
	case err == nil:
		return took, lived, ""
	case ctx.Err() != nil, status.Signaled(), strings.Contains(out.String(), "panic: test timed out"):
		return took, late, out.String()
	}
	return took, killed, out.String()
}

// folder makes a temporary folder that tests may enter as another user.
func folder(in string) (string, error) {
	path, err := os.MkdirTemp(in, "mutate")
	if err == nil {
		err = os.Chmod(path, 0o755)
	}
	return path, err
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
