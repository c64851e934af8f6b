// Package arch holds the architectures: one file for each, which reads like the
// paper it comes from, and one table of them (architectures.go), which the rest of
// the program reads. An architecture takes a configuration and a file of
// official weights and builds ONNX graphs over them (package onnx); layers are
// small structs whose constructors look up their tensors and whose forward method
// is the layer's equation, with shapes in the comments.
package arch
