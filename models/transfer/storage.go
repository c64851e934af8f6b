package transfer

import (
	"errors"
	"io/fs"
	"path/filepath"

	"descry/internal/failure"
)

// reserve is what a transfer leaves free on a disk.
const reserve = 64 << 20

// storageFault words trouble with the disk or folder of path.
func storageFault(path string, err error) *failure.Failure {
	message, hint := "it could not be written: "+failure.Plain(err), "Check the disk, or choose another folder (DESCRY_HOME)."
	switch {
	case isOneOf(err, errnoFull):
		message, hint = "the disk is full", "Make room and try again: what has arrived is kept."
	case isOneOf(err, errnoTooLarge):
		message, hint = "the file is longer than its file system, or a limit set for this program, allows", "Choose a folder on another disk (DESCRY_HOME)."
	case isOneOf(err, errnoReadOnly) || errors.Is(err, fs.ErrPermission):
		message, hint = "its folder may not be written in", "Change the folder's permissions, or choose another (DESCRY_HOME)."
	case errors.Is(err, fs.ErrNotExist):
		message, hint = "its folder has gone", "Try again."
	}
	// The cause goes without any Failure around it: atomicfile words its trouble
	// as that of any file, here it is the store's.
	return failure.Wrap(failure.Storage, "download", path, failure.Worded(rootOf(err), "%s", message), "%s", hint)
}

// rootOf is the cause beneath a Failure.
func rootOf(err error) error {
	var f *failure.Failure
	if errors.As(err, &f) && f.Unwrap() != nil {
		return rootOf(f.Unwrap())
	}
	return err
}

// roomFor checks that the disk of path takes so many bytes more.
func (c *Client) roomFor(path string, more int64) error {
	if c.Free == nil || more <= 0 {
		return nil
	}
	free, err := c.Free(filepath.Dir(path))
	if err != nil {
		return nil // the disk cannot say; writing will tell
	}
	if need := uint64(more) + reserve; free < need {
		return failure.New(failure.Storage, "download", path,
			"the disk has %s free and %s are needed", megabytes(free), megabytes(need)).WithHint("Make room, or choose another folder (DESCRY_HOME).")
	}
	return nil
}

func megabytes(n uint64) string { return count(int64((n+999_999)/1_000_000)) + " MB" }
