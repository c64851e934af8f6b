package transfer

import (
	"errors"

	"golang.org/x/sys/windows"
)

// The system errors that have messages of their own.
var (
	errnoFull     = []error{windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL, windows.ERROR_DISK_QUOTA_EXCEEDED}
	errnoTooLarge = []error{windows.ERROR_FILE_TOO_LARGE}
	errnoReadOnly = []error{windows.ERROR_WRITE_PROTECT, windows.ERROR_ACCESS_DENIED}
	errNoLocks    = error(windows.ERROR_INVALID_FUNCTION)
)

// removing reports whether an error only means that a file is being removed.
func removing(err error) bool { return errors.Is(err, windows.ERROR_DELETE_PENDING) }
