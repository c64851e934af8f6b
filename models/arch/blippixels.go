package arch

import (
	"encoding/json"

	"descry/internal/failure"
)

// Pixels is how a picture becomes a vision tower's input
// (preprocessor_config.json; transformers, image_processing_blip.py): RGB,
// resized to Width × Height whatever its own proportions, by bicubic resampling
// of 8-bit samples as PIL does it, then (x·Scale − Mean) / Std for each channel.
type Pixels struct {
	Width, Height int
	Scale         float64
	Mean, Std     [3]float32
}

// blipPreprocessor is the file; what is nil was left out.
type blipPreprocessor struct {
	Resize    *bool           `json:"do_resize"`
	Size      json.RawMessage `json:"size"`
	Resample  *int            `json:"resample"`
	Rescale   *bool           `json:"do_rescale"`
	Factor    *float64        `json:"rescale_factor"`
	Normalize *bool           `json:"do_normalize"`
	Mean      []float64       `json:"image_mean"`
	Std       []float64       `json:"image_std"`
}

// OpenAI CLIP's means and deviations, the defaults of BlipImageProcessor.
var (
	clipMean = []float64{0.48145466, 0.4578275, 0.40821073}
	clipStd  = []float64{0.26862954, 0.26130258, 0.27577711}
)

const bicubic = 3 // PIL.Image.Resampling.BICUBIC

// ReadBLIPPixels reads preprocessor_config.json; an empty path means the official
// one. The size must be the vision tower's: its position embeddings fit no other.
func ReadBLIPPixels(path string, c BLIPConfig) (Pixels, error) {
	var p blipPreprocessor
	if path != "" {
		if err := readJSON(path, &p); err != nil {
			return Pixels{}, err
		}
	}
	out, err := p.pixels(int(c.Vision.Image))
	if err != nil {
		return Pixels{}, failure.Wrap(failure.Model, "load", path, err, "Use the preprocessor_config.json that came with the weights.")
	}
	return out, nil
}

// pixels applies the defaults; the error is what is not supported.
func (p blipPreprocessor) pixels(side int) (Pixels, error) {
	out := Pixels{Width: side, Height: side, Scale: 1, Std: [3]float32{1, 1, 1}}
	if !orTrue(p.Resize) {
		return out, failure.Worded(nil, "do_resize is false, but the model takes one size only")
	}
	if p.Resample != nil && *p.Resample != bicubic {
		return out, failure.Worded(nil, "resample is %d: only %d (bicubic) is supported", *p.Resample, bicubic)
	}
	if len(p.Size) > 0 {
		h, w, ok := pictureSize(p.Size)
		if !ok || h != side || w != side {
			return out, failure.Worded(nil, "size is %s, but the vision tower takes %d × %d", p.Size, side, side)
		}
	}
	if orTrue(p.Rescale) {
		out.Scale = 1.0 / 255
		if p.Factor != nil {
			out.Scale = *p.Factor
		}
	}
	if !orTrue(p.Normalize) {
		return out, nil
	}
	mean, std := p.Mean, p.Std
	if mean == nil {
		mean = clipMean
	}
	if std == nil {
		std = clipStd
	}
	if len(mean) != 3 || len(std) != 3 {
		return out, failure.Worded(nil, "image_mean has %d and image_std %d values: pictures have 3 channels", len(mean), len(std))
	}
	for i := range 3 {
		if !(std[i] > 0) {
			return out, failure.Worded(nil, "an image_std is not above 0")
		}
		out.Mean[i], out.Std[i] = float32(mean[i]), float32(std[i])
	}
	return out, nil
}

func orTrue(b *bool) bool { return b == nil || *b }

// pictureSize reads {"height": h, "width": w}, or one number for both.
func pictureSize(text json.RawMessage) (height, width int, ok bool) {
	var both struct{ Height, Width int }
	if json.Unmarshal(text, &height) == nil {
		return height, height, true
	}
	err := json.Unmarshal(text, &both)
	return both.Height, both.Width, err == nil
}

// Normalize returns planes [3, h, w] of 8-bit rgb, which has three samples a pixel,
// row by row.
func (p Pixels) Normalize(rgb []byte) []float32 {
	n := len(rgb) / 3
	planes := make([]float32, 3*n)
	for c := range 3 {
		var level [256]float32
		for v := range level {
			level[v] = (float32(float64(v)*p.Scale) - p.Mean[c]) / p.Std[c]
		}
		plane := planes[c*n : (c+1)*n]
		for i := range plane {
			plane[i] = level[rgb[3*i+c]]
		}
	}
	return planes
}
