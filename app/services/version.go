package services

import (
	"fmt"
	"runtime"
)

// version is set by the Makefile from git describe.
var version = "unknown"

// Version returns the version of this build, as printed by git describe.
func Version() string { return version }

// VersionLine returns the version with the operating system, architecture and
// version of Go.
func VersionLine() string {
	return fmt.Sprintf("descry %s (%s/%s, %s)", version, runtime.GOOS, runtime.GOARCH, runtime.Version())
}
