package app

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"descry/app/services"
	"descry/inference/ort"
	"descry/resources"
)

// TestMain makes the test binary act as the program: the scripts start it as a separate
// process named descry.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"descry": func() { os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
		"crash":  crash,
	})
}

// crash crashes as the program would after a panic in a goroutine.
func crash() {
	services.KeepCrashFile(services.FindDirs(os.Getenv).State)
	go func() { panic("the reason of the crash") }()
	select {}
}

// TestTheCommandLineKeepsItsPromises runs testdata/script/*.txtar. Each script
// has its own DESCRY_HOME, and the built-in samples in $SAMPLES.
func TestTheCommandLineKeepsItsPromises(t *testing.T) {
	library := runtimeForTests(t)
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(e *testscript.Env) error {
			samples := filepath.Join(e.WorkDir, "samples")
			if err := os.Mkdir(samples, 0o755); err != nil {
				return err
			}
			for _, s := range resources.Samples() {
				if err := os.WriteFile(filepath.Join(samples, s.Name), s.PNG, 0o644); err != nil {
					return err
				}
			}
			starter, err := filepath.Abs(filepath.Join("..", "resources", "starter"))
			if err != nil {
				return err
			}
			e.Setenv("SAMPLES", samples)
			e.Setenv("STARTER", starter)
			e.Setenv("DESCRY_HOME", filepath.Join(e.WorkDir, "home"))
			e.Setenv("DESCRY_ORT", library)
			e.Setenv("LIBRARY", library)
			e.Setenv("HOME", e.WorkDir)
			return nil
		},
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "runtime":
				return library != "", nil
			case "root":
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %s", cond)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"jsonlines": jsonLines,
			"exits":     exits,
			"glob":      glob,

			"interrupted": interrupted,
			"publish":     publish,
			"damage":      damage,
			"tensors":     tensors,
		},
	})
}

// runtimeForTests returns the library's path, or "" if there is none.
func runtimeForTests(t *testing.T) string {
	t.Helper()
	named := os.Getenv("DESCRY_ORT")
	path, _, err := ort.Find(named, "", services.FindDirs(os.Getenv).Cache)
	if err == nil {
		var library *ort.Library
		if library, err = ort.Open(path); err == nil {
			library.Close()
			return path
		}
	}
	if named != "" && !strings.Contains(err.Error(), "without cgo") {
		t.Fatal(err) // a library was named, so the scripts that need it must run
	}
	return ""
}

// exits runs a program and checks its exit code: exits N PROGRAM ARGUMENT…
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits N PROGRAM ARGUMENT…")
	}
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("exit code %d, want %s", got, args[0])
	}
}

// interrupted starts a program with a picture named many times, interrupts it
// after its first line, and wants an exit code and a line for each picture:
// interrupted CODE PROGRAM ARGUMENT… PICTURE TIMES.
func interrupted(ts *testscript.TestScript, neg bool, args []string) {
	n := len(args)
	times, err := strconv.Atoi(args[n-1])
	ts.Check(err)
	command := args[2 : n-2]
	for range times {
		command = append(command, args[n-2])
	}
	exe, err := exec.LookPath(args[1])
	ts.Check(err)
	cmd := exec.Command(exe, command...)
	cmd.Env = append(os.Environ(), "DESCRY_HOME="+ts.Getenv("DESCRY_HOME"), "DESCRY_ORT="+ts.Getenv("DESCRY_ORT"))
	pipe, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	lines := bufio.NewScanner(pipe)
	lines.Buffer(nil, 1<<20)
	count := 0
	for lines.Scan() {
		if count++; count == 1 {
			ts.Check(cmd.Process.Signal(os.Interrupt))
		}
		fmt.Fprintln(ts.Stdout(), lines.Text())
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || fmt.Sprint(exit.ExitCode()) != args[0] {
		ts.Fatalf("ended with %v, want exit code %s", err, args[0])
	}
	if count != times {
		ts.Fatalf("%d lines for %d pictures", count, times)
	}
}

// glob wants exactly one file of a pattern, with a text in it: glob PATTERN TEXT;
// ! glob PATTERN wants none.
func glob(ts *testscript.TestScript, neg bool, args []string) {
	found, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	switch {
	case neg && len(found) > 0:
		ts.Fatalf("there are %v", found)
	case !neg && len(found) != 1:
		ts.Fatalf("%d files of %s", len(found), args[0])
	case !neg:
		if text := ts.ReadFile(found[0]); len(args) > 1 && !strings.Contains(text, args[1]) {
			ts.Fatalf("%s holds no %q:\n%s", found[0], args[1], text)
		}
	}
}

// jsonLines checks standard output: jsonlines N NAME… wants N lines of JSON,
// of which line i has the i-th name as its image.
func jsonLines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: jsonlines NAME…")
	}
	lines := strings.Split(strings.TrimSuffix(ts.ReadFile("stdout"), "\n"), "\n")
	if len(lines) != len(args) {
		ts.Fatalf("%d lines, want %d:\n%s", len(lines), len(args), strings.Join(lines, "\n"))
	}
	for i, line := range lines {
		var v struct {
			Image   string          `json:"image"`
			Caption json.RawMessage `json:"caption"`
			Error   *struct{ Kind, Message string }
		}
		d := json.NewDecoder(bytes.NewReader([]byte(line)))
		if err := d.Decode(&v); err != nil {
			ts.Fatalf("line %d is no JSON: %v\n%s", i+1, err, line)
		}
		if want := args[i]; v.Image != want {
			ts.Fatalf("line %d is about %q, want %q", i+1, v.Image, want)
		}
		if v.Error == nil && v.Caption == nil && !bytes.Contains([]byte(line), []byte(`"instances"`)) && !bytes.Contains([]byte(line), []byte(`"classes"`)) {
			ts.Fatalf("line %d has neither a result nor an error: %s", i+1, line)
		}
		if v.Error != nil && v.Error.Message == "" {
			ts.Fatalf("line %d has an error without a message: %s", i+1, line)
		}
	}
}
