package state

import (
	"math"
	"slices"
	"strings"

	"descry/inference"
)

// Bounds of the form.
const (
	mostFormBeams   = 10
	mostRepetition  = 5.0
	mostTemperature = 5.0
	mostWords       = 500 // bytes of the prompt and of the words to avoid
	mostAvoid       = 200 // words to avoid
)

// CaptionForm is how captions are looked for, as a person chose it. The zero
// value is what the model set says.
type CaptionForm struct {
	Preset      inference.CaptionPreset `json:"preset"`             // empty: the set's own
	Prompt      string                  `json:"prompt"`             // empty: the preset's
	Beams       int                     `json:"beams"`              // 0: the preset's
	LengthNorm  inference.LengthNorm    `json:"length_norm"`        // empty: the preset's
	TopP        float64                 `json:"top_p"`              // 0: search; else words are drawn
	Temperature float64                 `json:"temperature"`        // of the drawing; 0: 1
	Repetition  float64                 `json:"repetition_penalty"` // 0: none
	Avoid       string                  `json:"avoid"`              // words, separated by commas
	AnyStart    bool                    `json:"any_start"`          // noise words may begin a caption
}

// repaired puts the default for what means nothing.
func (f CaptionForm) repaired() CaptionForm {
	if _, known := f.Preset.Recipe(); !known {
		f.Preset = ""
	}
	f.Prompt, f.Avoid = short(f.Prompt), short(f.Avoid)
	if !within(f.Beams, 0, mostFormBeams) {
		f.Beams = 0
	}
	f.LengthNorm = oneOf(f.LengthNorm, "", inference.LengthNormWhole, inference.LengthNormGenerated)
	for _, n := range []struct {
		value *float64
		most  float64
	}{{&f.TopP, 1}, {&f.Temperature, mostTemperature}, {&f.Repetition, mostRepetition}} {
		if !within(*n.value, 1e-3, n.most) {
			*n.value = 0
		}
	}
	return f
}

// short returns valid text of one line that can be kept.
func short(text string) string {
	if len(text) > mostWords {
		text = text[:mostWords]
	}
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == 0 {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, ""))
}

// avoided are the words of the list.
func (f CaptionForm) avoided() []string {
	var all []string
	for _, w := range strings.Split(f.Avoid, ",") {
		if w = strings.TrimSpace(w); w != "" && !slices.Contains(all, w) && len(all) < mostAvoid {
			all = append(all, w)
		}
	}
	return all
}

// otherSeeds are those that the other ways to say it are drawn from, apart from
// those of the captions themselves.
const otherSeeds = 1 << 20

// options says how a caption is searched for, or drawn, when it is asked for the
// attempt-th time. Asked for again, a search becomes wider, and a drawing gets
// another seed.
func (f CaptionForm) options(s slot, attempt int) inference.CaptionOptions {
	o := inference.CaptionOptions{
		Preset: f.Preset, Beams: f.Beams, LengthNorm: f.LengthNorm, TopP: f.TopP, Temperature: f.Temperature,
		RepetitionPenalty: f.Repetition, Avoid: f.avoided(), AnyStart: f.AnyStart,
	}
	if prompt := strings.TrimSpace(f.Prompt); prompt != "" {
		o.Prompt = &prompt
	}
	switch {
	case f.TopP > 0:
		o.Seed = uint64(attempt)
		if o.Beams = 0; s == slotOthers {
			o.NBest, o.Seed = otherBeams, uint64(attempt)+otherSeeds
		}
	case s == slotOthers:
		o.Beams = max(otherBeams, f.Beams)
		o.NBest = otherBeams
	default:
		if wider := againBeams[attempt%len(againBeams)]; wider > 0 {
			o.Beams = wider
		}
		if attempt > 0 {
			o.NBest = min(o.Beams, otherBeams)
		}
	}
	return o
}

// changeForm changes the form.
func (r *reduction) changeForm(f func(*CaptionForm)) {
	r.changeSettings(func(s *Settings) { f(&s.Caption) })
}

func (a PresetSet) on(r *reduction) { r.changeForm(func(f *CaptionForm) { f.Preset = a.Preset }) }

func (a PromptSet) on(r *reduction) { r.changeForm(func(f *CaptionForm) { f.Prompt = a.Text }) }

func (a BeamsSet) on(r *reduction) {
	r.changeForm(func(f *CaptionForm) { f.Beams, f.TopP, f.Temperature = a.Beams, 0, 0 })
}

func (a DrawingSet) on(r *reduction) {
	r.changeForm(func(f *CaptionForm) { f.TopP, f.Temperature, f.Beams = a.TopP, a.Temperature, 0 })
}

func (a LengthNormSet) on(r *reduction) { r.changeForm(func(f *CaptionForm) { f.LengthNorm = a.Norm }) }

func (a RepetitionSet) on(r *reduction) {
	r.changeForm(func(f *CaptionForm) { f.Repetition = a.Penalty })
}

func (a AvoidSet) on(r *reduction) { r.changeForm(func(f *CaptionForm) { f.Avoid = a.Text }) }

func (AnyStartToggled) on(r *reduction) {
	r.changeForm(func(f *CaptionForm) { f.AnyStart = !f.AnyStart })
}

// same reports whether two numbers of the form are the same choice.
func same(a, b float64) bool { return math.Abs(a-b) < 1e-6 }
