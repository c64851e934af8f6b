// Package desktop performs the effects that the window's state requests. It is the
// only package that opens a window.
//
// Each file holds one family of effects (worker, opening, lists, dialogs, writes,
// edits, settings, models, devices, clock) and the list of its handlers. The
// performer makes one table of them all. An effect without a handler is a
// programming error, so Perform panics; a test compares the table with the effects
// that exist. The calls that need the toolkit are behind the interface toolkit, so
// the rest of the package runs, and is tested, without a window.
package desktop

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"descry/app/services"
	"descry/ui/state/core"
)

// toolkit is the part of the graphical toolkit that the performer uses. Its methods
// may be called from any goroutine.
type toolkit interface {
	// AskOpen, AskSave and AskFolder show the toolkit's own file dialog, for systems
	// that have none, and call answer once.
	AskOpen(folder string, answer func(paths []string))
	AskSave(folder, name string, answer func(path string))
	AskFolder(folder string, answer func(path string))
	CopyText(text string)
	Quit()
}

// handler performs the effects of one type.
type handler struct {
	effect  reflect.Type
	perform func(ctx context.Context, e core.Effect, send func(core.Action))
}

// on returns the handler of one type of effect.
func on[E core.Effect](perform func(ctx context.Context, e E, send func(core.Action))) handler {
	return handler{reflect.TypeFor[E](), func(ctx context.Context, e core.Effect, send func(core.Action)) { perform(ctx, e.(E), send) }}
}

// performer passes each effect of the window to its handler. It implements
// state.Performer.
type performer struct {
	handlers map[reflect.Type]handler
	worker   *workerEffects
}

// newPerformer returns a performer. The worker's events go to send, the loop's own.
func newPerformer(s *services.Services, o services.WindowOptions, k toolkit, g *gallery, t *timeline, send func(core.Action)) *performer {
	worker := newWorkerEffects(s, o, g, t, send)
	dialogs := &dialogEffects{toolkit: k, gallery: g, timeline: t}
	return tableOf(worker,
		clockHandlers(k), openingHandlers(g), listHandlers(), worker.handlers(), dialogs.handlers(), writeHandlers(g),
		editHandlers(s.Edits(), t), settingsHandlers(s.Dirs.Config), newModelEffects(s, o, t).handlers(), deviceHandlers(o.Runtime.Library))
}

// tableOf makes a performer of the families' handlers.
func tableOf(worker *workerEffects, families ...[]handler) *performer {
	p := &performer{handlers: map[reflect.Type]handler{}, worker: worker}
	for _, family := range families {
		for _, h := range family {
			if _, twice := p.handlers[h.effect]; twice {
				panic(fmt.Sprintf("desktop: two handlers for %v", h.effect))
			}
			p.handlers[h.effect] = h
		}
	}
	return p
}

// Perform implements state.Performer.
func (p *performer) Perform(ctx context.Context, e core.Effect, send func(core.Action)) {
	h, ok := p.handlers[reflect.TypeOf(e)]
	if !ok {
		panic(fmt.Sprintf("desktop: no handler for %T", e))
	}
	h.perform(ctx, e, send)
}

// close ends the worker and waits for it.
func (p *performer) close() { p.worker.runtime.Close() }

// oneLine joins the lines of an error message, which may contain a file name or a
// library's text.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
