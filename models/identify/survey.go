package identify

import (
	"slices"

	"descry/models/onnx"
	"descry/models/weights"
)

// survey is a view of weights that records the tensors that a graph requests and accepts
// every request. So a graph is built to its end even if tensors are missing, and all
// missing ones are found. The tensors become inputs of the graph, which is never run.
type survey struct {
	onnx.Weights
	requests []request
	index    map[string]int
}

// request is a tensor that a graph requested.
type request struct {
	name  string
	shape []int64 // as requested; 0: the size depends on a missing tensor
	found bool    // a tensor of that name exists
	fits  bool    // it has that shape, and a type and storage that can be used
}

// Use records a request, each name once, and returns a tensor of that shape without a
// file.
func (s *survey) Use(name string, shape []int64) (weights.Tensor, string, error) {
	made := weights.Tensor{Name: name, DType: weights.F32, Shape: slices.Clone(shape)}
	if s.requested(name) {
		made.Shape = s.requests[s.index[name]].shape
		return made, "", nil
	}
	a := request{name: name, shape: made.Shape}
	if t, ok := s.Get(name); ok {
		a.found, a.fits = true, t.DType.Usable() && t.Gaps == nil && len(t.Shape) == len(shape)
		for i := 0; i < len(shape) && a.fits; i++ {
			a.fits = shape[i] == t.Shape[i] || shape[i] == 0
		}
	}
	if s.index == nil {
		s.index = map[string]int{}
	}
	s.index[name] = len(s.requests)
	s.requests = append(s.requests, a)
	return made, "", nil
}

// requested reports whether a tensor of that name was requested.
func (s *survey) requested(name string) bool {
	_, ok := s.index[name]
	return ok
}
