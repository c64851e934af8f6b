package detect

import "math"

// Detection is one object in the resized image.
type Detection struct {
	Box   Box
	Class int     // index into the class logits; 0 is the background and never occurs
	Score float32 // the class's probability
}

// DetectionRule holds the parameters of choosing detections
// (RoIHeads.postprocess_detections in roi_heads.py).
type DetectionRule struct {
	Score     float64 // probabilities must be above it
	Threshold float64 // IoU above which the lower-scoring box of a class is dropped
	Total     int     // maximum number of detections
}

// minDetection is the shortest side of a detection, in pixels.
const minDetection = 1e-2

// Detections returns the objects in a resized image of width × height pixels
// without padding, by descending score. Each proposal has C class logits and 4·C
// deltas, the four of a class together. A proposal may yield several objects of
// different classes, each with its own box.
func Detections(proposals []Box, logits, deltas []float32, classes, width, height int, rule DetectionRule) []Detection {
	var found []Detection
	probabilities := make([]float32, classes)
	for i, proposal := range proposals {
		softmax(probabilities, logits[i*classes:][:classes])
		for class := 1; class < classes; class++ {
			score := probabilities[class]
			if !(score > float32(rule.Score)) {
				continue
			}
			box := BoxCoder.Decode(proposal, deltas[(i*classes+class)*4:]).clip(float32(width), float32(height))
			if !box.small(minDetection) {
				found = append(found, Detection{box, class, score})
			}
		}
	}
	return suppressDetections(found, rule)
}

// suppressDetections applies Suppress to detections.
func suppressDetections(found []Detection, rule DetectionRule) []Detection {
	boxes, scores, of := make([]Box, len(found)), make([]float32, len(found)), make([]int, len(found))
	for i, d := range found {
		boxes[i], scores[i], of[i] = d.Box, d.Score, d.Class
	}
	kept := Suppress(boxes, scores, of, rule.Threshold, rule.Total)
	best := make([]Detection, len(kept))
	for i, k := range kept {
		best[i] = found[k]
	}
	return best
}

// softmax writes the softmax of logits to dst, of the same length. Each exponential
// is a float32, their sum a float64.
func softmax(dst, logits []float32) {
	high := float32(math.Inf(-1))
	for _, v := range logits {
		high = max(high, v)
	}
	sum := 0.0
	for i, v := range logits {
		dst[i] = exp(v - high)
		sum += float64(dst[i])
	}
	for i := range dst {
		dst[i] /= float32(sum)
	}
}
