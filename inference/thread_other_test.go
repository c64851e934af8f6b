//go:build !linux

package inference

// threadID returns 0: the thread is checked on Linux only.
func threadID() int { return 0 }
