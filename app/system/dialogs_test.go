package system

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// only leaves one program, a shell script, in the PATH, and no portal.
func only(t *testing.T, name, script string) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the programs of Linux")
	}
	dir := t.TempDir()
	if name != "" {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
}

func TestASystemWithoutDialogsSaysSo(t *testing.T) {
	only(t, "", "")
	for _, d := range []FileDialog{{}, {Save: true}, {Directory: true}} {
		if paths, err := d.Ask(context.Background()); !errors.Is(err, ErrNoDialog) || paths != nil {
			t.Errorf("%+v: %v, %v", d, paths, err)
		}
	}
}

func TestADialogIsAskedForWhatIsWanted(t *testing.T) {
	asked := filepath.Join(t.TempDir(), "asked")
	only(t, "zenity", `printf '%s\n' "$@" > '`+asked+`'; printf '/one.png\n'`)
	for name, c := range map[string]struct {
		d    FileDialog
		with []string
		not  string
	}{
		"pictures": {FileDialog{Title: "Open pictures", Folder: "/photos"}, []string{"Open pictures", "--multiple", "/photos/", "Pictures|", "All files|"}, "--save"},
		"anything": {FileDialog{Title: "Import", Anything: true}, []string{"--multiple", "All files|*"}, "Pictures|"},
		"a place":  {FileDialog{Title: "Save", Folder: "/out", Name: "a.png", Save: true}, []string{"--save", "/out/a.png"}, "--multiple"},
		"a folder": {FileDialog{Folder: "/out", Directory: true}, []string{"--directory", "/out/"}, "--save"},
	} {
		t.Run(name, func(t *testing.T) {
			paths, err := c.d.Ask(context.Background())
			if err != nil || !slices.Equal(paths, []string{"/one.png"}) {
				t.Fatalf("%v, %v", paths, err)
			}
			text, err := os.ReadFile(asked)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range c.with {
				if !strings.Contains(string(text), want) {
					t.Errorf("it was not asked with %s:\n%s", want, text)
				}
			}
			if strings.Contains(string(text), c.not) {
				t.Errorf("it was asked with %s:\n%s", c.not, text)
			}
		})
	}
}

func TestADialogThatIsDismissedHasNoPaths(t *testing.T) {
	only(t, "zenity", "exit 1")
	for _, d := range []FileDialog{{}, {Save: true}, {Directory: true}} {
		if paths, err := d.Ask(context.Background()); err != nil || len(paths) != 0 {
			t.Errorf("%+v: %v, %v", d, paths, err)
		}
	}
}

func TestFoldersAreReplacedByTheirPictures(t *testing.T) {
	full, empty := t.TempDir(), t.TempDir()
	one, two := filepath.Join(full, "2.png"), filepath.Join(full, "10.png")
	for _, path := range []string{one, two, filepath.Join(full, "notes.txt")} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got := Expand([]string{"absent.png", full, empty, one})
	if want := []string{"absent.png", one, two, empty, one}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if Expand(nil) != nil {
		t.Error("nothing became something")
	}
}

func TestTheFileManagerIsAskedToShow(t *testing.T) {
	shown := filepath.Join(t.TempDir(), "shown")
	only(t, "xdg-open", `printf '%s\n' "$@" >> '`+shown+`'`)
	dir := t.TempDir()
	ShowInFolder(context.Background(), filepath.Join(dir, "a.png"))
	made := filepath.Join(dir, "new", "folder")
	OpenFolder(context.Background(), made)
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	OpenFolder(context.Background(), filepath.Join(file, "below")) // cannot be created
	text, err := os.ReadFile(shown)
	if err != nil || string(text) != dir+"\n"+made+"\n" {
		t.Errorf("shown %q, %v", text, err)
	}
	if info, err := os.Stat(made); err != nil || !info.IsDir() {
		t.Error("the folder was not made")
	}
	t.Setenv("PATH", "")
	ShowInFolder(context.Background(), dir) // a system without a file manager
}

func TestTextIsReadAsPathsOnlyWhereAllExist(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a b.png")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		text  string
		paths []string
	}{
		"a path":            {file, []string{file}},
		"quoted":            {`"` + file + `"`, []string{file}},
		"an address":        {"file://" + strings.ReplaceAll(file, " ", "%20"), []string{file}},
		"with a comment":    {"# copied\r\n" + file + "\r\n", []string{file}},
		"one does not":      {file + "\n/no/such/file.png", nil},
		"prose":             {"a boat", nil},
		"another address":   {"https://example.org/a.png", nil},
		"nothing but space": {" \n ", nil},
	} {
		if got := textClip(c.text); !slices.Equal(got.Paths, c.paths) || got.Text != c.text {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
