//go:build !cgo

package ort

import "errors"

// openNative fails: ONNX Runtime needs cgo.
func openNative(string) (probe, nativeLibrary, error) {
	return probe{}, nil, errors.New("this program was built without cgo and cannot run models")
}
