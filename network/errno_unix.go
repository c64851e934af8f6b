//go:build !windows

package network

import "syscall"

// The system errors that have messages of their own.
var (
	errnoNoNet   = []error{syscall.ENETUNREACH, syscall.ENETDOWN}
	errnoRefused = []error{syscall.ECONNREFUSED}
	errnoCut     = []error{syscall.ECONNRESET, syscall.EPIPE}
)
