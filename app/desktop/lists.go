package desktop

import (
	"context"
	"slices"
	"sync"

	"descry/app/system"
	"descry/ui/state/core"
	picturestate "descry/ui/state/picture"
)

// listKeeper keeps the list of pictures that the window walks through: the window
// itself holds a part of it only. It may be used from any goroutine.
type listKeeper struct {
	mu    sync.Mutex
	id    picturestate.ListID
	paths []string
}

// listHandlers keep lists and tell parts of them.
func listHandlers() []handler {
	k := &listKeeper{}
	return []handler{
		on(func(_ context.Context, e picturestate.KeepList, _ func(core.Action)) { k.keep(e.List, e.Paths) }),
		on(func(_ context.Context, e picturestate.LookUp, send func(core.Action)) { send(k.window(e.List, e.At)) }),
		on(func(_ context.Context, e picturestate.ListFolder, send func(core.Action)) {
			go func() { send(k.folder(e)) }() // a folder on a sleeping disk must not hold up the end
		}),
	}
}

// keep replaces the list by a later one.
func (k *listKeeper) keep(id picturestate.ListID, paths []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if id > k.id {
		k.id, k.paths = id, paths
	}
}

// window returns the part of a list about a place, an empty one of a list that
// is not kept any more.
func (k *listKeeper) window(id picturestate.ListID, at int) picturestate.Window {
	k.mu.Lock()
	defer k.mu.Unlock()
	if id != k.id {
		return picturestate.Window{List: id}
	}
	return picturestate.WindowOf(id, k.paths, at)
}

// folder lists a folder and keeps its pictures. Of one that cannot be listed only
// the picture itself is known.
func (k *listKeeper) folder(e picturestate.ListFolder) picturestate.Window {
	paths, err := system.PicturesIn(e.Dir)
	if err != nil {
		paths = nil
	}
	at := slices.Index(paths, e.Path)
	if at < 0 { // a picture whose name does not say so
		at = 0
		paths = slices.Insert(paths, 0, e.Path)
	}
	k.keep(e.List, paths)
	return k.window(e.List, at)
}
