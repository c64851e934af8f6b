package services

import (
	"os"
	"path/filepath"

	"github.com/adrg/xdg"

	"descry/inference/speed"
)

// Dirs are the folders that Descry owns. None of them need exist.
type Dirs struct {
	Cache  string // models, ONNX Runtime: can be downloaded again
	Config string // settings
	Data   string // edits of captions: cannot be restored
	State  string // logs, crash files
}

// FindDirs returns the XDG folders, or those below DESCRY_HOME where that is set.
func FindDirs(getenv func(string) string) Dirs {
	if home := getenv("DESCRY_HOME"); home != "" {
		if abs, err := filepath.Abs(home); err == nil {
			home = abs
		}
		return Dirs{filepath.Join(home, "cache"), filepath.Join(home, "config"), filepath.Join(home, "data"), filepath.Join(home, "state")}
	}
	return Dirs{
		Cache:  filepath.Join(xdg.CacheHome, "descry"),
		Config: filepath.Join(xdg.ConfigHome, "descry"),
		Data:   filepath.Join(xdg.DataHome, "descry"),
		State:  filepath.Join(xdg.StateHome, "descry"),
	}
}

// Models returns the folder of model sets.
func (d Dirs) Models() string { return filepath.Join(d.Cache, "models") }

// Runtime returns the folder of ONNX Runtime's libraries.
func (d Dirs) Runtime() string { return filepath.Join(d.Cache, "onnxruntime") }

// Speed returns the file of the speeds measured on this machine.
func (d Dirs) Speed() string { return filepath.Join(d.State, speed.FileName) }

// Edits returns the folder of captions written by people.
func (d Dirs) Edits() string { return filepath.Join(d.Data, "edits") }

// ExecutableDir returns the folder of the running program with links resolved, or ""
// if it is unknown.
func ExecutableDir() string {
	exe, err := os.Executable()
	if err != nil {
		return ""
	}
	if real, err := filepath.EvalSymlinks(exe); err == nil {
		exe = real
	}
	return filepath.Dir(exe)
}
