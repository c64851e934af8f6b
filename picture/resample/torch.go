package resample

// neighbours holds the two source samples of one target sample along an axis, and
// their weights.
type neighbours struct {
	at0, at1 int
	w0, w1   float32
}

// axis is compute_source_index_and_lambda (PyTorch 1.13) for a whole axis with
// align_corners=False: the source position of target i is (i+0.5)·in/out − 0.5
// and no lower than zero; the far neighbour of the last sample is that sample.
// The ratio is a float32, the position is computed from it in float64, and the
// second weight is taken from the first after rounding.
func axis(in, out int) []neighbours {
	all := make([]neighbours, out)
	ratio := float64(float32(in) / float32(out))
	for i := range all {
		if in == out {
			all[i] = neighbours{i, i, 1, 0}
			continue
		}
		position := max(float64(ratio*(float64(i)+0.5))-0.5, 0)
		at := min(int(position), in-1)
		w1 := float32(position - float64(at))
		all[i] = neighbours{at, min(at+1, in-1), 1 - w1, w1}
	}
	return all
}

// mix returns a·wa + b·wb as PyTorch's compiled kernel rounds it: the second
// product once, then a fused multiply-add. The product of two float32 is exact in
// float64.
func mix(a, wa, b, wb float32) float32 {
	return float32(float64(a)*float64(wa) + float64(b*wb))
}

// BilinearTorch resizes c planes of h×w float32 to dh×dw as
// torch.nn.functional.interpolate(mode="bilinear", align_corners=False) does for a
// given target size (or recompute_scale_factor=True): no antialias, and the step is
// the ratio of the integer sizes. Note the order of the last two arguments: height
// first, as in torch's size=(dh, dw). It panics on sizes that do not fit.
func BilinearTorch(planes []float32, c, h, w, dh, dw int) []float32 {
	if c <= 0 || w <= 0 || h <= 0 || dw <= 0 || dh <= 0 || len(planes) != c*h*w {
		panic("resample: the planes do not fit the size")
	}
	if dh == h && dw == w {
		return append([]float32(nil), planes...)
	}
	across, down := axis(w, dw), axis(h, dh)
	dst := make([]float32, c*dh*dw)
	rows(c*dh, dw*8, func(r0, r1 int) {
		for r := r0; r < r1; r++ {
			y := &down[r%dh]
			plane := planes[r/dh*h*w:]
			near := plane[y.at0*w : (y.at0+1)*w]
			far := plane[y.at1*w : (y.at1+1)*w]
			out := dst[r*dw : (r+1)*dw]
			for i := range across {
				x := &across[i]
				top := mix(near[x.at0], x.w0, near[x.at1], x.w1)
				bottom := mix(far[x.at0], x.w0, far[x.at1], x.w1)
				out[i] = mix(top, y.w0, bottom, y.w1)
			}
		}
	})
	return dst
}
