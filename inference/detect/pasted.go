package detect

import (
	"descry/inference/rle"
	"descry/picture/resample"
)

// PastedMask scales a mask over a whole image to a picture of pw × ph pixels and
// returns where it is above one half. values are h rows of w probabilities, of
// which the upper left width × height show the picture; the remainder is padding.
// Interpolation is torch's bilinear.
func PastedMask(values []float32, w, h, width, height, pw, ph int) rle.Mask {
	width, height = min(width, w), min(height, h)
	p := paster{height: ph, out: rle.Mask{Height: ph, Width: pw}}
	across, down := resample.NewAxis(width, pw), resample.NewAxis(height, ph)
	column := make([]float32, height)
	for x := range pw {
		near, far, wn, wf := across.At(x)
		high := float32(0)
		for y := range column {
			column[y] = resample.Mix(values[y*w+near], wn, values[y*w+far], wf)
			high = max(high, column[y])
		}
		if !(high > 0.5) {
			p.put(ph, false)
			continue
		}
		for y := range ph {
			a, b, wa, wb := down.At(y)
			p.put(1, resample.Mix(column[a], wa, column[b], wb) > 0.5)
		}
	}
	return p.finish()
}
