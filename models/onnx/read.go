package onnx

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"descry/internal/failure"
)

// File describes an ONNX file: its interface, and the names and shapes of its
// weights, which are not read themselves.
type File struct {
	Path      string
	Producer  string
	Opset     int64          // of ONNX's own operators; 0 where none is stated
	Inputs    []Port         // without those that have an initialiser
	Outputs   []Port         //
	Weights   []Tensor       // the initialisers, in the file's order
	Operators map[string]int // how often each is used, those inside If and Loop included
}

// Port is an input or an output of a file's graph.
type Port struct {
	Name  string
	Elem  Elem
	Shape Shape // nil: not stated
}

// Tensor is an initialiser of a file's graph.
type Tensor struct {
	Name     string
	Elem     Elem
	Dims     []int64
	Location string // the file beside it that holds its data; "" for inside
}

// Limits of a file: far above every published model, and low enough that a file made
// to exhaust memory is refused first.
const (
	mostName       = 4096    // bytes of a name
	mostPorts      = 1024    // inputs, outputs
	mostTensors    = 1 << 16 // initialisers
	mostNodes      = 1 << 20 // with those of graphs within
	mostKinds      = 1024    // different operators
	mostDims       = 16
	mostDepth      = 8       // of graphs within graphs
	mostHeld       = 1 << 24 // bytes of names kept, in all
	mostProtoBytes = 1<<31 - 1
)

// ReadFile reads the description of an ONNX file. Errors are *failure.Failure of kind
// Model: the file is not ONNX, is damaged, has more of something than any model, or
// keeps data outside its folder.
func ReadFile(path string) (File, error) {
	wrong := func(err error) error {
		return failure.Wrap(failure.Model, "load", path, err, "Use an ONNX file as its exporter wrote it.")
	}
	f, err := os.Open(path)
	if err != nil {
		return File{}, wrong(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return File{}, wrong(err)
	}
	if !info.Mode().IsRegular() {
		return File{}, wrong(errors.New("it is not a regular file"))
	}
	described, err := describe(f, info.Size())
	if err != nil {
		return File{}, wrong(err)
	}
	described.Path = path
	if err := described.checkBeside(); err != nil {
		return File{}, wrong(err)
	}
	return described, nil
}

// describe reads a ModelProto.
func describe(r io.ReaderAt, size int64) (File, error) {
	if size > mostProtoBytes {
		return File{}, fmt.Errorf("it has %d bytes; an ONNX file ends before %d, with larger weights beside it", size, mostProtoBytes)
	}
	d := describer{file: File{Operators: map[string]int{}}}
	graphs := 0
	err := newScanner(r, 0, size).each(func(field int, s *scanner) error {
		switch field {
		case modelProducer:
			return d.name(s, &d.file.Producer)
		case modelOpset:
			return d.opset(s)
		case modelGraph:
			graphs++
			return d.graph(s, 0)
		}
		return nil
	})
	if err == nil && (graphs != 1 || len(d.file.Outputs) == 0) {
		err = errors.New("it is not an ONNX model: there is no graph in it")
	}
	d.dropInitialised()
	return d.file, err
}

// checkBeside refuses data that lies outside the folder of the file.
func (f File) checkBeside() error {
	folder, err := filepath.EvalSymlinks(filepath.Dir(f.Path))
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, t := range f.Weights {
		if t.Location == "" || seen[t.Location] {
			continue
		}
		seen[t.Location] = true
		local := filepath.FromSlash(t.Location)
		if !filepath.IsLocal(local) || strings.ContainsAny(t.Location, "\\:\x00") {
			return fmt.Errorf("its weights lie in %q, outside its folder", t.Location)
		}
		whole, err := filepath.EvalSymlinks(filepath.Join(folder, local))
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("its weights lie in %q beside it, which is absent", t.Location)
		}
		if err != nil {
			return err
		}
		if rel, err := filepath.Rel(folder, whole); err != nil || !filepath.IsLocal(rel) {
			return fmt.Errorf("its weights lie in %q, a link out of its folder", t.Location)
		}
	}
	return nil
}

// describer collects a File.
type describer struct {
	file  File
	nodes int
	held  int // bytes of names
}

// name reads a string.
func (d *describer) name(s *scanner, into *string) error {
	text, err := s.text(mostName)
	if err != nil {
		return err
	}
	if d.held += len(text); d.held > mostHeld {
		return errors.New("it has more names than any model")
	}
	*into = text
	return nil
}

// opset reads an OperatorSetIdProto.
func (d *describer) opset(s *scanner) error {
	domain, version := "", int64(0)
	err := s.each(func(field int, s *scanner) error {
		switch field {
		case opsetDomain:
			return d.name(s, &domain)
		case opsetNumber:
			version = s.number
		}
		return nil
	})
	if domain == "" {
		d.file.Opset = version
	}
	return err
}

