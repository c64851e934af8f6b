package identify

import "descry/internal/failure"

// identifyONNX says what a ready-made ONNX file is.
func identifyONNX(path string) (Report, error) {
	return Report{}, failure.New(failure.Model, "load", path, "it is an ONNX file", "")
}
