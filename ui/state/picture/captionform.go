package picture

import (
	"strings"

	"descry/inference"
	"descry/settings"
)

// alternativeSeeds are those that the alternatives are drawn from, apart from
// those of the captions themselves.
const alternativeSeeds = 1 << 20

// captionOptions returns how a caption is searched for, or drawn, when it is asked for the
// attempt-th time. Asked for again, a search becomes wider, and a drawing gets
// another seed.
func captionOptions(f settings.CaptionForm, s Slot, attempt int) inference.CaptionOptions {
	o := inference.CaptionOptions{
		Preset: f.Preset, Beams: f.Beams, LengthNorm: f.LengthNorm, TopP: f.TopP, Temperature: f.Temperature,
		RepetitionPenalty: f.Repetition, Avoid: f.Avoided(), AnyStart: f.AnyStart,
	}
	if prompt := strings.TrimSpace(f.Prompt); prompt != "" {
		o.Prompt = &prompt
	}
	switch {
	case f.TopP > 0:
		o.Seed = uint64(attempt)
		if o.Beams = 0; s == SlotAlternatives {
			o.NBest, o.Seed = alternativeBeams, uint64(attempt)+alternativeSeeds
		}
	case s == SlotAlternatives:
		o.Beams = max(alternativeBeams, f.Beams)
		o.NBest = alternativeBeams
	default:
		if wider := againBeams[attempt%len(againBeams)]; wider > 0 {
			o.Beams = wider
		}
		if attempt > 0 {
			o.NBest = min(o.Beams, alternativeBeams)
		}
	}
	return o
}
