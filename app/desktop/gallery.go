package desktop

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"sync"

	"descry/describe"
	"descry/internal/failure"
	"descry/picture"
	"descry/resources"
	picturestate "descry/ui/state/picture"
)

// gallery holds the pixels of the open pictures for the canvas, the worker and the
// writers. It may be used from any goroutine; its results are shared and read-only.
type gallery struct {
	mu       sync.Mutex
	pictures map[picturestate.PictureID]*opened
	clips    map[uint64][]byte
	thumbs   map[string]*image.RGBA
	turn     chan struct{} // held while decoding: one picture at a time, since each may need much memory
}

// opened is one picture, being decoded or decoded.
type opened struct {
	cancel  context.CancelFunc
	picture *picture.Picture
	levels  []*image.RGBA // for display: alpha on a checkerboard, each level half the size of the one before
}

func newGallery() *gallery {
	return &gallery{pictures: map[picturestate.PictureID]*opened{}, clips: map[uint64][]byte{}, thumbs: map[string]*image.RGBA{}, turn: make(chan struct{}, 1)}
}

// open decodes a picture and keeps it under id until release.
func (g *gallery) open(ctx context.Context, id picturestate.PictureID, src picturestate.Source, limits picture.Limits) (*picture.Picture, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	g.mu.Lock()
	g.pictures[id] = &opened{cancel: cancel}
	g.mu.Unlock()
	select {
	case g.turn <- struct{}{}:
		defer func() { <-g.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	pic, err := g.decode(ctx, src, limits)
	if err != nil {
		return nil, err
	}
	levels := picture.Pyramid(ctx, pic.ForEye())
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	o, wanted := g.pictures[id]
	if !wanted {
		return nil, context.Canceled
	}
	o.picture, o.levels = pic, levels
	return pic, nil
}

func (g *gallery) decode(ctx context.Context, src picturestate.Source, limits picture.Limits) (*picture.Picture, error) {
	switch src.Kind {
	case picturestate.SourceSample:
		for _, s := range resources.Samples() {
			if s.Name == src.Path {
				return picture.Decode(ctx, bytes.NewReader(s.PNG), int64(len(s.PNG)), s.Name, limits)
			}
		}
	case picturestate.SourceClip:
		g.mu.Lock()
		data, ok := g.clips[src.Clip]
		g.mu.Unlock()
		if ok {
			return picture.Decode(ctx, bytes.NewReader(data), int64(len(data)), "pasted picture", limits)
		}
	default:
		return picture.Open(ctx, src.Path, limits)
	}
	return nil, failure.New(failure.Unreadable, "open", src.Path, "the picture no longer exists")
}

// release drops a picture and stops its decoding.
func (g *gallery) release(id picturestate.PictureID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if o, ok := g.pictures[id]; ok {
		o.cancel()
		delete(g.pictures, id)
	}
}

// keepClip keeps a pasted picture's bytes under a number.
func (g *gallery) keepClip(number uint64, data []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.clips[number] = data
}

// releaseClip drops a pasted picture's bytes.
func (g *gallery) releaseClip(number uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.clips, number)
}

// Levels returns a picture's pyramid, nil when there are no pixels.
func (g *gallery) Levels(id picturestate.PictureID) []*image.RGBA {
	g.mu.Lock()
	defer g.mu.Unlock()
	if o, ok := g.pictures[id]; ok {
		return o.levels
	}
	return nil
}

// Base returns a picture at full size, nil when there are no pixels.
func (g *gallery) Base(id picturestate.PictureID) *image.RGBA {
	if levels := g.Levels(id); len(levels) > 0 {
		return levels[0]
	}
	return nil
}

// pixels returns the picture as the models receive it.
func (g *gallery) pixels(id picturestate.PictureID) (*picture.Picture, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if o, ok := g.pictures[id]; ok && o.picture != nil {
		return o.picture, nil
	}
	return nil, failure.New(failure.Unreadable, "describe", fmt.Sprint("picture ", id), "it is no longer in memory").WithHint("Open it again.")
}

// Sizes of thumbnails of samples in pixels: cards are 185 × 140 dp at most.
const thumbWidth, thumbHeight = 400, 320

// loadThumbnails makes the samples' thumbnails.
func (g *gallery) loadThumbnails(ctx context.Context) {
	for _, in := range describe.Samples() {
		p, err := in.Open(ctx, picture.DefaultLimits())
		if err != nil {
			continue // the card stays empty; a test decodes every sample
		}
		thumb := picture.Thumbnail(p.ForEye(), thumbWidth, thumbHeight)
		g.mu.Lock()
		g.thumbs[in.Name] = thumb
		g.mu.Unlock()
	}
}

// Thumbnail returns a sample's thumbnail, nil when it is not made yet.
func (g *gallery) Thumbnail(name string) *image.RGBA {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.thumbs[name]
}
