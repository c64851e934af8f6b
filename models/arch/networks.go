package arch

import "descry/models/onnx"

// Captioner is a network that writes captions token by token: a vision graph, which
// runs once a picture, and a decoder graph, which runs once for the prompt and once
// for each token.
//
//	vision   in:  the picture as Pixels makes it [1, 3, height, width]
//	         out: what the decoder attends to, any number of tensors
//	decoder  in:  input_ids [n, t] int64, parents [n] int64 (the row of the cache that
//	              each row continues), the caches [m, heads, p, head size], then all
//	              outputs of the vision graph
//	         out: logits [n, vocabulary] of what follows each row's last token, then the
//	              grown caches
type Captioner interface {
	Network
	Pixels() Pixels
	Language() Language
	VisionGraph() (onnx.Model, error)
	DecoderGraph() (onnx.Model, error)
}

// Language is what the search for a caption has to know of a decoder.
type Language struct {
	Vocabulary  int64    // tokens
	Positions   int64    // the most tokens of a row, start and prompt included
	Start, Stop int      // tokens
	Published   bool     // the vocabulary is that of the published models, not of a small one for tests
	Caches      int      // tensors of the cache: keys and values of each layer
	EmptyCache  [4]int64 // the shape of each before the first token: one row, no tokens
}

// Detector is a network that finds objects in two steps, as Faster R-CNN does:
// regions that may hold one, then the class, box and mask of each. Package detect
// chooses between the graphs.
type Detector interface {
	Network
	Settings() DetectorConfig
	Classes() int64 // the background included
	HasMasks() bool
	FeatureGraph() (onnx.Model, error)
	BoxGraph() (onnx.Model, error)
	MaskGraph() (onnx.Model, error)
}

// Segmenter is a network that gives each pixel a class.
type Segmenter interface {
	Network
	Settings() SegmenterConfig
	Classes() int64 // the background included
	// Graph maps pixels [1, 3, height, width], normalised, to logits
	// [1, classes, h, w] of a coarser map, which package segment enlarges.
	Graph() (onnx.Model, error)
}
