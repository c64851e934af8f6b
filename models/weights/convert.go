package weights

import (
	"encoding/binary"
	"math"
	"os"
	"slices"

	"descry/internal/failure"
	"descry/internal/message"
)

// decoders turn the bytes of n elements into float32, rounding to nearest
// where the file's type holds more.
var decoders = map[DType]func(dst []float32, src []byte){
	F32: func(dst []float32, src []byte) {
		for i := range dst {
			dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(src[4*i:]))
		}
	},
	F16: func(dst []float32, src []byte) {
		for i := range dst {
			dst[i] = half(binary.LittleEndian.Uint16(src[2*i:]))
		}
	},
	BF16: func(dst []float32, src []byte) {
		for i := range dst {
			dst[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(src[2*i:])) << 16)
		}
	},
	F64: func(dst []float32, src []byte) {
		for i := range dst {
			dst[i] = float32(math.Float64frombits(binary.LittleEndian.Uint64(src[8*i:])))
		}
	},
	I64: func(dst []float32, src []byte) {
		for i := range dst {
			dst[i] = float32(int64(binary.LittleEndian.Uint64(src[8*i:])))
		}
	},
}

// half returns the value of an IEEE 754 binary16: 1 sign bit, 5 of exponent with
// bias 15, 10 of mantissa.
func half(h uint16) float32 {
	sign := uint32(h>>15) << 31
	exponent, mantissa := uint32(h>>10)&31, uint32(h)&1023
	switch exponent {
	case 0: // zero and subnormals: mantissa · 2⁻²⁴, exact in float32
		return math.Float32frombits(sign | math.Float32bits(float32(mantissa)/(1<<24)))
	case 31: // infinity and NaN
		return math.Float32frombits(sign | 255<<23 | mantissa<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | mantissa<<13)
}

// Float32s reads the tensor of that name and returns its elements as float32,
// row by row. It is for the few tensors from which something is computed at
// load. The file must not have changed since Open.
func (f *File) Float32s(name string) ([]float32, error) {
	t, ok := f.Get(name)
	if !ok {
		return nil, failure.New(failure.Model, "load", f.Path, "it has no tensor %s", quote(name)).WithHint("The file belongs to another architecture.")
	}
	if t.Gaps != nil {
		return nil, failure.Wrap(failure.Model, "load", f.Path, t.Gaps, gapsHint)
	}
	decode, ok := decoders[t.DType]
	if !ok {
		return nil, failure.New(failure.Model, "load", f.Path, "the tensor %s has type %s, which is not computed with", quote(name), t.DType).WithHint("Convert it to float32 or float16.")
	}
	r, err := os.Open(f.Path)
	if err != nil {
		return nil, explain(f.Path, err)
	}
	defer r.Close()
	info, err := r.Stat()
	if err != nil {
		return nil, explain(f.Path, err)
	}
	if info.Size() != f.Size || !info.ModTime().Equal(f.modified) {
		return nil, failure.New(failure.Model, "load", f.Path, "the file was changed while it was in use").WithHint("Load the model again.")
	}
	raw := make([]byte, t.Length) // within the file's size
	if err := readAt(r, raw, t.Offset, message.Of("tensor %s", quote(name))); err != nil {
		return nil, explain(f.Path, err)
	}
	values := make([]float32, t.Count())
	decode(values, raw)
	if t.Order != nil {
		return rowByRow(values, t), nil
	}
	return values, nil
}

// gapsHint is what to do about a tensor with Gaps.
const gapsHint = "Save the weights again in Python, each tensor after .contiguous()."

// rowByRow puts the elements of a tensor with an Order of its own into that of
// its shape.
func rowByRow(stored []float32, t Tensor) []float32 {
	steps := make([]int, len(t.Shape)) // in stored, by axis
	step := 1
	for _, axis := range slices.Backward(t.Order) {
		steps[axis] = step
		step *= int(t.Shape[axis])
	}
	values := make([]float32, 0, len(stored))
	at := make([]int, len(t.Shape))
	for from := 0; len(values) < len(stored); {
		values = append(values, stored[from])
		for axis := len(at) - 1; axis >= 0; axis-- {
			at[axis]++
			from += steps[axis]
			if at[axis] < int(t.Shape[axis]) {
				break
			}
			from -= steps[axis] * at[axis]
			at[axis] = 0
		}
	}
	return values
}
