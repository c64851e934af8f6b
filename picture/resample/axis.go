package resample

// Axis says for each target sample along one axis which two source samples it
// lies between. It is BilinearTorch taken apart, for those who do not want the
// whole resized plane.
type Axis struct{ of []neighbours }

// NewAxis is the axis from in source samples to out target samples, both > 0.
func NewAxis(in, out int) Axis { return Axis{axis(in, out)} }

// At returns the two source samples of target sample i and their weights.
func (a Axis) At(i int) (near, far int, wNear, wFar float32) {
	n := &a.of[i]
	return n.at0, n.at1, n.w0, n.w1
}

// Mix is a·wa + b·wb, rounded as BilinearTorch does.
func Mix(a, wa, b, wb float32) float32 { return mix(a, wa, b, wb) }
