package settings

import (
	"slices"
	"strings"

	"descry/inference"
)

// Bounds of the form.
const (
	MostBeams      = 10
	maxRepetition  = 5.0
	maxTemperature = 5.0
	MostWords      = 500 // bytes of the prompt and of the words to avoid
	maxAvoid       = 200 // words to avoid
)

// CaptionForm holds a person's options for captions. The zero value stands for the
// model set's own options.
type CaptionForm struct {
	Preset      inference.CaptionPreset `json:"preset"`             // empty: the set's own
	Prompt      string                  `json:"prompt"`             // empty: the preset's
	Beams       int                     `json:"beams"`              // 0: the preset's
	LengthNorm  inference.LengthNorm    `json:"length_norm"`        // empty: the preset's
	TopP        float64                 `json:"top_p"`              // 0: beam search; else sampling
	Temperature float64                 `json:"temperature"`        // of the sampling; 0: 1
	Repetition  float64                 `json:"repetition_penalty"` // 0: none
	Avoid       string                  `json:"avoid"`              // words, separated by commas
	AnyStart    bool                    `json:"any_start"`          // noise words may begin a caption
}

// repaired replaces invalid values by their defaults.
func (f CaptionForm) repaired() CaptionForm {
	if _, known := f.Preset.Recipe(); !known {
		f.Preset = ""
	}
	f.Prompt, f.Avoid = short(f.Prompt), short(f.Avoid)
	if !Within(f.Beams, 0, MostBeams) {
		f.Beams = 0
	}
	f.LengthNorm = OneOf(f.LengthNorm, "", inference.LengthNormWhole, inference.LengthNormGenerated)
	for _, n := range []struct {
		value *float64
		most  float64
	}{{&f.TopP, 1}, {&f.Temperature, maxTemperature}, {&f.Repetition, maxRepetition}} {
		if !Within(*n.value, 1e-3, n.most) {
			*n.value = 0
		}
	}
	return f
}

// short returns text as one line of valid UTF-8 of at most MostWords bytes.
func short(text string) string {
	if len(text) > MostWords {
		text = text[:MostWords]
	}
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == 0 {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, ""))
}

// Avoided returns the words of the list Avoid.
func (f CaptionForm) Avoided() []string {
	var all []string
	for _, w := range strings.Split(f.Avoid, ",") {
		if w = strings.TrimSpace(w); w != "" && !slices.Contains(all, w) && len(all) < maxAvoid {
			all = append(all, w)
		}
	}
	return all
}

// DrawingTemperature returns the temperature of the sampling, 1 if none is chosen.
func (f CaptionForm) DrawingTemperature() float64 {
	if f.Temperature == 0 {
		return 1
	}
	return f.Temperature
}
