package onnx

import (
	"slices"
	"testing"
)

func TestAGraphIsReadAndContinued(t *testing.T) {
	f := weightFile(t, t.TempDir(), map[string][]int64{"w": {5, 3}})
	g := NewGraph("net")
	x := g.Input("x", Float, Dims("n", 3))
	w := g.Weight(f, "w", 5, 3)
	y := g.In("head").LinearT(x, w, Value{})
	g.Output("y", g.Softmax(y, -1))
	before, err := g.Build()
	if err != nil {
		t.Fatal(err)
	}
	var ops []string
	for _, n := range g.Nodes() {
		ops = append(ops, n.Domain+":"+n.Op)
	}
	if !slices.Equal(ops, []string{"com.microsoft:FusedMatMul", ":Softmax", ":Identity"}) {
		t.Errorf("nodes %q", ops)
	}
	product := g.Nodes()[0]
	if product.Name != "head/FusedMatMul" || !slices.Equal(product.Inputs, []Value{x, w}) || !slices.Equal(product.Outputs, []Value{y}) {
		t.Errorf("%+v", product)
	}
	if a, ok := product.Attribute("transB"); !ok || a.Kind != AttributeInt || a.Int != 1 {
		t.Errorf("transB is %+v", a)
	}
	if _, ok := product.Attribute("axis"); ok {
		t.Error("a product has an axis")
	}
	if n, ok := y.Producer(); !ok || n.Name != product.Name || y.Elem() != Float || y.Shape().String() != "[n, 5]" {
		t.Errorf("%s of shape %v is made by %q", y.Name(), y.Shape(), n.Name)
	}
	if _, ok := w.Producer(); ok {
		t.Error("a weight has a producer")
	}
	if v, ok := g.Value("head/FusedMatMul"); !ok || v != y {
		t.Error("the product is not found by its name")
	}
	if _, ok := g.Value("nothing"); ok {
		t.Error("there is a value of no name")
	}
	if in := g.Initialisers(); len(in) != 1 || in[0].Name != w.Name() || in[0].Length != 60 || in[0].Location != "model.safetensors" {
		t.Errorf("initialisers %+v", in)
	}
	if in, ok := w.Initialiser(); !ok || in.Offset == 0 || !slices.Equal(in.Dims, []int64{5, 3}) {
		t.Errorf("the weight is %+v", in)
	}
	if in, ok := g.ConstInts([]int64{7}, 1).Initialiser(); !ok || len(in.Data) != 8 || in.Data[0] != 7 || in.Location != "" {
		t.Errorf("the constant is %+v", in)
	}
	if _, ok := y.Initialiser(); ok {
		t.Error("a product is a weight")
	}
	g.Output("dx", g.MatMul(y, w))
	after, err := g.Build()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(after.Outputs, []string{"y", "dx"}) || len(after.Proto) <= len(before.Proto) || before.Graph.b != g.b {
		t.Errorf("outputs %q, %d bytes after %d", after.Outputs, len(after.Proto), len(before.Proto))
	}
	if out := g.Outputs(); len(out) != 2 || out[1].Name() != "dx" || out[1].Shape().String() != "[n, 3]" {
		t.Errorf("outputs %v", out)
	}
}

