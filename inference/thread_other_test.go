//go:build !linux

package inference

// threadID is not known here: the check is left to Linux.
func threadID() int { return 0 }
