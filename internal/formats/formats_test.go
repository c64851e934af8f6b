package formats

import (
	"os"
	"path/filepath"
	"testing"
)

const source = `package a

import (
	"descry/internal/failure"
	words "descry/internal/message"
	other "descry/b"
)

const hint = "Try " + "again."

var variable = "not constant"

func bad(subject string, n int, format string, args ...any) error {
	return failure.New(failure.Model, "load", subject, format, args...)
}

func use(err error, text string) {
	const local = "a local %d"
	wrong := func(format string, args ...any) error { return bad("x", 1, format, args...) }
	_ = wrong("one %d", 1)
	_ = bad("x", 2, "two")
	_ = failure.Wrap(failure.Model, "load", "x", err, hint)
	_ = words.Of(local, 3)
	_ = words.Sprintf("%s", text)
	_ = failure.Worded(err, other.Shared).WithHint("the hint")
	_ = words.Of(variable)
	_ = words.Of("a" + text)
	_ = other.Of("somebody else's")
}

type thing struct{}

func (thing) fail(format string) { _ = words.Of(format) }
func (t thing) use()             { t.fail("three"); func() { t.fail("four") }() }
`

func TestMessagesAreFoundThroughWhatPassesThemOn(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"a/a.go": source, "b/b.go": "package b\n\nconst Shared = \"shared\"\n",
		"a/a_test.go": "package a\n\nvar _ = words.Of(\"a test's\")\n", "a/testdata/x.go": "nonsense",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	calls, err := Find(root)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"one %d": 1, "two": 0, "Try again.": 0, "a local %d": 1, "%s": 1, "the hint": 0, "shared": 0, "three": 0, "four": 0}
	variable := 0
	for _, c := range calls {
		if c.Package != "a" {
			t.Errorf("%+v", c)
		}
		if !c.Constant {
			variable++
			continue
		}
		args, ok := want[c.Format]
		if !ok || args != len(c.Args) {
			t.Errorf("%+v", c)
		}
		delete(want, c.Format)
	}
	if len(want) != 0 || variable != 2 {
		t.Errorf("not found: %v; %d formats are no constants, want 2", want, variable)
	}
	if _, err := Find(filepath.Join(root, "none")); err == nil {
		t.Error("a folder that is absent has messages")
	}
}