func TestExtentsAreFollowedByName(t *testing.T) {
	for name, c := range map[string]struct {
		value func(g *Graph, x Value) Value // x is [n, 6, height, 8]
		want  string
	}{
		"a convolution with padding": {func(g *Graph, x Value) Value { return g.Conv(x, g.zeros(4, 6, 3, 3), Value{}, ConvAttrs{Pad: 1}) }, "[n, 4, height, 8]"},
		"a step down":                {func(g *Graph, x Value) Value { return g.MaxPool(x, PoolAttrs{Kernel: 3, Stride: 2, Pad: 1}) }, "[n, 6, ceil(height/2), 4]"},
		"one without padding":        {func(g *Graph, x Value) Value { return g.MaxPool(x, PoolAttrs{Kernel: 3, Stride: 2}) }, "[n, 6, ceil((height-2)/2), 3]"},
		"too much padding":           {func(g *Graph, x Value) Value { return g.MaxPool(x, PoolAttrs{Kernel: 1, Stride: 2, Pad: 3}) }, "[n, 6, ?, 7]"},
		"two equal steps added": {func(g *Graph, x Value) Value {
			return g.Add(g.MaxPool(x, PoolAttrs{Kernel: 3, Stride: 2, Pad: 1}), g.MaxPool(x, PoolAttrs{Kernel: 1, Stride: 2}))
		}, "[n, 6, ceil(height/2), 4]"},
		"a step up": {func(g *Graph, x Value) Value {
			return g.ConvTranspose(x, g.zeros(6, 5, 2, 2), Value{}, ConvAttrs{Stride: 2})
		}, "[n, 5, 2*height, 16]"},
		"a resize to another": {func(g *Graph, x Value) Value {
			return g.Resize(x, g.Shape(g.Input("z", Float, Dims("n", 6, "other", 9))), ResizeNearest)
		}, "[n, 6, other, 9]"},
		"what is left":         {func(g *Graph, x Value) Value { return g.Reshape(x, 0, 3, -1) }, "[n, 3, 16*height]"},
		"all that is left":     {func(g *Graph, x Value) Value { return g.Reshape(x, -1) }, "[48*height*n]"},
		"nothing that divides": {func(g *Graph, x Value) Value { return g.Reshape(x, 5, -1) }, "[5, ?]"},
		"a shape put together": {func(g *Graph, x Value) Value {
			return g.Reshape(g.ReshapeTo(x, g.Concat(0, g.Dim(x, 2), g.ints(-1))), 0, 0)
		}, "[height, 48*n]"},
		"side by side":                {func(g *Graph, x Value) Value { return g.Concat(2, x, g.Input("z", Float, Dims("n", 6, 3, 8))) }, "[n, 6, 3+height, 8]"},
		"what follows":                {func(g *Graph, x Value) Value { return g.steps(g.Dim(x, 2), g.Add(g.Dim(x, 0), g.Dim(x, 2))) }, "[n]"},
		"what follows something else": {func(g *Graph, x Value) Value { return g.steps(g.Dim(x, 2), g.Dim(x, 0)) }, "[?]"},
		"nothing follows":             {func(g *Graph, x Value) Value { return g.steps(g.Dim(x, 3), g.Dim(x, 1)) }, "[0]"},
		"a slice":                     {func(g *Graph, x Value) Value { return g.Slice(x, 3, -3, End) }, "[n, 6, height, 3]"},
		"a slice of a named axis":     {func(g *Graph, x Value) Value { return g.Slice(x, 2, -1, End) }, "[n, 6, ?, 8]"},
		"rows":                        {func(g *Graph, x Value) Value { return g.Gather(x, g.Input("i", Int64, Dims("a", "b")), 1) }, "[n, a, b, height, 8]"},
		"an unknown rank":             {func(g *Graph, x Value) Value { return g.Add(x, g.Input("z", Float, nil)) }, "of any shape"},
		"no scalar":                   {func(g *Graph, x Value) Value { return g.ReduceMean(g.zeros(3), false, 0) }, "[]"},
		// What no run can compute is unknown, and no error here.
		"sizes that do not meet": {func(g *Graph, x Value) Value { return g.Add(x, g.zeros(5)) }, "[n, 6, height, ?]"},
		"an axis too far":        {func(g *Graph, x Value) Value { return g.Gather(x, g.ints(1), 7) }, "of any shape"},
		"a wrong permutation":    {func(g *Graph, x Value) Value { return g.Transpose(x, 0, 9) }, "[n, ?]"},
		"a division by nothing":  {func(g *Graph, x Value) Value { return g.Expand(x, g.Div(g.Shape(x), g.ints(0))) }, "[?, 6, ?, 8]"},
		"a kernel of no size":    {func(g *Graph, x Value) Value { return g.Conv(x, g.zeros(4, 6, 20, 20), Value{}, ConvAttrs{}) }, "[n, 4, ceil((height-19)/1), ?]"},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewGraph("net")
			v := c.value(g, g.Input("x", Float, Dims("n", 6, "height", 8)))
			if got := v.Shape().String(); got != c.want || g.Err() != nil {
				t.Errorf("%s, want %s (%v)", got, c.want, g.Err())
			}
		})
	}
}

