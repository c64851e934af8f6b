package identify

import (
	"slices"

	"descry/models/onnx"
	"descry/models/weights"
)

// survey is a view of weights that notes what graphs ask for and refuses nothing,
// so that a graph is built to its end though tensors are absent, and all that is
// missing is found. The tensors become inputs of the graph, which is never run.
type survey struct {
	onnx.Weights
	requests []request
	index    map[string]int
}

// request is one tensor that a graph asked for.
type request struct {
	name  string
	shape []int64 // as the graph asked for it; 0: the size followed from a tensor that is absent
	found bool    // there is a tensor of that name
	fits  bool    // … of that shape, and of a type and a storage that can be computed with
}

// Use notes what is asked for, each name once, and returns a tensor of that shape
// without a file.
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

// requested reports whether a tensor of that name was asked for.
func (s *survey) requested(name string) bool {
	_, ok := s.index[name]
	return ok
}
