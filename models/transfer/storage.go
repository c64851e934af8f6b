package transfer

import (
	"errors"
	"io/fs"
	"path/filepath"

	"descry/internal/failure"
)

// reserve is how many bytes a transfer leaves free on the disk.
const reserve = 64 << 20

// storageFault returns the failure for an error of the disk or folder of path.
func storageFault(path string, err error) *failure.Failure {
	// Unwrap the Failure of package atomicfile: its message is for any file, this one
	// is for the store's.
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

// roomFor returns an error if the disk of path has no room for more bytes.
func (c *Client) roomFor(path string, more int64) error {
	if c.Free == nil || more <= 0 {
		return nil
	}
	free, err := c.Free(filepath.Dir(path))
	if err != nil {
		return nil // unknown; a full disk is reported on writing
	}
	if need := uint64(more) + reserve; free < need {
		return failure.New(failure.Storage, "download", path,
			"the disk has %s free, and %s are needed", megabytes(free), megabytes(need)).WithHint("Free some space, or choose another folder (DESCRY_HOME).")
	}
	return nil
}

func megabytes(n uint64) string { return count(int64((n+999_999)/1_000_000)) + " MB" }
