// Package desktop is the window's other side: it performs the effects that the
// window's state asks for, and it is the only package that opens a window of the
// system.
//
// A file is a family of effects (worker, opening, dialogs, writes, edits, settings,
// models, devices, clock), each with the list of its handlers. The performer makes
// one table of them all; an effect that is in no list is a mistake in the program
// and ends it loudly, and a test compares the table with the effects that there
// are. What only a toolkit can do is behind the interface toolkit, so that all of
// this runs, and is tested, without a window.
package desktop

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"descry/app/services"
	"descry/ui/state/core"
)

// toolkit is what the performer needs of the window: what only a toolkit can do.
// Each method may be called from any goroutine.
type toolkit interface {
	// AskOpen, AskSave and AskFolder show the toolkit's own file dialog, where the
	// system has none; they answer once.
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

// performer performs the window's effects by the handlers of its families. It
// implements state.Performer.
type performer struct {
	handlers map[reflect.Type]handler
	worker   *workerEffects
}

// newPerformer returns a performer. send is the loop's, for what the worker tells.
func newPerformer(s *services.Services, o services.WindowOptions, k toolkit, g *gallery, t *timeline, send func(core.Action)) *performer {
	worker := newWorkerEffects(s, o, g, t, send)
	dialogs := &dialogEffects{toolkit: k, gallery: g, timeline: t}
	return tableOf(worker,
		clockHandlers(k), openingHandlers(g), worker.handlers(), dialogs.handlers(), writeHandlers(g),
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

// oneLine keeps an error on one line whatever a file name or library put in.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
