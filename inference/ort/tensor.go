package ort

import (
	"fmt"
	"sync/atomic"

	"descry/internal/failure"
)

// Tensor is an array of float32, int64 or uint8 elements in row-major order, the
// input or output of a graph.
type Tensor struct {
	p atomic.Pointer[payload] // nil once destroyed
}

// payload holds a tensor's contents; exactly one of the slices is used.
type payload struct {
	kind   kind
	shape  []int64
	floats []float32
	ints   []int64
	bytes  []uint8
}

// kind is the type of a tensor's elements.
type kind string

const (
	float32s kind = "float32"
	int64s   kind = "int64"
	uint8s   kind = "uint8"
)

func newTensor(p *payload) *Tensor {
	t := new(Tensor)
	t.p.Store(p)
	return t
}

// NewFloat32 returns a tensor that holds data itself, which must not change while a
// call reads it. Run checks that shape and data agree.
func NewFloat32(shape []int64, data []float32) *Tensor {
	return newTensor(&payload{kind: float32s, shape: append([]int64(nil), shape...), floats: data})
}

// NewInt64 is like NewFloat32.
func NewInt64(shape []int64, data []int64) *Tensor {
	return newTensor(&payload{kind: int64s, shape: append([]int64(nil), shape...), ints: data})
}

// Shape returns the size of each axis.
func (t *Tensor) Shape() []int64 { return append([]int64(nil), t.live("").shape...) }

// Float32s returns the elements themselves, not a copy. Like Int64s and Uint8s it
// panics if the tensor is destroyed or has elements of another type.
func (t *Tensor) Float32s() []float32 { return t.live(float32s).floats }

// Int64s returns the elements themselves.
func (t *Tensor) Int64s() []int64 { return t.live(int64s).ints }

// Uint8s returns the elements themselves; those of a boolean output are 0 and 1.
func (t *Tensor) Uint8s() []uint8 { return t.live(uint8s).bytes }

// Destroy releases the elements. It may be called again, and on nil.
func (t *Tensor) Destroy() {
	if t != nil {
		t.p.Store(nil)
	}
}

// live returns the contents. It panics if the tensor is destroyed or of another
// kind; "" is any kind.
func (t *Tensor) live(want kind) *payload {
	p := t.p.Load()
	if p == nil {
		panic("ort: a tensor is used after Destroy")
	}
	if want != "" && p.kind != want {
		panic(fmt.Sprintf("ort: the elements of a tensor of %s are asked for as %s", p.kind, want))
	}
	return p
}

// load returns the contents for a call, or the reason why they cannot be used.
func (t *Tensor) load() (*payload, error) {
	if t == nil {
		return nil, failure.Worded(nil, "the tensor is missing")
	}
	p := t.p.Load()
	if p == nil {
		return nil, failure.Worded(nil, "the tensor was destroyed")
	}
	if len(p.shape) == 0 {
		return nil, failure.Worded(nil, "the tensor has no axes; a single number has shape [1]")
	}
	n := int64(1)
	for _, d := range p.shape {
		if d < 0 || d > 0 && n > (1<<40)/d {
			return nil, failure.Worded(nil, "the tensor has the impossible shape %v", p.shape)
		}
		n *= d
	}
	if have := int64(len(p.floats) + len(p.ints) + len(p.bytes)); have != n {
		return nil, failure.Worded(nil, "the tensor of shape %v has %d elements", p.shape, have)
	}
	return p, nil
}
