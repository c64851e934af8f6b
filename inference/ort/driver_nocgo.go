//go:build !cgo

package ort

import "errors"

// nvidiaDriver fails: loading a driver needs cgo.
func nvidiaDriver() error { return errors.New("this program was built without cgo") }
