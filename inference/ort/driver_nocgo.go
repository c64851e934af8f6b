//go:build !cgo

package ort

import "errors"

// nvidiaDriver is the twin for a program built without cgo.
func nvidiaDriver() error { return errors.New("this program was built without cgo") }
