//go:build !windows

package network

import "syscall"

// The system's errors that have sentences of their own.
var (
	errnoNoNet   = []error{syscall.ENETUNREACH, syscall.ENETDOWN}
	errnoRefused = []error{syscall.ECONNREFUSED}
	errnoCut     = []error{syscall.ECONNRESET, syscall.EPIPE}
)
