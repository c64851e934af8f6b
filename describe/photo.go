package describe

import "descry/picture"

// The built-in models are trained on drawings only, and people are told so once.
// LooksLikePhoto is the heuristic for that: it looks for a size that cameras produce
// and for the many colours of a photograph.
const (
	photoPixels  = 300_000 // drawings for these models have fewer: sides of 192 to 320
	photoSamples = 64      // a grid of 64 × 64 samples
	photoColours = 150     // distinct colours of 5 bits a channel among those samples; photographs tried had 240 to 840
)

// LooksLikePhoto reports whether p is clearly not a flat drawing.
func LooksLikePhoto(p *picture.Picture) bool {
	if p.Width*p.Height < photoPixels {
		return false
	}
	seen := map[uint32]bool{}
	for i := range photoSamples * photoSamples {
		x, y := (i%photoSamples)*p.Width/photoSamples, (i/photoSamples)*p.Height/photoSamples
		at := 3 * (y*p.Width + x)
		seen[uint32(p.RGB[at]>>3)<<10|uint32(p.RGB[at+1]>>3)<<5|uint32(p.RGB[at+2]>>3)] = true
	}
	return len(seen) > photoColours
}
