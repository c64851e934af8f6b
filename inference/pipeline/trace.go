package pipeline

import (
	"context"

	"descry/inference/detect"
	"descry/inference/ort"
)

// Trace is called with the result of each stage of a run, in the order in which they
// are computed: the fidelity harness (tools/fidelity) compares these values with
// those of the official implementation. values are row by row and may not be
// kept or changed: they belong to the run.
type Trace func(stage Stage, shape []int64, values []float32)

// Stage names a result that a Trace is called with.
type Stage string

// The stages. Those that end in a dot are followed by a number.
const (
	StageCaptionPixels Stage = "caption.pixels"   // [1, 3, h, w], normalised
	StageCrossKeys     Stage = "caption.cross_k." // decoder layer i's keys of the picture [1, heads, size, patches+1]
	StageCrossValues   Stage = "caption.cross_v." // its values [1, heads, patches+1, size]
	StageLogits        Stage = "caption.logits"   // each step's [rows, vocabulary], before any processor

	StageInstancePixels Stage = "instances.pixels"     // [1, 3, h, w], normalised, resized and padded
	StageMaps           Stage = "instances.p"          // p2 … p5 [1, c, h, w]
	StageRPNLogits      Stage = "instances.logits."    // level i's [1, h, w, a]
	StageRPNDeltas      Stage = "instances.deltas."    // level i's [1, h, w, 4a]
	StageProposals      Stage = "instances.proposals"  // [n, 4], pixels of the resized picture
	StageDetections     Stage = "instances.detections" // [n, 6]: x1, y1, x2, y2 as above, score, class
	StageMasks          Stage = "instances.masks"      // [n, side, side] probabilities

	StageClassPixels Stage = "classes.pixels" // [1, 3, h, w], normalised and resized
	StageClassLogits Stage = "classes.logits" // [1, classes, h, w] of the coarse map
)

// traceKey is the Trace's place in a context.
type traceKey struct{}

// WithTrace returns a context whose runs call t with the results of their stages, as
// net/http/httptrace does for requests. Without one, a run pays nothing.
func WithTrace(ctx context.Context, t Trace) context.Context {
	return context.WithValue(ctx, traceKey{}, t)
}

// tracing returns the context's Trace, or nil.
func tracing(ctx context.Context) Trace {
	t, _ := ctx.Value(traceKey{}).(Trace)
	return t
}

// traceTensor traces one tensor.
func traceTensor(ctx context.Context, stage Stage, t *ort.Tensor) {
	if trace := tracing(ctx); trace != nil {
		trace(stage, t.Shape(), t.Float32s())
	}
}

// traceBoxes traces boxes.
func traceBoxes(ctx context.Context, stage Stage, boxes []detect.Box) {
	if trace := tracing(ctx); trace != nil {
		values := make([]float32, 0, 4*len(boxes))
		for _, b := range boxes {
			values = append(values, b[:]...)
		}
		trace(stage, []int64{int64(len(boxes)), 4}, values)
	}
}

// traceDetections traces the boxes, scores and classes that were chosen.
func traceDetections(ctx context.Context, found []detect.Detection) {
	if trace := tracing(ctx); trace != nil {
		values := make([]float32, 0, 6*len(found))
		for _, d := range found {
			values = append(append(values, d.Box[:]...), d.Score, float32(d.Class))
		}
		trace(StageDetections, []int64{int64(len(found)), 6}, values)
	}
}
