package weights

// Survey is a list of what graphs ask a file for. A file with a survey lets a
// graph be built to its end though tensors are absent: so one learns all that is
// missing, and what of the file nobody wants (package identify). Such a graph
// cannot be run.
type Survey struct {
	asked []Asked
	index map[string]int
}

// Asked is one tensor that a graph wanted.
type Asked struct {
	Name  string
	Shape []int64 // as the graph wanted it; 0: the size followed from a tensor that is absent
	Found bool    // the file has a tensor of that name
	Fits  bool    // … of that shape, and of a type and a storage that can be computed with
}

// WithSurvey returns the same file, of which s notes what is asked for. The file
// itself is not changed.
func (f *File) WithSurvey(s *Survey) *File {
	g := *f
	g.survey = s
	return &g
}

// Survey is the file's survey, or nil.
func (f *File) Survey() *Survey { return f.survey }

// Note files that f was asked for a tensor of that name and shape.
func (s *Survey) Note(f *File, name string, shape []int64) {
	if _, twice := s.index[name]; twice {
		return
	}
	a := Asked{Name: name, Shape: append([]int64(nil), shape...)}
	if t, ok := f.Get(name); ok {
		a.Found, a.Fits = true, t.DType.Usable() && t.Gaps == "" && len(t.Shape) == len(shape)
		for i := 0; i < len(shape) && a.Fits; i++ {
			a.Fits = shape[i] == t.Shape[i] || shape[i] == 0
		}
	}
	if s.index == nil {
		s.index = map[string]int{}
	}
	s.index[name] = len(s.asked)
	s.asked = append(s.asked, a)
}

// Asked lists the tensors that were wanted, each once, in the order of asking.
func (s *Survey) Asked() []Asked { return s.asked }

// Wants reports whether a tensor of that name was asked for.
func (s *Survey) Wants(name string) bool {
	_, ok := s.index[name]
	return ok
}
