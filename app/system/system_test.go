package system

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"testing"
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
	c, err := ReadClipboard(context.Background())
	if err != nil || string(c.Picture) != "PNG-BYTES" {
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
			got, err := ReadClipboard(context.Background())
			if err != nil || !reflect.DeepEqual(got.Paths, c.paths) || got.Text != c.text {
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
	if _, err := ReadClipboard(context.Background()); err == nil || err.Error() != "pasting needs the program xclip (Debian, Ubuntu: apt-get install xclip)" {
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
