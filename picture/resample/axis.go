package resample

// Axis maps each target sample along one axis to the two source samples between
// which it lies. It is part of BilinearTorch, for callers that do not need the
// whole resized plane.
type Axis struct{ of []neighbours }

// NewAxis returns the axis from in source samples to out target samples, both > 0.
func NewAxis(in, out int) Axis { return Axis{axis(in, out)} }

// At returns the two source samples of target sample i and their weights.
func (a Axis) At(i int) (near, far int, wNear, wFar float32) {
	n := &a.of[i]
	return n.at0, n.at1, n.w0, n.w1
}

// Mix returns a·wa + b·wb, rounded as BilinearTorch does.
func Mix(a, wa, b, wb float32) float32 { return mix(a, wa, b, wb) }
