package system

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/ncruces/zenity"
	"github.com/rymdport/portal/filechooser"

	"descry/picture"
)

// ErrNoDialog is returned if the system has no file dialog of its own. The window
// then shows the toolkit's.
var ErrNoDialog = errors.New("no native file dialog")

// FileDialog describes a file dialog to show.
type FileDialog struct {
	Title  string
	Folder string // the folder shown first
	Name   string // the proposed name, when saving
	Save   bool

	Directory bool // choose a folder
	Anything  bool // offer any file, not only pictures
}

// Ask shows the system's own dialog and returns the chosen paths, or none if it was
// dismissed. It tries the desktop's portal (Linux), then zenity (Linux) or the
// system's dialog (Windows, macOS), and otherwise returns ErrNoDialog.
func (d FileDialog) Ask(ctx context.Context) ([]string, error) {
	if runtime.GOOS == "linux" && os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		if paths, err := d.askPortal(); err == nil {
			return paths, nil
		}
	}
	if runtime.GOOS == "linux" {
		if !anyProgram("zenity", "qarma", "matedialog") {
			return nil, ErrNoDialog
		}
	}
	return d.askZenity(ctx)
}

// anyProgram reports whether one of the programs is installed.
func anyProgram(names ...string) bool {
	for _, name := range names {
		if _, err := exec.LookPath(name); err == nil {
			return true
		}
	}
	return false
}

func (d FileDialog) askPortal() ([]string, error) {
	var addresses []string
	var err error
	if d.Directory {
		addresses, err = filechooser.OpenFile("", d.Title, &filechooser.OpenFileOptions{Directory: true, CurrentFolder: d.Folder})
	} else if d.Save {
		addresses, err = filechooser.SaveFile("", d.Title, &filechooser.SaveFileOptions{CurrentFolder: d.Folder, CurrentName: d.Name})
	} else {
		var rules []filechooser.Rule
		for _, pattern := range picturePatterns() {
			rules = append(rules, filechooser.Rule{Type: filechooser.GlobPattern, Pattern: pattern})
		}
		all := []filechooser.Rule{{Type: filechooser.GlobPattern, Pattern: "*"}}
		filters := []*filechooser.Filter{{Name: "Pictures", Rules: rules}, {Name: "All files", Rules: all}}
		if d.Anything {
			filters = filters[1:]
		}
		addresses, err = filechooser.OpenFile("", d.Title, &filechooser.OpenFileOptions{
			Multiple: true, CurrentFolder: d.Folder,
			Filters: filters,
		})
	}
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, a := range addresses {
		paths = append(paths, portalPath(strings.TrimPrefix(a, "file://")))
	}
	return paths, nil
}

// portalPath repairs a path in which the portal library has turned "+" into a
// blank (it unescapes addresses as if they were forms).
func portalPath(path string) string {
	if _, err := os.Lstat(path); err == nil || !strings.Contains(path, " ") {
		return path
	}
	escaped := strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`, " ", "[ +]").Replace(path)
	if found, err := filepath.Glob(escaped); err == nil && len(found) == 1 {
		return found[0]
	}
	return path
}

func (d FileDialog) askZenity(ctx context.Context) ([]string, error) {
	options := []zenity.Option{zenity.Context(ctx), zenity.Title(d.Title)}
	if d.Save {
		path, err := zenity.SelectFileSave(append(options, zenity.Filename(filepath.Join(d.Folder, d.Name)), zenity.ConfirmOverwrite())...)
		if errors.Is(err, zenity.ErrCanceled) {
			return nil, nil
		}
		return []string{path}, err
	}
	if d.Directory {
		path, err := zenity.SelectFile(append(options, zenity.Directory(), zenity.Filename(d.Folder+string(filepath.Separator)))...)
		if errors.Is(err, zenity.ErrCanceled) {
			return nil, nil
		}
		return []string{path}, err
	}
	folder := d.Folder
	if folder != "" {
		folder += string(filepath.Separator)
	}
	filters := zenity.FileFilters{{Name: "Pictures", Patterns: picturePatterns(), CaseFold: true}, {Name: "All files", Patterns: []string{"*"}}}
	if d.Anything {
		filters = filters[1:]
	}
	paths, err := zenity.SelectFileMultiple(append(options, zenity.Filename(folder), filters)...)
	if errors.Is(err, zenity.ErrCanceled) {
		return nil, nil
	}
	return paths, err
}

// picturePatterns returns patterns for the file names of pictures, in lower and upper
// case, since the portal's patterns are case-sensitive.
func picturePatterns() []string {
	var patterns []string
	for _, ext := range picture.Extensions() {
		patterns = append(patterns, "*"+ext, "*"+strings.ToUpper(ext))
	}
	return patterns
}
