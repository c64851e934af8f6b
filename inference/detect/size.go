package detect

import "math"

// SizeRule selects the precision in which the scale of the network's input is
// computed. It decides whether some pictures get a side of 799 or of 800.
type SizeRule string

const (
	// SizeFloat64 uses Python's float, as the current torchvision does.
	SizeFloat64 SizeRule = "float64"
	// SizeFloat32 uses a float32 scale, where torch divides a number by a tensor as
	// number · (1/tensor), and then multiplies in float64 (torchvision 0.14,
	// _resize_image_and_masks).
	SizeFloat32 SizeRule = "float32"
)

// Resized returns the size to which a picture of w × h pixels is resized: the short
// side becomes minSize, unless the long side would then exceed maxSize. Both sides are
// truncated, not rounded. Where torchvision would request an empty image (1 × 3000)
// the side is one pixel.
func Resized(w, h, minSize, maxSize int, rule SizeRule) (rw, rh int) {
	short, long := float64(min(w, h)), float64(max(w, h))
	scale := min(float64(minSize)/short, float64(maxSize)/long)
	if rule == SizeFloat32 {
		scale = float64(min(1/float32(short)*float32(minSize), 1/float32(long)*float32(maxSize)))
	}
	side := func(n int) int { return max(int(math.Floor(float64(n)*scale)), 1) }
	return side(w), side(h)
}

// Padded returns n rounded up to a multiple of step (GeneralizedRCNNTransform.
// batch_images; step is 32, the body's stride).
func Padded(n, step int) int { return (n + step - 1) / step * step }
