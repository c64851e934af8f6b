package detect

import (
	"testing"

	"descry/picture/resample"
)

func TestAMaskOverTheWholeImageIsCutAndEnlarged(t *testing.T) {
	const w, h = 20, 16
	values := make([]float32, w*h)
	for y := range h {
		for x := range w {
			values[y*w+x] = float32((x*7+y*5)%11) / 11
		}
	}
	for _, c := range []struct{ width, height, pw, ph int }{
		{w, h, w, h},   // as it is
		{13, h, 13, h}, // padding to the right
		{12, 9, 31, 40},
		{w, h, 7, 5},
		{1, 1, 3, 3},
	} {
		got := PastedMask(values, w, h, c.width, c.height, c.pw, c.ph)
		part := make([]float32, 0, c.width*c.height)
		for y := range c.height {
			part = append(part, values[y*w:][:c.width]...)
		}
		want := resample.BilinearTorch(part, 1, c.height, c.width, c.ph, c.pw)
		if err := got.Valid(); err != nil || got.Width != c.pw || got.Height != c.ph {
			t.Fatalf("%+v: %d × %d, %v", c, got.Width, got.Height, err)
		}
		wrong := 0
		for i, v := range want {
			if got.Contains(i%c.pw, i/c.pw) != (v > 0.5) {
				wrong++
			}
		}
		if wrong > 0 {
			t.Errorf("%+v: %d of %d pixels differ from torch's bilinear", c, wrong, len(want))
		}
	}
}
