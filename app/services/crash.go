package services

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"time"
)

// KeepCrashFile makes the Go runtime write the reason of a crash to a file in the
// state folder as well as to standard error. The returned function removes the file
// if it is empty, as it normally is. A folder that cannot be written does not keep
// the program from starting.
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
