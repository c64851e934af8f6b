package desktop

import (
	"context"
	"errors"
	"time"

	"descry/describe"
	"descry/internal/failure"
	"descry/picture"
	"descry/ui/state/core"
	picturestate "descry/ui/state/picture"
)

// openingHandlers returns the handlers that decode and release pictures.
func openingHandlers(g *gallery) []handler {
	return []handler{
		on(g.perform),
		on(func(_ context.Context, e picturestate.Release, _ func(core.Action)) { g.release(e.Picture) }),
		on(func(_ context.Context, e picturestate.ReleaseClip, _ func(core.Action)) { g.releaseClip(e.Clip) }),
	}
}

// perform decodes a picture.
func (g *gallery) perform(ctx context.Context, e picturestate.Decode, send func(core.Action)) {
	limits := picture.DefaultLimits()
	if e.Pixels > 0 {
		limits.Pixels = e.Pixels
	}
	start := time.Now()
	pic, err := g.open(ctx, e.Picture, e.Source, limits)
	if err != nil {
		if errors.Is(err, context.Canceled) {
			return // the picture was released
		}
		send(picturestate.DecodeFailed{Picture: e.Picture, Failure: failure.Of(err, failure.Unreadable)})
		return
	}
	send(picturestate.Decoded{Picture: e.Picture, Key: pic.Key, Width: pic.Width, Height: pic.Height, Photo: describe.LooksLikePhoto(pic), Milliseconds: milliseconds(time.Since(start))})
}
