package onnx

import (
	"encoding/binary"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"descry/internal/failure"
	"descry/models/weights"
)

// elems holds the ONNX type of each type of weights that can be computed with.
var elems = map[weights.DType]Elem{
	weights.F32:  Float,
	weights.F16:  Half,
	weights.BF16: BFloat,
	weights.F64:  Double,
	weights.I64:  Int64,
}

// Weights is where the weights of a graph come from: a file of them
// (*weights.File), or a view of some under other names, or one that only notes what
// is asked for.
type Weights interface {
	// Source names them in errors: the path of a file.
	Source() string
	// Names lists the tensors.
	Names() []string
	// Get returns the tensor of that name. Architectures read their sizes from it.
	Get(name string) (weights.Tensor, bool)
	// Use returns a tensor that a graph is to compute with, which must have that
	// shape, and the file that holds its elements. Without a file (path "") the
	// elements are handed in with each run: the tensor becomes an input of the graph.
	// An error says why the graph cannot be built.
	Use(name string, shape []int64) (t weights.Tensor, path string, err error)
}

// Weight returns the tensor of that name, which must have exactly the shape stated.
// Weights of type F16, BF16 and F64 come through a Cast to float. The same tensor
// is put into the graph once, however often it is asked for.
func (g *Graph) Weight(f Weights, name string, shape ...int64) Value {
	if len(shape) == 0 {
		return g.weight(f, name, shape, 0, 1)
	}
	return g.weight(f, name, shape, 0, shape[0])
}

// WeightRows returns the rows from ≤ row < to of a tensor's first dimension without
// copying: the query part of a fused qkv matrix. shape is that of the whole tensor.
func (g *Graph) WeightRows(f Weights, name string, from, to int64, shape ...int64) Value {
	if len(shape) == 0 || from < 0 || to <= from || to > shape[0] {
		g.failAt(f.Source(), "rows %d to %d of tensor %q of shape %v are asked for", from, to, name, shape)
		return Value{}
	}
	return g.weight(f, name, shape, from, to)
}

// Rows returns the rows of a tensor at indices (Int64): Gather(Weight(…), indices,
// 0), but that of a half-precision tensor the rows alone are cast.
func (g *Graph) Rows(f Weights, name string, indices Value, shape ...int64) Value {
	if len(shape) == 0 {
		g.failAt(f.Source(), "rows of tensor %q are asked for, which has none", name)
		return Value{}
	}
	x := g.stored(f, name, shape, 0, shape[0])
	if g.b.err != nil {
		return Value{}
	}
	if x = g.Gather(x, indices, 0); x.Elem() != Float && x.Elem() != Int64 {
		x = g.Cast(x, Float)
	}
	return x
}

// weight returns rows [from, to) of a tensor as they are computed with: those that
// are not stored as float or int64 through a Cast.
func (g *Graph) weight(f Weights, name string, shape []int64, from, to int64) Value {
	v := g.stored(f, name, shape, from, to)
	if g.b.err != nil || v.Elem() == Float || v.Elem() == Int64 {
		return v
	}
	key := "cast " + v.Name()
	if cast, ok := g.b.known[key]; ok {
		return cast
	}
	dims := slices.Clone(shape)
	if len(dims) > 0 {
		dims[0] = to - from
	}
	g.b.private += 4 * count(dims)
	cast := (&Graph{b: g.b, scope: v.Name()}).Cast(v, Float)
	g.b.known[key] = cast
	return cast
}

// stored returns rows [from, to) of a tensor in the type that it is stored in; a
// scalar is one row.
func (g *Graph) stored(f Weights, name string, shape []int64, from, to int64) Value {
	if g.b.err != nil {
		return Value{}
	}
	t, path, err := f.Use(name, shape)
	if err != nil {
		g.b.err = err
		return Value{}
	}
	key := fmt.Sprintf("weight %s\x00%s\x00%d:%d", path, name, from, to)
	if v, ok := g.b.known[key]; ok {
		return v
	}
	elem, ok := elems[t.DType]
	if !ok {
		g.failAt(f.Source(), "tensor %q has type %s, which cannot be computed with", name, t.DType)
		return Value{}
	}
	v := g.rowsOf(t, path, elem, from, to)
	g.b.known[key] = v
	return v
}

