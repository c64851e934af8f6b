//go:build !windows

package transfer

import "syscall"

// The system errors that have messages of their own.
var (
	errnoFull     = []error{syscall.ENOSPC, syscall.EDQUOT}
	errnoTooLarge = []error{syscall.EFBIG}
	errnoReadOnly = []error{syscall.EROFS, syscall.EACCES, syscall.EPERM}
	errNoLocks    = error(syscall.ENOLCK)
)

// removing reports whether an error only means that a file is being removed.
func removing(error) bool { return false }
