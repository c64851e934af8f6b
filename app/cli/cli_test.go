package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descry/app/services"
	"descry/internal/failure"
	"descry/settings"
)

// terminal is a command line over its own folder, without a library.
type terminal struct {
	home    string
	env     map[string]string
	in      io.Reader
	opened  []services.WindowOptions
	failing error // of the window
}

func newTerminal(t *testing.T) *terminal {
	t.Helper()
	home := t.TempDir()
	return &terminal{home: home, in: strings.NewReader(""), env: map[string]string{"DESCRY_HOME": home, "DESCRY_ORT": filepath.Join(home, "no-library"), "DESCRY_OFFLINE": "1"}}
}

// run runs a command line and returns what it wrote.
func (x *terminal) run(args ...string) (code int, out, errs string) {
	s := services.New(func(name string) string { return x.env[name] })
	var o, e bytes.Buffer
	code = Program{In: x.in, Out: &o, Err: &e, Services: s, OpenWindow: func(_ context.Context, w services.WindowOptions) error {
		x.opened = append(x.opened, w)
		return x.failing
	}}.Run(context.Background(), args)
	return code, o.String(), e.String()
}

// run runs the command line over a new folder.
func run(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	return newTerminal(t).run(args...)
}

// TestWrongUseIsOneLineWithAHint: exit code 2, and nothing on standard output.
func TestWrongUseIsOneLineWithAHint(t *testing.T) {
	for args, want := range map[string]string{
		"describe":                                 `no picture named. Name pictures, "-" for standard input, or --samples`,
		"describe --samples x.png":                 "pictures were named too. Give one or the other",
		"describe - -":                             `"-" was named twice, and standard input holds one picture. Name it once`,
		"describe --score 70 x":                    "--score 70 is not between 0 and 1. 70 % is 0.7.",
		"describe --score -0.1 x":                  "--score -0.1 is not between 0 and 1",
		"describe --score NaN x":                   "is not between 0 and 1",
		"describe --max-pixels 0 x":                "--max-pixels 0: a picture has at least one pixel",
		"describe --overwrite x":                   "--format and --overwrite need --out",
		"describe --only caption,poem x":           `--only "poem" is not one of caption, instances, classes`,
		"describe --only clases x":                 "Did you mean classes?",
		"describe --preset papr x":                 `--preset "papr" is none of`,
		"describe --beams 11 x":                    "--beams 11 is not between 1 and 10. 1 is greedy search",
		"describe --n-best 0 x":                    "--n-best 0 is not between 1 and 10",
		"describe --beams 2 --n-best 3 x":          "--n-best 3: 2 beams give no more than 2 captions. Raise --beams",
		"describe --max-tokens 0 x":                "--max-tokens 0: a caption has at least one token",
		"describe --min-tokens 9 --max-tokens 8 x": "--min-tokens 9 is negative or more than --max-tokens",
		"describe --length-norm hole x":            `--length-norm "hole" is neither whole nor generated. Did you mean whole?`,
		"describe --repetition-penalty 0 x":        "--repetition-penalty 0 is not above 0",
		"describe --repetition-penalty +Inf x":     "is not above 0",
		"describe --top-p 1.1 x":                   "--top-p 1.1 is not above 0 and at most 1",
		"describe --top-p 0.9 --beams 2 x":         "two ways of finding captions",
		"describe --top-p 0.9 --temperature 0 x":   "--temperature 0 is not above 0",
		"describe --temperature 0.5 x":             "only apply to random choice. Add --top-p 0.9",
		"describe --device gpu x":                  `--device "gpu" is none that this version knows (auto, cuda, directml, coreml, cpu)`,
		"describe --device cpi x":                  "Did you mean cpu?",
		"describe --threads -1 x":                  "--threads -1: the number of threads is 0 to 256",
		"describe --threads 9999 x":                "--threads 9999: the number of threads is 0 to 256",
		"describe --card-memory -1 x":              "--card-memory -1: the number of megabytes cannot be negative",
		"describe --out o --format jpg x":          "Did you mean jpeg?",
		"describe --jsn x":                         "Did you mean --json?",
		"describe --nothing-like-it x":             "Run descry describe --help for the flags it has",
		"descibe x.png":                            "neither a picture nor a command. Did you mean describe?",
		"inspect":                                  "no file named. Write descry inspect FILE",
		"inspect --device gpu x":                   "is none that this version knows",
		"models lst":                               `descry models has no command "lst". Did you mean list?`,
		"models pull":                              "no model named. descry models pull full",
		"models remove":                            "no model named. Name models or sets, or give --unused",
		"models import":                            "no file or folder named",
		"models licence":                           "no model named",
		"models licence blip-bas":                  "the catalogue has no such model. Did you mean blip-base?",
		"models path a b":                          "descry models path takes at most 1 name, and 2 are given",
		"doctor extra":                             "extra",
		"--threads -1":                             "is 0 to 256",
	} {
		t.Run(args, func(t *testing.T) {
			code, out, errs := run(t, strings.Fields(args)...)
			if code != codeUsage || out != "" {
				t.Errorf("exit code %d, standard output %q", code, out)
			}
			if !strings.HasPrefix(errs, "descry: ") || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, want) {
				t.Errorf("told %q, want %q", errs, want)
			}
		})
	}
}

