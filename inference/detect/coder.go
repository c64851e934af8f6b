package detect

import "math"

// Coder decodes a network's deltas (dx, dy, dw, dh) into boxes; its four numbers
// are the factors by which the deltas were scaled in training (BoxCoder in
// _utils.py; "R-CNN", Girshick et al. 2014, appendix C).
type Coder [4]float32

// The coders of torchvision's detectors.
var (
	RPNCoder = Coder{1, 1, 1, 1}
	BoxCoder = Coder{10, 10, 5, 5}
)

// maxLogScale bounds dw and dh before the exponential: a box grows at most
// 1000/16 times (bbox_xform_clip).
var maxLogScale = float32(math.Log(1000.0 / 16))

// Decode moves and scales the reference box by the deltas d, len(d) ≥ 4.
func (c Coder) Decode(reference Box, d []float32) Box {
	w, h := reference.width(), reference.height()
	x := reference[0] + float32(0.5*w)
	y := reference[1] + float32(0.5*h)
	x = float32(d[0]/c[0]*w) + x
	y = float32(d[1]/c[1]*h) + y
	w = exp(min(d[2]/c[2], maxLogScale)) * w
	h = exp(min(d[3]/c[3], maxLogScale)) * h
	halfW, halfH := float32(0.5*w), float32(0.5*h)
	return Box{x - halfW, y - halfH, x + halfW, y + halfH}
}

// exp returns e^v, rounded to float32 once.
func exp(v float32) float32 { return float32(math.Exp(float64(v))) }

// sigmoid returns 1/(1+e^−v), rounded to float32 at each step as in torch: large
// logits all become 1, and their boxes then keep their order.
func sigmoid(v float32) float32 { return 1 / (1 + exp(-v)) }
