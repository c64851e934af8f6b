package app

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"testing"

	"descry/internal/failure"
	"descry/picture"
)

// fakeTool puts a shell script under the name of a clipboard tool into the PATH.
// The script answers as the real tool does: kinds, then contents.
func fakeTool(t *testing.T, name, script string) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the clipboard tools of Linux")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("WAYLAND_DISPLAY", "")
	t.Setenv("DISPLAY", ":0")
}

func TestAPictureOnTheClipboardComesBeforeItsText(t *testing.T) {
	fakeTool(t, "xclip", `case "$*" in
*TARGETS*) printf 'TIMESTAMP\ntext/plain\nimage/jpeg\nimage/png\n' ;;
*image/png*) printf 'PNG-BYTES' ;;
*) printf 'some text' ;;
esac`)
	c, err := readClipboard(context.Background())
	if err != nil || string(c.picture) != "PNG-BYTES" {
		t.Errorf("got %+v, %v", c, err)
	}
}

func TestPathsOnTheClipboardAreFilesThatExist(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a b.png")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		script string
		paths  []string
		text   string
	}{
		"files from a file manager": {`case "$*" in *TARGETS*) echo text/uri-list ;; *) printf '%s\r\n' 'file://` + dir + `/a%20b.png' ;; esac`, []string{file}, ""},
		"a path as text":            {`case "$*" in *TARGETS*) echo UTF8_STRING ;; *) printf '` + file + `\n' ;; esac`, []string{file}, file + "\n"},
		"a text that is no path":    {`case "$*" in *TARGETS*) echo UTF8_STRING ;; *) printf 'hello' ;; esac`, nil, "hello"},
		"nothing":                   {`exit 1`, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			fakeTool(t, "xclip", c.script)
			got, err := readClipboard(context.Background())
			if err != nil || !reflect.DeepEqual(got.paths, c.paths) || got.text != c.text {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestAMissingClipboardToolIsNamed(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the clipboard tools of Linux")
	}
	t.Setenv("PATH", t.TempDir())
	t.Setenv("WAYLAND_DISPLAY", "")
	t.Setenv("DISPLAY", ":0")
	if _, err := readClipboard(context.Background()); err == nil || err.Error() != "pasting needs the program xclip (Debian, Ubuntu: apt-get install xclip)" {
		t.Errorf("error %v", err)
	}
}

func TestAPlusThatThePortalTurnedIntoABlankComesBack(t *testing.T) {
	dir := t.TempDir()
	plus := filepath.Join(dir, "a+b [1].png")
	if err := os.WriteFile(plus, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := portalPath(filepath.Join(dir, "a b [1].png")); got != plus {
		t.Errorf("got %s", got)
	}
	if absent := filepath.Join(dir, "no such file.png"); portalPath(absent) != absent {
		t.Error("an absent file became another")
	}
}

func TestSamplesAreNoPhotographsAndPhotographsAre(t *testing.T) {
	for _, in := range sampleInputs() {
		p, err := in.open(context.Background(), picture.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		if looksLikePhoto(p) {
			t.Errorf("%s was taken for a photograph", in.name)
		}
	}
	shared := os.Getenv("DESCRY_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "shared")
	}
	photos, _ := filepath.Glob(filepath.Join(shared, "photos", "*.jpg"))
	for _, path := range photos {
		p, err := picture.Open(context.Background(), path, picture.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		if !looksLikePhoto(p) {
			t.Errorf("%s was not taken for a photograph", path)
		}
	}
}

func TestErrorsBecomeOneLineAndAnExitCode(t *testing.T) {
	for kind, want := range map[failure.Kind]int{
		failure.Usage: codeUsage, failure.Model: codeModel, failure.Network: codeNetwork, failure.Storage: codeStorage, failure.Cancelled: codeInterrupted, failure.Unreadable: codeSome, failure.Unsupported: codeSome, failure.TooLarge: codeSome,
	} {
		if got := codeOf(failure.New(kind, "", "x", "is bad")); got != want {
			t.Errorf("%s: exit code %d, want %d", kind, got, want)
		}
	}
	if got := oneLine("two\nlines\tand  blanks"); got != "two lines and blanks" {
		t.Errorf("%q", got)
	}
	if got := printable("a\x1b[31m\u0085b\xff"); got != "a\uFFFD[31m\uFFFDb\uFFFD" {
		t.Errorf("%q", got)
	}
}

func TestDescryHomeHoldsAllFolders(t *testing.T) {
	d := FindDirs(func(string) string { return "/x" })
	if want := (Dirs{"/x/cache", "/x/config", "/x/data", "/x/state"}); runtime.GOOS != "windows" && d != want {
		t.Errorf("%+v", d)
	}
	if d := FindDirs(func(string) string { return "" }); d.Cache == "" || filepath.Base(d.Config) != "descry" {
		t.Errorf("%+v", d)
	}
}
