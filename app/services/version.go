package services

import (
	"fmt"
	"runtime"
)

// version is set by the Makefile from git describe.
var version = "unknown"

// Version names this build, as git describe does.
func Version() string { return version }

// VersionLine says which build this is, on which system, made by which Go.
func VersionLine() string {
	return fmt.Sprintf("descry %s (%s/%s, %s)", version, runtime.GOOS, runtime.GOARCH, runtime.Version())
}
