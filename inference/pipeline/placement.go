package pipeline

import "descry/inference/ort"

// part is a graph of a model that has a session of its own.
type part string

// The parts of all models.
const (
	partVision   part = "a captioner's vision tower"
	partDecoder  part = "a captioner's text decoder"
	partFeatures part = "a detector's body, pyramid and proposal network"
	partBoxes    part = "a detector's box head"
	partMasks    part = "a detector's mask head"
	partClasses  part = "a segmenter"
	partWhole    part = "a detector made elsewhere, in one graph"
)

// placement holds whether a part may run on a card, and why. What stands between
// the parts (choosing proposals and detections, grouping regions by map, pasting
// masks, enlarging class maps, searching tokens) is Go and runs on the processor.
type placement struct {
	card bool
	why  string
}

// placements are by part; the times are how often a card (NVIDIA H200, ONNX Runtime
// 1.31.1, TF32 off) is as fast as 16 cores, with the official models' sizes. A step of
// the decoder passes 42 MB of the picture's keys and values to the card each time,
// which is why it gains so little. The box and mask heads hold RoIAlign, which CUDA and
// DirectML have; Core ML does not, and ONNX Runtime runs those nodes on the
// processor there.
var placements = map[part]placement{
	partVision:   {true, "577 rows through twelve or more layers, matrix products only: 9.6 times"},
	partDecoder:  {true, "small products, but each reads all of its weights: 1.2 times"},
	partFeatures: {true, "convolutions, most of a detector's work: 8.1 times"},
	partBoxes:    {true, "1,000 regions at once through large matrices or four convolutions: 10.5 times"},
	partMasks:    {true, "up to 100 regions through five convolutions: 9.2 times"},
	partClasses:  {true, "convolutions only: 19.5 times"},
	partWhole:    {false, "suppression and loops in the graph: known to be slow or wrong on cards"},
}

// on returns what the sessions of a part are made with: the device that was asked for,
// or the processor if the part does not belong on a card.
func (c sessionConfig) on(p part) sessionConfig {
	if !placements[p].card {
		c.device = ort.DeviceCPU
	}
	return c
}
