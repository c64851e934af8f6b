// Package detect is the part of a two-stage detector (Faster and Mask R-CNN,
// torchvision 0.14) between its networks: everything that is neither convolution
// nor matrix product.
//
// The steps for a picture, in order:
//
//	Resized, Padded    the size of the network's input
//	Proposals          anchors + the RPN's deltas → at most 1000 boxes
//	PooledFrom         the feature map from which a box is pooled
//	Detections         class logits + deltas → at most 100 boxes with class and score
//	Rescale, Paste     boxes and 28×28 masks → the picture's own pixels
//
// Boxes are x1, y1, x2, y2 in pixels; a width is x2 − x1, without the "+1" of older
// code. All arithmetic is float32 in torch's order, so that comparisons with
// thresholds have the same result; products are rounded before they are added,
// because Go may fuse the two on some processors.
//
// Sources: torchvision/models/detection/{transform,anchor_utils,_utils,rpn,
// roi_heads}.py, torchvision/ops/{boxes,poolers}.py and csrc/ops/cpu/
// nms_kernel.cpp; Girshick et al., "Faster R-CNN" (2015), section 3; He et al.,
// "Mask R-CNN" (2017), section 3.
package detect

// Box is x1, y1, x2, y2 in pixels.
type Box [4]float32

// width returns x2 − x1.
func (b Box) width() float32 { return b[2] - b[0] }

// height returns y2 − y1.
func (b Box) height() float32 { return b[3] - b[1] }

// area returns width · height (torchvision.ops.box_area), rounded once.
func (b Box) area() float32 { return float32(b.width() * b.height()) }

// clip moves the corners into an image of w × h pixels
// (torchvision.ops.clip_boxes_to_image). NaN is unchanged.
func (b Box) clip(w, h float32) Box {
	return Box{clamp(b[0], w), clamp(b[1], h), clamp(b[2], w), clamp(b[3], h)}
}

// Clip moves the corners into a picture of width × height pixels. NaN is unchanged.
func (b Box) Clip(width, height int) Box { return b.clip(float32(width), float32(height)) }

// clamp limits v to [0, high]; NaN is unchanged, as in torch.clamp.
func clamp(v, high float32) float32 {
	if v < 0 {
		return 0
	}
	if v > high {
		return high
	}
	return v
}

// small reports whether a side is shorter than least
// (torchvision.ops.remove_small_boxes keeps ≥). A box with NaN is small.
func (b Box) small(least float32) bool { return !(b.width() >= least && b.height() >= least) }

// Rescale converts boxes from an image of w0 × h0 pixels to one of w1 × h1
// (resize_boxes in transform.py), with one float32 ratio for each axis.
func Rescale(boxes []Box, w0, h0, w1, h1 int) []Box {
	rx, ry := float32(w1)/float32(w0), float32(h1)/float32(h0)
	scaled := make([]Box, len(boxes))
	for i, b := range boxes {
		scaled[i] = Box{b[0] * rx, b[1] * ry, b[2] * rx, b[3] * ry}
	}
	return scaled
}
