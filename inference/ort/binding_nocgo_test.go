//go:build !cgo

package ort

import (
	"errors"
	"testing"

	"descry/internal/failure"
)

func needsCgo(t testing.TB) { t.Skip("built without cgo") }

func TestWithoutCgoOpenFails(t *testing.T) {
	_, err := Open("libonnxruntime.so.1")
	var f *failure.Failure
	if !errors.As(err, &f) || f.Kind != failure.Model || f.Message.String() != "this program was built without cgo and cannot run models" {
		t.Errorf("error %#v", err)
	}
}
