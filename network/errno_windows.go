package network

import "golang.org/x/sys/windows"

// The system errors that have messages of their own.
var (
	errnoNoNet   = []error{windows.WSAENETUNREACH, windows.WSAENETDOWN}
	errnoRefused = []error{windows.WSAECONNREFUSED}
	errnoCut     = []error{windows.WSAECONNRESET, windows.WSAECONNABORTED}
)