// zeros is a constant of that shape.
func (g *Graph) zeros(dims ...int64) Value {
	return g.ConstFloats(make([]float32, count(dims)), dims...)
}

// steps is from, from+1, … < to, of vectors of one element.
func (g *Graph) steps(from, to Value) Value {
	return g.Range(g.Squeeze(from, 0), g.Squeeze(to, 0), g.ConstInt(1))
}

func TestNamesOfExtentsAreNotComputedOnes(t *testing.T) {
	for _, name := range []string{"a+b", "2", "ceil(n/2)"} {
		g := NewGraph("net")
		if g.Input("x", Float, Dims(name)); g.Err() == nil {
			t.Errorf("an input with an extent %q was taken", name)
		}
	}
}

// FuzzShapes: whatever shapes meet, inference neither panics nor judges.
func FuzzShapes(f *testing.F) {
	f.Add([]byte{4, 1, 3, 9, 9}, []byte{4, 8, 3, 3, 3}, int8(1))
	f.Add([]byte{2, 0, 200}, []byte{1, 4}, int8(-1))
	f.Fuzz(func(t *testing.T, a, b []byte, axis int8) {
		g := NewGraph("net")
		x, y := g.Input("x", Float, shapeOf(a)), g.Input("y", Float, shapeOf(b))
		i := g.Input("i", Int64, shapeOf(b))
		k, n := int(axis), int64(axis)
		g.Add(x, y)
		g.MatMul(x, y)
		g.Gemm(x, y, Value{})
		g.Conv(x, y, Value{}, ConvAttrs{Stride: k, Pad: k})
		g.ConvTranspose(x, y, Value{}, ConvAttrs{Stride: k})
		g.MaxPool(x, PoolAttrs{Kernel: k, Stride: 2})
		g.MultiHeadAttention(x, y, y, Value{}, AttentionAttrs{})
		g.Flatten(x, k)
		g.Transpose(x, k, 0)
		g.Reshape(x, n, -1)
		g.ReshapeTo(x, g.Concat(0, g.Shape(y), g.Dim(x, k)))
		g.Expand(x, g.Mul(g.Shape(y), g.ints(n)))
		g.Unsqueeze(x, n, 0)
		g.Squeeze(g.Shape(x), n)
		g.Concat(k, x, y, x)
		g.Split(x, k, n, 1)
		g.Slice(g.Shape(x), 0, n, End)
		g.Slice(x, n, -n, n)
		g.Gather(x, i, k)
		g.TopK(x, g.ints(n), k)
		g.ArgMax(x, k, false)
		g.Resize(x, g.Shape(y), ResizeLinear)
		g.RoiAlign(x, y, i, RoiAlignAttrs{Height: 2, Width: 3})
		g.steps(g.Dim(x, 0), g.Dim(y, k))
		for _, v := range g.Nodes() {
			for _, out := range v.Outputs {
				for _, d := range out.Shape() {
					if d.Name == "" && d.Size < -1 {
						t.Errorf("%s has the shape %v", out.Name(), out.Shape())
					}
				}
			}
		}
		if g.Err() != nil {
			t.Fatal(g.Err())
		}
	})
}

// shapeOf makes a shape of bytes: those above 200 are names.
func shapeOf(b []byte) Shape {
	shape := Shape{}
	for _, n := range b[:min(len(b), 8)] {
		d := Dim{Size: int64(n)}
		if n > 200 {
			d = Dim{Size: -1, Name: string(rune('a' + n - 201))}
		}
		shape = append(shape, d)
	}
	return shape
}