// rowsOf puts rows [from, to) of a tensor into the graph. One that is stored in
// another order than its shape's is transposed when the graph is loaded.
func (g *Graph) rowsOf(t weights.Tensor, path string, elem Elem, from, to int64) Value {
	if path == "" {
		return g.rowsOfInput(t, elem, from, to)
	}
	location, ok := g.location(path)
	if !ok {
		return Value{}
	}
	if t.Order != nil {
		perm := make([]int, len(t.Order))
		for i, axis := range t.Order {
			perm[axis] = i
		}
		g.b.private += t.Length
		at := &Graph{b: g.b, scope: t.Name}
		v := at.Transpose(g.external(t.Name, elem, t.Stored(), location, t.Offset, t.Length), perm...)
		if from == 0 && to == t.Shape[0] {
			return v
		}
		return at.Slice(v, 0, from, to)
	}
	rows, dims := int64(1), slices.Clone(t.Shape)
	if len(dims) > 0 {
		rows, dims[0] = dims[0], to-from
	}
	row := t.Length / max(rows, 1)
	return g.external(t.Name, elem, dims, location, t.Offset+from*row, (to-from)*row)
}

// rowsOfInput returns rows of a tensor that is an input of the graph.
func (g *Graph) rowsOfInput(t weights.Tensor, elem Elem, from, to int64) Value {
	key := "input " + t.Name
	v, ok := g.b.known[key]
	if !ok {
		v = g.Input(t.Name, elem, fixed(t.Shape...))
		g.b.known[key] = v
	}
	if len(t.Shape) == 0 || from == 0 && to == t.Shape[0] {
		return v
	}
	return (&Graph{b: g.b, scope: t.Name}).Slice(v, 0, from, to)
}

// location returns a file's path below the folder of the graph's weights, which is
// that of the first file used.
func (g *Graph) location(path string) (string, bool) {
	if g.b.folder == "" {
		g.b.folder = filepath.Dir(path)
	}
	rel, err := filepath.Rel(g.b.folder, path)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		g.b.err = failure.New(failure.Model, "build", path, "the weights of one model lie in different folders, the first in %s", g.b.folder).
			WithHint("Put them into one folder.")
		return "", false
	}
	return filepath.ToSlash(rel), true
}

// external adds an initialiser that lies in a file.
func (g *Graph) external(name string, elem Elem, dims []int64, location string, offset, length int64) Value {
	return g.initialiser(Initialiser{
		Name: (&Graph{b: g.b}).fresh(name), Elem: elem, Dims: dims, Location: location, Offset: offset, Length: length,
	})
}

// initialiser adds a weight or constant whose name is unused.
func (g *Graph) initialiser(t Initialiser) Value {
	g.b.tensors = append(g.b.tensors, t)
	return g.b.add(value{name: t.Name, elem: t.Elem, shape: fixed(t.Dims...), tensor: len(g.b.tensors)})
}

// ConstFloats adds a constant of float32: row by row; no dims for a single
// number makes a scalar.
func (g *Graph) ConstFloats(data []float32, dims ...int64) Value {
	raw := make([]byte, 0, 4*len(data))
	for _, v := range data {
		raw = append(raw, floatBytes(v)...)
	}
	return g.constant(Float, int64(len(data)), dims, raw)
}

func floatBytes(v float32) []byte {
	return binary.LittleEndian.AppendUint32(nil, math.Float32bits(v))
}

// ConstInts adds a constant of int64, as ConstFloats does.
func (g *Graph) ConstInts(data []int64, dims ...int64) Value {
	raw := make([]byte, 0, 8*len(data))
	for _, v := range data {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(v))
	}
	elements := make([]Dim, len(data))
	for i, v := range data {
		elements[i] = Dim{Size: v}
	}
	return g.constant(Int64, int64(len(data)), dims, raw).follow(elements)
}

// ConstFloat adds a scalar.
func (g *Graph) ConstFloat(v float32) Value { return g.ConstFloats([]float32{v}) }

// ConstInt adds an int64 scalar.
func (g *Graph) ConstInt(v int64) Value { return g.ConstInts([]int64{v}) }

// ints adds a vector of int64: the axes and sizes that operators take as inputs.
func (g *Graph) ints(vs ...int64) Value { return g.ConstInts(vs, int64(len(vs))) }

// constant adds an inline initialiser; an equal one is not added again.
func (g *Graph) constant(elem Elem, n int64, dims []int64, raw []byte) Value {
	if count(dims) != n {
		g.Fail("a constant of shape %v has %d elements", dims, n)
	}
	if g.b.err != nil {
		return Value{}
	}
	key := ""
	if len(raw) <= 4096 { // axes, shapes, masks of a few tokens; larger ones are made once anyway
		key = fmt.Sprintf("constant %d %v\x00%s", elem, dims, raw)
		if v, ok := g.b.known[key]; ok {
			return v
		}
	}
	v := g.initialiser(Initialiser{Name: g.fresh("constant"), Elem: elem, Dims: slices.Clone(dims), Data: raw, Length: int64(len(raw))})
	g.b.private += int64(len(raw))
	if key != "" {
		g.b.known[key] = v
	}
	return v
}

func count(dims []int64) int64 {
	n := int64(1)
	for _, d := range dims {
		n *= d
	}
	return n
}
