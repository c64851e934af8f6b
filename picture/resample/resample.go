// Package resample resizes pictures exactly as the models' training code did.
//
// A model was trained on pixels that Pillow or PyTorch had resized, and the
// difference matters: a resampler that is only similar changes every sample by up
// to several grey levels. So the two Pillow filters here repeat Pillow's
// fixed-point arithmetic (src/libImaging/Resample.c) bit for bit, and the third
// repeats torch.nn.functional.interpolate
// (aten/src/ATen/native/cpu/UpSampleKernel.cpp).
//
// Pictures for display are resized by picture.Thumbnail, where speed matters more
// than the last bit.
package resample

import (
	"math"
	"runtime"
	"sync"
)

// A filter is a resampling kernel of Pillow: weight returns the kernel's value at a
// distance of x (in source pixels when enlarging, in target pixels when shrinking),
// which is zero beyond support.
type filter struct {
	support float64
	weight  func(x float64) float64
}

var (
	bicubicFilter  = filter{support: 2, weight: keysCubic}
	bilinearFilter = filter{support: 1, weight: triangle}
)

// keysCubic is the cubic convolution kernel of Keys (1981) with a = −0.5, the
// value that Pillow uses. The float64 conversions forbid fused multiply-add,
// which would round differently from Pillow's builds.
func keysCubic(x float64) float64 {
	const a = -0.5
	x = math.Abs(x)
	switch {
	case x < 1:
		return float64(float64(float64((a+2)*x)-(a+3))*x)*x + 1
	case x < 2:
		return float64((float64((float64((x-5)*x)+8)*x) - 4) * a)
	}
	return 0
}

func triangle(x float64) float64 {
	x = math.Abs(x)
	if x < 1 {
		return 1 - x
	}
	return 0
}

// Bicubic resizes interleaved 8-bit RGB (w·h·3 bytes, row by row) to dw×dh as
// Image.resize((dw, dh), Image.BICUBIC) does, bit for bit: the kernel widens
// when shrinking, weights at the border are renormalised, the horizontal pass
// comes first and is stored in 8 bits. It panics on sizes that do not fit.
func Bicubic(rgb []byte, w, h, dw, dh int) []byte {
	return pillow(rgb, w, h, dw, dh, bicubicFilter)
}

// BilinearPIL resizes interleaved 8-bit RGB as Image.resize((dw, dh),
// Image.BILINEAR) does, bit for bit: a triangle that widens when shrinking.
func BilinearPIL(rgb []byte, w, h, dw, dh int) []byte {
	return pillow(rgb, w, h, dw, dh, bilinearFilter)
}

const (
	channels = 3
	// precision is Resample.c's PRECISION_BITS: 32 bits less 8 of the sample
	// and 2 for kernels whose weights leave 0..1.
	precision = 32 - 8 - 2
)

// taps holds the weights of one target pixel: it reads the source pixels from
// first, one for each weight.
type taps struct {
	first   int
	weights []int32 // fixed point, ×2^precision
}

// pillow runs the two passes; a pass that does not change the size is skipped.
func pillow(rgb []byte, w, h, dw, dh int, f filter) []byte {
	if w <= 0 || h <= 0 || dw <= 0 || dh <= 0 || len(rgb) != w*h*channels {
		panic("resample: the pixels do not fit the size")
	}
	if dw == w && dh == h {
		return append([]byte(nil), rgb...)
	}
	if dw != w {
		rgb = horizontal(rgb, w, h, dw, f.taps(w, dw))
	}
	if dh != h {
		rgb = vertical(rgb, dw, dh, f.taps(h, dh))
	}
	return rgb
}

// taps is precompute_coeffs and normalize_coeffs_8bpc for one axis.
func (f filter) taps(in, out int) []taps {
	scale := float64(in) / float64(out)
	stretch := max(scale, 1)
	support := float64(f.support * stretch)
	inverse := 1 / stretch
	all := make([]taps, out)
	kernel := make([]float64, 0, 2*int(math.Ceil(support))+1)
	for i := range all {
		centre := float64((float64(i) + 0.5) * scale)
		first := max(int(centre-support+0.5), 0)
		end := min(int(centre+support+0.5), in)
		kernel = kernel[:0]
		sum := 0.0
		for k := first; k < end; k++ {
			weight := f.weight((float64(k) - centre + 0.5) * inverse)
			kernel = append(kernel, weight)
			sum += weight
		}
		fixed := make([]int32, len(kernel))
		for k, weight := range kernel {
			if sum != 0 {
				weight /= sum
			}
			fixed[k] = int32(math.Copysign(0.5, weight) + float64(weight*(1<<precision)))
		}
		all[i] = taps{first: first, weights: fixed}
	}
	return all
}

const half = 1 << (precision - 1)

// clip8 converts a fixed-point sum to 8 bits: shift, then clip.
func clip8(sum int32) byte {
	sum >>= precision
	if uint32(sum) > 255 {
		if sum < 0 {
			return 0
		}
		return 255
	}
	return byte(sum)
}

func horizontal(src []byte, w, h, dw int, columns []taps) []byte {
	dst := make([]byte, dw*h*channels)
	rows(h, w+dw, func(y0, y1 int) {
		for y := y0; y < y1; y++ {
			line := src[y*w*channels : (y+1)*w*channels]
			out := dst[y*dw*channels : (y+1)*dw*channels]
			for x := range columns {
				t := &columns[x]
				in := line[t.first*channels:]
				r, g, b := int32(half), int32(half), int32(half)
				for _, k := range t.weights {
					p := in[:channels:channels]
					r += int32(p[0]) * k
					g += int32(p[1]) * k
					b += int32(p[2]) * k
					in = in[channels:]
				}
				o := out[x*channels : x*channels+channels : x*channels+channels]
				o[0], o[1], o[2] = clip8(r), clip8(g), clip8(b)
			}
		}
	})
	return dst
}

func vertical(src []byte, w, dh int, lines []taps) []byte {
	stride := w * channels
	dst := make([]byte, dh*stride)
	rows(dh, w*len(lines[0].weights), func(y0, y1 int) {
		sums := make([]int32, stride)
		for y := y0; y < y1; y++ {
			t := &lines[y]
			for i := range sums {
				sums[i] = half
			}
			for n, k := range t.weights {
				at := (t.first + n) * stride
				in := src[at : at+stride]
				for i, v := range in[:len(sums)] {
					sums[i] += int32(v) * k
				}
			}
			out := dst[y*stride : (y+1)*stride]
			for i, sum := range sums {
				out[i] = clip8(sum)
			}
		}
	})
	return dst
}

// rows calls f on bands of the rows 0..n, on as many goroutines as there are
// processors, and returns when all have ended. width is the approximate number of
// samples a row; small pictures stay on the caller's goroutine.
func rows(n, width int, f func(y0, y1 int)) {
	const minSamples = 1 << 16 // fewer do not make up for the start of a goroutine
	bands := min(runtime.GOMAXPROCS(0), n, n*width/minSamples)
	if bands <= 1 {
		f(0, n)
		return
	}
	var wait sync.WaitGroup
	for i := range bands {
		wait.Go(func() { f(n*i/bands, n*(i+1)/bands) })
	}
	wait.Wait()
}
