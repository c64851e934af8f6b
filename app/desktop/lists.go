package desktop

import (
	"context"
	"slices"
	"sync"

	"descry/app/system"
	"descry/ui/state/core"
	picturestate "descry/ui/state/picture"
)

// listKeeper holds the list of pictures that the window browses; the window itself
// holds only a part of it. It may be used from any goroutine.
type listKeeper struct {
	mu    sync.Mutex
	id    picturestate.ListID
	paths []string
}

// listHandlers returns the handlers that keep a list and return parts of it.
func listHandlers() []handler {
	k := &listKeeper{}
	return []handler{
		on(func(_ context.Context, e picturestate.KeepList, _ func(core.Action)) { k.keep(e.List, e.Paths) }),
		on(func(_ context.Context, e picturestate.LookUp, send func(core.Action)) { send(k.window(e.List, e.At)) }),
		on(func(_ context.Context, e picturestate.ListFolder, send func(core.Action)) {
			go func() { send(k.folder(e)) }() // a folder on a sleeping disk must not delay closing
		}),
	}
}

// keep replaces the list if id is newer.
func (k *listKeeper) keep(id picturestate.ListID, paths []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if id > k.id {
		k.id, k.paths = id, paths
	}
}

// window returns the part of a list around an index; it is empty if the list has
// been replaced.
func (k *listKeeper) window(id picturestate.ListID, at int) picturestate.Window {
	k.mu.Lock()
	defer k.mu.Unlock()
	if id != k.id {
		return picturestate.Window{List: id}
	}
	return picturestate.WindowOf(id, k.paths, at)
}

// folder lists a folder and keeps its pictures. If the folder cannot be listed, the
// list holds only the picture itself.
func (k *listKeeper) folder(e picturestate.ListFolder) picturestate.Window {
	paths, err := system.PicturesIn(e.Dir)
	if err != nil {
		paths = nil
	}
	at := slices.Index(paths, e.Path)
	if at < 0 { // its name has no picture extension
		at = 0
		paths = slices.Insert(paths, 0, e.Path)
	}
	k.keep(e.List, paths)
	return k.window(e.List, at)
}