func TestTheNumbersAtTheEdgesAreAllowed(t *testing.T) {
	x := newTerminal(t)
	for _, args := range []string{
		"--score 0", "--score 1", "--beams 1", "--beams 10 --n-best 10", "--top-p 1", "--top-p 0.9 --beams 1", "--top-p 0.9 --seed 3 --temperature 2",
		"--min-tokens 8 --max-tokens 8", "--max-pixels 1", "--only classes,caption", "--preset paper", "--length-norm generated", "--threads 0", "--card-memory 0",
	} {
		code, _, errs := x.run(append(strings.Fields("describe "+args), "absent.png")...)
		if code != codeModel || !strings.Contains(errs, "there is no ONNX Runtime library") {
			t.Errorf("%s: exit code %d, %s", args, code, errs)
		}
	}
}

func TestWithoutACommandTheWindowOpens(t *testing.T) {
	x := newTerminal(t)
	saved := settings.Default()
	saved.Model, saved.Device, saved.Threads, saved.Opacity = "fast", "cpu", 2, 0.25
	if err := services.SaveSettings(filepath.Join(x.home, "config"), saved); err != nil {
		t.Fatal(err)
	}
	catalogue := filepath.Join(x.home, "mine.json")
	if err := os.WriteFile(catalogue, []byte(`{"format": 1, "models": [{"name": "birds", "for": "caption", "architecture": "blip", "licence": "unknown", "files": [{"name": "m.bin", "url": "https://example.org/m.bin", "role": "weights", "bytes": 3, "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}]}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := x.run("a.png", "./b c.png"); code != codeDone {
		t.Fatal(errs)
	}
	if code, _, errs := x.run("--model", "full", "--device", "cuda", "--threads", "3", "--ort", "lib", "--card-memory", "7", "--any-memory", "--measure", "log", "--catalogue", catalogue); code != codeDone {
		t.Fatal(errs)
	}
	plain, flagged := x.opened[0], x.opened[1]
	if !slices.Equal(plain.Pictures, []string{"a.png", "./b c.png"}) || plain.Settings.Model != "fast" || plain.Settings.Device != "cpu" || plain.Settings.Threads != 2 || plain.Measure != "" {
		t.Errorf("the settings alone: %+v", plain)
	}
	if want := (services.RuntimeOptions{Device: "auto"}); plain.Runtime != want {
		t.Errorf("the runtime: %+v", plain.Runtime)
	}
	if s := flagged.Settings; s.Model != "full" || s.Device != "cuda" || s.Threads != 3 || s.Opacity != 0.25 || flagged.Measure != "log" {
		t.Errorf("flags over settings: %+v", flagged)
	}
	if want := (services.RuntimeOptions{Device: "cuda", Threads: 3, Library: "lib", CardMemory: 7 << 20, AnyMemory: true, Catalogue: catalogue}); flagged.Runtime != want {
		t.Errorf("the runtime: %+v", flagged.Runtime)
	}
	if got := services.LoadSettings(filepath.Join(x.home, "config")); got.Model != "fast" || got.Device != "cpu" {
		t.Errorf("the flags of one run were saved: %+v", got)
	}
}

func TestAWindowThatCannotOpenIsAnError(t *testing.T) {
	x := newTerminal(t)
	x.failing = failure.New(failure.Usage, "open", "", "there is no display to open a window on")
	if code, out, errs := x.run(); code != codeUsage || out != "" || errs != "descry: there is no display to open a window on\n" {
		t.Errorf("exit code %d: %s%s", code, out, errs)
	}
	if code, _, errs := x.run("--catalogue", "absent.json"); code != codeModel || !strings.Contains(errs, "absent.json") || len(x.opened) != 1 {
		t.Errorf("exit code %d: %s", code, errs)
	}
	x.env["DESCRY_CATALOGUE"] = "absent.json" // shown on the Models page
	if x.run(); len(x.opened) != 2 {
		t.Error("a variable's catalogue keeps the window from opening")
	}
}

// TestEveryCommandHasHelpWithAnExample walks the tree of commands.
func TestEveryCommandHasHelpWithAnExample(t *testing.T) {
	p := &program{services: services.New(func(string) string { return "" }), out: io.Discard, err: io.Discard}
	seen := map[string]bool{}
	commands := p.command().Commands()
	for len(commands) > 0 {
		c := commands[0]
		commands = append(commands[1:], c.Commands()...)
		seen[c.CommandPath()] = true
		if c.Short == "" || c.Example == "" && !c.Hidden {
			t.Errorf("%s: short help %q, example %q", c.CommandPath(), c.Short, c.Example)
		}
	}
	for _, want := range []string{"descry describe", "descry inspect", "descry doctor", "descry devices", "descry version", "descry models list", "descry models pull", "descry models import", "descry models verify", "descry models remove", "descry models path", "descry models licence", "descry measure-speed"} {
		if !seen[want] {
			t.Errorf("there is no %s; there are %v", want, slices.Sorted(maps.Keys(seen)))
		}
	}
	code, out, _ := run(t, "--help")
	if code != codeDone || strings.Contains(out, "measure-speed") || strings.Contains(out, "--measure ") || !strings.Contains(out, "inspect") {
		t.Errorf("exit code %d: %s", code, out)
	}
	if code, out, _ := run(t, "version"); code != codeDone || !strings.HasPrefix(out, "descry unknown (") {
		t.Errorf("exit code %d: %s", code, out)
	}
}

func TestAnErrorIsToldOnceAndOnOneLine(t *testing.T) {
	var errs bytes.Buffer
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	for name, c := range map[string]struct {
		ctx  context.Context
		err  error
		code int
		told string
	}{
		"none":           {context.Background(), nil, codeDone, ""},
		"told already":   {context.Background(), &reportedError{codeSome}, codeSome, ""},
		"of the parser":  {context.Background(), errors.New("unknown\nthing"), codeUsage, "descry: unknown thing\n"},
		"the disk":       {context.Background(), failure.New(failure.Storage, "", "cache", "it is full"), codeStorage, "descry: cache: it is full\n"},
		"a person's":     {context.Background(), failure.New(failure.Unwritable, "", "a.png", "no permission"), codeSome, "descry: a.png: no permission\n"},
		"little memory":  {context.Background(), failure.New(failure.Memory, "", "m", "too large"), codeModel, "descry: m: too large\n"},
		"an interrupt":   {ended, failure.New(failure.Cancelled, "", "", "stopped"), codeInterrupted, "descry: interrupted\n"},
		"told, and then": {ended, &reportedError{codeSome}, codeSome, ""},
	} {
		errs.Reset()
		p := &program{ctx: c.ctx, err: &errs}
		if got := p.finish(c.err); got != c.code || errs.String() != c.told {
			t.Errorf("%s: exit code %d, told %q", name, got, errs.String())
		}
	}
}
