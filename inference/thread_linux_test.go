package inference

import "syscall"

// threadID returns the ID of the calling OS thread.
func threadID() int { return syscall.Gettid() }
