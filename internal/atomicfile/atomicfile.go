// Package atomicfile writes files whole or not at all.
//
// The bytes go into a new file beside the target, which is flushed to the disk
// (fsync), put in the target's place in one step and made lasting by an fsync
// of the folder. Whoever reads the target, at any moment and after any power
// cut, sees the old file or the new one, never a half.
//
// Exclusive never replaces anything, also if somebody else makes the file while
// ours is being written: the step that puts it in place is a hard link, which
// fails where the name is taken. Where a file system has no hard links, the
// name is taken first by an empty file opened with O_EXCL.
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
)

// Mode says what becomes of a file that is there already.
type Mode int

// The modes. Neither touches a folder, a link or a device.
const (
	Exclusive Mode = iota // it is never replaced: the write fails with fs.ErrExist
	Overwrite             // it is replaced in one step
)

// File is what Write needs of an open file.
type File interface {
	io.Writer
	Sync() error
	Close() error
}

// Ops are the file operations that Write is made of, so that a test can make
// each of them fail. OS gives the real ones.
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

// Write calls fill with a buffered writer and puts what it wrote at path. On
// any error, fill's own included, path is as it was before and nothing is left
// beside it. Errors are *failure.Failure; errors.Is(err, fs.ErrExist) tells that
// the name was taken.
func Write(path string, mode Mode, fill func(io.Writer) error) error {
	return OS().Write(path, mode, fill)
}

// Write is the function Write on these operations.
func (o Ops) Write(path string, mode Mode, fill func(io.Writer) error) error {
	perm, err := o.target(path, mode)
	if err != nil {
		return err
	}
	folder := filepath.Dir(path)
	beside := filepath.Join(folder, ".descry-"+randomName()+".tmp")
	f, err := o.Create(beside, perm)
	if err != nil {
		return trouble(path, err)
	}
	placed := false
	defer func() {
		if !placed {
			o.Remove(beside)
		}
	}()
	if err := fillAndSync(f, fill); err != nil {
		return trouble(path, err)
	}
	if mode == Exclusive {
		err = o.placeNew(beside, path, perm)
	} else {
		err = o.Rename(beside, path)
	}
	if err != nil {
		return trouble(path, err)
	}
	placed = true
	if err := o.SyncDir(folder); err != nil {
		return trouble(path, err)
	}
	return nil
}

// target checks what is at path and gives the permissions for the new file.
func (o Ops) target(path string, mode Mode) (fs.FileMode, error) {
	info, err := o.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0o666, nil // less the umask
	case err != nil:
		return 0, trouble(path, err)
	case !info.Mode().IsRegular():
		return 0, failure.New(failure.Unsupported, "write", path, "it is %s, not a file that can be replaced", kindOf(info.Mode())).WithHint("Choose another name.")
	case mode == Exclusive:
		return 0, trouble(path, fs.ErrExist)
	}
	return info.Mode().Perm(), nil
}

// fillAndSync writes, flushes and closes f; the first error wins and f is
// closed in any case, also when fill panics.
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

// placeNew returns the file its name if nobody has it, in one step.
func (o Ops) placeNew(beside, path string, perm fs.FileMode) error {
	err := o.Link(beside, path)
	if err == nil {
		// Both names are the same file now; one too many is no failure of the write.
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

// noLinks reports whether err says that the file system knows no hard links
// (FAT, many network and phone mounts: EPERM, ENOTSUP, ENOSYS, EMLINK).
func noLinks(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EMLINK)
}

// syncDir makes a rename in the folder last. Windows has no such call, and some
// file systems refuse it; there it is up to them.
func syncDir(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(path)
	if errors.Is(err, fs.ErrPermission) {
		return nil // a folder one may write in but not read
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

// kindOf names what is not a regular file.
func kindOf(m fs.FileMode) string {
	for _, k := range []struct {
		bit  fs.FileMode
		name string
	}{
		{fs.ModeDir, "a folder"}, {fs.ModeSymlink, "a link"}, {fs.ModeNamedPipe, "a pipe"},
		{fs.ModeSocket, "a socket"}, {fs.ModeDevice, "a device"},
	} {
		if m&k.bit != 0 {
			return k.name
		}
	}
	return "something special"
}

// trouble words err for the person whose file path should have been.
func trouble(path string, err error) error {
	worded, hint := failure.Worded(err, "it could not be written: %s", failure.Plain(err)), ""
	switch {
	case errors.Is(err, fs.ErrExist):
		worded, hint = failure.Worded(err, "it exists already and was left as it is"), "Choose another name or allow overwriting."
	case errors.Is(err, syscall.ENOSPC):
		worded, hint = failure.Worded(err, "it could not be written: the disk is full"), "Make room or choose another folder."
	case errors.Is(err, fs.ErrPermission):
		worded, hint = failure.Worded(err, "it could not be written: no permission"), "Choose another folder."
	case errors.Is(err, fs.ErrNotExist):
		worded, hint = failure.Worded(err, "it could not be written: the folder does not exist"), "Make the folder or choose another."
	}
	return failure.Wrap(failure.Unwritable, "write", path, worded, "%s", hint)
}
