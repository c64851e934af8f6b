package services

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"time"
)

// KeepCrashFile lets the Go runtime write the reason of a crash to a file of
// the state folder as well as to standard error. The file is removed again by
// the returned function when nothing was written, which is the rule. A folder
// that cannot be written is no reason not to start.
func KeepCrashFile(state string) (done func()) {
	dir := filepath.Join(state, "crashes")
	if os.MkdirAll(dir, 0o700) != nil {
		return func() {}
	}
	f, err := os.CreateTemp(dir, time.Now().Format("2006-01-02T150405")+"-*.txt")
	if err != nil {
		return func() {}
	}
	if debug.SetCrashOutput(f, debug.CrashOptions{}) != nil {
		f.Close()
		os.Remove(f.Name())
		return func() {}
	}
	return func() {
		debug.SetCrashOutput(nil, debug.CrashOptions{})
		info, err := f.Stat()
		f.Close()
		if err == nil && info.Size() == 0 {
			os.Remove(f.Name())
		}
	}
}
