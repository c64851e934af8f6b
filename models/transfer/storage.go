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
	// The cause goes without any Failure around it: atomicfile words its trouble
	// as that of any file, here it is the store's.
	cause := rootOf(err)
	fault := func(format string, args ...any) *failure.Failure {
		return failure.Wrap(failure.Storage, "download", path, failure.Worded(cause, format, args...), "")
	}
	switch {
	case isOneOf(err, errnoFull):
		return fault("the disk is full").WithHint("Free some space and try again: what has arrived is kept.")
	case isOneOf(err, errnoTooLarge):
		return fault("the file is larger than its file system, or a limit set for this program, allows").WithHint("Choose a folder on another disk (DESCRY_HOME).")
	case isOneOf(err, errnoReadOnly) || errors.Is(err, fs.ErrPermission):
		return fault("its folder is not writable").WithHint("Change the folder's permissions, or choose another (DESCRY_HOME).")
	case errors.Is(err, fs.ErrNotExist):
		return fault("its folder was removed").WithHint("Try again.")
	}
	return fault("it could not be written: %s", failure.Plain(err)).WithHint("Check the disk, or choose another folder (DESCRY_HOME).")
}

// rootOf returns the cause beneath a Failure.
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
		return nil // the disk cannot say; writing will show
	}
	if need := uint64(more) + reserve; free < need {
		return failure.New(failure.Storage, "download", path,
			"the disk has %s free, and %s are needed", megabytes(free), megabytes(need)).WithHint("Free some space, or choose another folder (DESCRY_HOME).")
	}
	return nil
}

func megabytes(n uint64) string { return count(int64((n+999_999)/1_000_000)) + " MB" }
