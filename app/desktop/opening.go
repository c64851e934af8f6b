package desktop

import (
	"context"
	"errors"
	"time"

	"descry/app/system"
	"descry/describe"
	"descry/internal/failure"
	"descry/picture"
	"descry/ui/state/core"
	picturestate "descry/ui/state/picture"
)

// openingHandlers decode pictures and look at what lies beside them.
func openingHandlers(g *gallery) []handler {
	return []handler{
		on(g.perform),
		on(func(_ context.Context, e picturestate.Release, _ func(core.Action)) { g.release(e.Picture) }),
		on(func(_ context.Context, e picturestate.ListFolder, send func(core.Action)) {
			go func() { // a folder on a sleeping disk must not hold up the end
				paths, err := system.PicturesIn(e.Dir)
				if err != nil {
					paths = nil // the picture itself stays; its neighbours are not known
				}
				send(picturestate.FolderListed{Dir: e.Dir, Paths: paths})
			}()
		}),
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
			return // released: nobody asks any more
		}
		send(picturestate.DecodeFailed{Picture: e.Picture, Failure: failure.Of(err, failure.Unreadable)})
		return
	}
	send(picturestate.Decoded{Picture: e.Picture, Key: pic.Key, Width: pic.Width, Height: pic.Height, Photo: describe.LooksLikePhoto(pic), Milliseconds: milliseconds(time.Since(start))})
}