// graph reads a GraphProto; of graphs within (of If and Loop) only operators and
// the places of weights count.
func (d *describer) graph(s *scanner, depth int) error {
	if depth > mostDepth {
		return errors.New("its graphs lie too deep within each other")
	}
	return s.each(func(field int, s *scanner) error {
		switch field {
		case graphNode:
			return d.node(s, depth)
		case graphInitializer:
			return d.tensor(s)
		case graphSparse:
			return errors.New("it has sparse weights, which are not read")
		case graphInput, graphOutput:
			if depth > 0 {
				return nil
			}
			into := &d.file.Inputs
			if field == graphOutput {
				into = &d.file.Outputs
			}
			return d.port(s, into)
		}
		return nil
	})
}

// node reads a NodeProto.
func (d *describer) node(s *scanner, depth int) error {
	if d.nodes++; d.nodes > mostNodes {
		return errors.New("it has more operators than any model")
	}
	return s.each(func(field int, s *scanner) error {
		switch field {
		case nodeOp:
			op, err := s.text(mostName)
			if _, known := d.file.Operators[op]; !known && len(d.file.Operators) >= mostKinds {
				return errors.New("it has more kinds of operators than any model")
			}
			d.file.Operators[op]++
			return err
		case nodeAttribute:
			return d.attribute(s, depth)
		}
		return nil
	})
}

// attribute reads the graphs and tensors within an AttributeProto.
func (d *describer) attribute(s *scanner, depth int) error {
	return s.each(func(field int, s *scanner) error {
		switch field {
		case attrGraph, attrGraphs:
			return d.graph(s, depth+1)
		case attrT, attrTensors:
			return d.constant(s)
		}
		return nil
	})
}

// constant reads a TensorProto of a node; it is kept only if its data is in another file.
func (d *describer) constant(s *scanner) error {
	n := len(d.file.Weights)
	if err := d.tensor(s); err != nil {
		return err
	}
	if d.file.Weights[n].Location == "" {
		d.file.Weights = d.file.Weights[:n]
	}
	return nil
}

// tensor reads a TensorProto but for its data.
func (d *describer) tensor(s *scanner) error {
	var t Tensor
	external := false
	err := s.each(func(field int, s *scanner) error {
		switch field {
		case tensorDims:
			return s.numbers(func(n int64) error {
				if len(t.Dims) >= mostDims || n < 0 {
					return fmt.Errorf("a tensor has the dimensions %v and %d more", t.Dims, n)
				}
				t.Dims = append(t.Dims, n)
				return nil
			})
		case tensorType:
			t.Elem = Elem(s.number)
		case tensorName:
			return d.name(s, &t.Name)
		case tensorLocation:
			external = s.number == locationExternal
		case tensorExternal:
			return d.external(s, &t)
		}
		return nil
	})
	if err == nil && external && t.Location == "" {
		err = fmt.Errorf("the data of %q lies in another file that is not named", t.Name)
	}
	if len(d.file.Weights) >= mostTensors {
		return errors.New("it has more weights than any model")
	}
	d.file.Weights = append(d.file.Weights, t)
	return err
}

// external reads a StringStringEntryProto of a tensor's external data.
func (d *describer) external(s *scanner, t *Tensor) error {
	var key, value string
	err := s.each(func(field int, s *scanner) error {
		switch field {
		case entryKey:
			return d.name(s, &key)
		case entryValue:
			return d.name(s, &value)
		}
		return nil
	})
	if key == "location" {
		t.Location = value
	}
	return err
}

// port reads a ValueInfoProto.
func (d *describer) port(s *scanner, into *[]Port) error {
	if len(*into) >= mostPorts {
		return errors.New("it has more inputs or outputs than any model")
	}
	var p Port
	err := s.each(func(field int, s *scanner) error {
		switch field {
		case infoName:
			return d.name(s, &p.Name)
		case infoType:
			return s.within(typeTensor, func(s *scanner) error { return d.tensorType(s, &p) })
		}
		return nil
	})
	*into = append(*into, p)
	return err
}

// tensorType reads a TypeProto.Tensor.
func (d *describer) tensorType(s *scanner, p *Port) error {
	return s.each(func(field int, s *scanner) error {
		switch field {
		case tensorElem:
			p.Elem = Elem(s.number)
		case tensorShape:
			p.Shape = Shape{}
			return s.within(shapeDim, func(s *scanner) error {
				if len(p.Shape) >= mostDims {
					return fmt.Errorf("%q has too many dimensions", p.Name)
				}
				dim := Dim{Size: -1}
				err := s.each(func(field int, s *scanner) error {
					switch field {
					case dimensionSize:
						dim.Size = s.number
					case dimensionN:
						return d.name(s, &dim.Name)
					}
					return nil
				})
				p.Shape = append(p.Shape, dim)
				return err
			})
		}
		return nil
	})
}

// dropInitialised removes the inputs that have an initialiser, as files from
// before IR 4 list them.
func (d *describer) dropInitialised() {
	given := make(map[string]bool, len(d.file.Weights))
	for _, t := range d.file.Weights {
		given[t.Name] = true
	}
	var rest []Port
	for _, p := range d.file.Inputs {
		if !given[p.Name] {
			rest = append(rest, p)
		}
	}
	d.file.Inputs = rest
}
