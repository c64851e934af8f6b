package pipeline

import (
	"golang.org/x/sync/errgroup"

	"descry/inference"
	"descry/inference/ort"
	"descry/picture/resample"
)

// resizedPlanes returns a picture as the detectors see it (GeneralizedRCNNTransform
// in torchvision's transform.py): normalised by table, resized to rw × rh as
// torch.nn.functional.interpolate does (bilinear, no antialias), and with zeros
// to the right and below up to pw × ph: three planes of float32. Values are
// looked up where they are needed, so that a large picture is never held as
// floats.
func resizedPlanes(p inference.Picture, table *[3][256]float32, rw, rh, pw, ph, threads int) []float32 {
	planes := make([]float32, 3*pw*ph)
	across, down := resample.NewAxis(p.Width, rw), resample.NewAxis(p.Height, rh)
	inBands(rh, threads, func(y0, y1 int) {
		for y := y0; y < y1; y++ {
			near, far, wn, wf := down.At(y)
			top, bottom := p.Pix[near*3*p.Width:], p.Pix[far*3*p.Width:]
			for x := range rw {
				left, right, wl, wr := across.At(x)
				for c := range table {
					values := &table[c]
					a := resample.Mix(values[top[3*left+c]], wl, values[top[3*right+c]], wr)
					b := resample.Mix(values[bottom[3*left+c]], wl, values[bottom[3*right+c]], wr)
					planes[(c*ph+y)*pw+x] = resample.Mix(a, wn, b, wf)
				}
			}
		}
	})
	return planes
}

// normalisedPlanes turns w·h pixels of RGB into three planes by table.
func normalisedPlanes(rgb []byte, table *[3][256]float32) []float32 {
	n := len(rgb) / 3
	planes := make([]float32, 3*n)
	for c := range table {
		values, plane := &table[c], planes[c*n:(c+1)*n]
		for i := range plane {
			plane[i] = values[rgb[3*i+c]]
		}
	}
	return planes
}

// inBands calls do for stretches of 0 … n−1, on as many goroutines as there are
// threads, and waits for all.
func inBands(n, threads int, do func(from, to int)) {
	var g errgroup.Group
	for i := range threads {
		g.Go(func() error {
			do(i*n/threads, (i+1)*n/threads)
			return nil
		})
	}
	_ = g.Wait() // do returns no error
}

// destroy frees tensors.
func destroy(tensors ...*ort.Tensor) {
	for _, t := range tensors {
		t.Destroy()
	}
}
