// Package atomicfile writes files completely or not at all.
//
// The bytes go to a new file in the target's folder, which is flushed to the disk
// (fsync), moved to the target's name in one step, and made durable by an fsync of
// the folder. A reader of the target, at any moment and after any power failure,
// sees the old file or the new one, never a part.
//
// Exclusive never replaces a file, even one that is created while ours is being
// written: the last step is a hard link, which fails if the name exists. On a file
// system without hard links, the name is first reserved by an empty file opened
// with O_EXCL.
package atomicfile

import (
	"bufio"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"descry/internal/failure"
	"descry/internal/message"
)

// Mode selects what happens to an existing file.
type Mode int

// The modes. Neither touches a folder, a link or a device.
const (
	Exclusive Mode = iota // it is never replaced: the write fails with fs.ErrExist
	Overwrite             // it is replaced in one step
)

// File is the part of an open file that Write uses.
type File interface {
	io.Writer
	Sync() error
	Close() error
}

// Ops holds the file operations that Write uses, so that a test can make each of
// them fail. OS returns the real ones.
type Ops struct {
	Lstat   func(path string) (fs.FileInfo, error)
	Create  func(path string, perm fs.FileMode) (File, error) // fails where path exists
	Link    func(oldPath, newPath string) error               // fails where newPath exists
	Rename  func(oldPath, newPath string) error               // replaces newPath
	Remove  func(path string) error
	SyncDir func(path string) error
}

// OS returns the operating system's file operations.
func OS() Ops {
	return Ops{
		Lstat: os.Lstat,
		Create: func(path string, perm fs.FileMode) (File, error) {
			return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
		},
		Link: os.Link, Rename: os.Rename, Remove: os.Remove, SyncDir: syncDir,
	}
}

// Write calls fill with a buffered writer and writes the result to path. On any
// error, also one of fill, path is unchanged and no other file remains. Errors are
// *failure.Failure; errors.Is(err, fs.ErrExist) reports that the name exists.
func Write(path string, mode Mode, fill func(io.Writer) error) error {
	return OS().Write(path, mode, fill)
}

// Write is like the function Write, with these operations.
func (o Ops) Write(path string, mode Mode, fill func(io.Writer) error) error {
	perm, err := o.target(path, mode)
	if err != nil {
		return err
	}
	folder := filepath.Dir(path)
	beside := filepath.Join(folder, ".descry-"+randomName()+".tmp")
	f, err := o.Create(beside, perm)
	if err != nil {
		return failureAt(path, err)
	}
	placed := false
	defer func() {
		if !placed {
			o.Remove(beside)
		}
	}()
	if err := fillAndSync(f, fill); err != nil {
		return failureAt(path, err)
	}
	if mode == Exclusive {
		err = o.placeNew(beside, path, perm)
	} else {
		err = o.Rename(beside, path)
	}
	if err != nil {
		return failureAt(path, err)
	}
	placed = true
	if err := o.SyncDir(folder); err != nil {
		return failureAt(path, err)
	}
	return nil
}

// target checks what is at path and returns the permissions for the new file.
func (o Ops) target(path string, mode Mode) (fs.FileMode, error) {
	info, err := o.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0o666, nil // less the umask
	case err != nil:
		return 0, failureAt(path, err)
	case !info.Mode().IsRegular():
		return 0, failure.New(failure.Unsupported, "write", path, "it is %s, not a file that can be replaced", kindOf(info.Mode())).WithHint("Choose another name.")
	case mode == Exclusive:
		return 0, failureAt(path, fs.ErrExist)
	}
	return info.Mode().Perm(), nil
}

// fillAndSync writes, flushes and closes f; the first error wins, and f is closed
// in any case, even if fill panics.
func fillAndSync(f File, fill func(io.Writer) error) (err error) {
	closed := false
	defer func() {
		if !closed {
			f.Close()
		}
	}()
	w := bufio.NewWriterSize(f, 1<<16)
	if err := fill(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	closed = true
	return f.Close()
}

// placeNew gives the file its final name in one step, unless that exists.
func (o Ops) placeNew(beside, path string, perm fs.FileMode) error {
	err := o.Link(beside, path)
	if err == nil {
		// Both names refer to the same file now; a leftover name does not make the
		// write fail.
		o.Remove(beside)
		return nil
	}
	if errors.Is(err, fs.ErrExist) || !noLinks(err) {
		return err
	}
	taken, err := o.Create(path, perm)
	if err != nil {
		return err
	}
	if err := taken.Close(); err != nil {
		o.Remove(path)
		return err
	}
	if err := o.Rename(beside, path); err != nil {
		o.Remove(path)
		return err
	}
	return nil
}

// noLinks reports whether err means that the file system has no hard links (FAT,
// many network and phone mounts: EPERM, ENOTSUP, ENOSYS, EMLINK).
func noLinks(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EMLINK)
}

// syncDir makes a rename in the folder durable. Windows has no such call, and some
// file systems refuse it; there durability depends on the file system.
func syncDir(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(path)
	if errors.Is(err, fs.ErrPermission) {
		return nil // a folder that is writable but not readable
	}
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}

func randomName() string {
	var b [8]byte
	rand.Read(b[:]) // never fails since Go 1.24
	return hex.EncodeToString(b[:])
}

// kindOf names a file that is not regular.
func kindOf(m fs.FileMode) message.Text {
	for _, k := range []struct {
		bit  fs.FileMode
		name message.Text
	}{
		{fs.ModeDir, message.Of("a folder")}, {fs.ModeSymlink, message.Of("a link")}, {fs.ModeNamedPipe, message.Of("a pipe")},
		{fs.ModeSocket, message.Of("a socket")}, {fs.ModeDevice, message.Of("a device")},
	} {
		if m&k.bit != 0 {
			return k.name
		}
	}
	return message.Of("a special file")
}

// failureAt returns err as a Failure of the file at path.
func failureAt(path string, err error) error {
	failed := func(format string, args ...any) *failure.Failure {
		return failure.Wrap(failure.Unwritable, "write", path, failure.Worded(err, format, args...), "")
	}
	switch {
	case errors.Is(err, fs.ErrExist):
		return failed("it exists already and was kept").WithHint("Choose another name or allow overwriting.")
	case errors.Is(err, syscall.ENOSPC):
		return failed("it could not be written: the disk is full").WithHint("Free some space or choose another folder.")
	case errors.Is(err, fs.ErrPermission):
		return failed("it could not be written: no permission").WithHint("Choose another folder.")
	case errors.Is(err, fs.ErrNotExist):
		return failed("it could not be written: the folder does not exist").WithHint("Create the folder or choose another.")
	}
	return failed("it could not be written: %s", failure.Plain(err))
}
