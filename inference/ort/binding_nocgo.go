//go:build !cgo

package ort

import "errors"

// openNative is the twin for a program built without cgo.
func openNative(string) (probe, nativeLibrary, error) {
	return probe{}, nil, errors.New("this program was built without cgo and cannot run models")
}
