package state

import (
	"context"
	"reflect"
	"sync"

	"descry/ui/state/core"
)

// Performer does what effects say; it is the only side that touches files,
// engine, clipboard and clock.
type Performer interface {
	// Perform does e and sends what comes of it, any number of actions. It is
	// called on a goroutine of its own, so it may take its time; the effects of a
	// lane (core.Effect) come one after the other. ctx ends when the loop is closed:
	// it returns soon then, except from saving, which it finishes. send may be
	// called from any goroutine at any time, also after Perform has returned.
	Perform(ctx context.Context, e core.Effect, send func(core.Action))
}

// Loop owns a State. Send gives it an action, from any goroutine and without
// waiting; paint is handed the newest Screen, never twice the same, and none
// while it is still at the last one: a burst of tokens costs one paint.
type Loop struct {
	performer Performer
	paint     func(Screen)
	ctx       context.Context
	cancel    context.CancelFunc

	mu     sync.Mutex
	queue  []core.Action // not reduced yet
	closed bool
	newest State
	fresh  bool // newest was not painted yet

	come   chan struct{} // something is in the queue, or closed
	dirty  chan struct{} // newest is fresh, or closed
	lanes  map[string]chan core.Effect
	saving sync.WaitGroup // effects that are waited for before Quit
	ended  sync.WaitGroup // all goroutines
}

// NewLoop starts a loop at s. paint is called on the loop's painting goroutine,
// one call at a time; it returns when the window shows the Screen.
func NewLoop(s State, p Performer, paint func(Screen)) *Loop {
	l := &Loop{
		performer: p, paint: paint, newest: s, fresh: true,
		come: make(chan struct{}, 1), dirty: make(chan struct{}, 1), lanes: map[string]chan core.Effect{},
	}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	l.ended.Add(2)
	go l.reduce(s)
	go l.painter()
	nudge(l.dirty)
	return l
}

// nudge wakes the reader of c, if it is not awake already.
func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Send hands in an action. It never waits; after Close it does nothing.
func (l *Loop) Send(a core.Action) {
	if a == nil {
		return
	}
	l.mu.Lock()
	if !l.closed {
		l.queue = append(l.queue, a)
	}
	l.mu.Unlock()
	nudge(l.come)
}

// Close ends the loop: it reduces what was sent before, ends the effects under
// way, and returns when nothing of the loop runs any more. It must not be called
// from paint, from Perform, or on the goroutine that paint waits for.
func (l *Loop) Close() error {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	nudge(l.come)
	l.ended.Wait()
	return nil
}

// next takes what is in the queue; closed and empty: it is over.
func (l *Loop) next() (batch []core.Action, over bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	batch, l.queue = l.queue, nil
	return batch, l.closed && len(batch) == 0
}

// reduce is the goroutine that owns the state.
func (l *Loop) reduce(s State) {
	defer l.ended.Done()
	defer l.finish()
	for range l.come {
		for {
			batch, over := l.next()
			if over {
				return
			}
			if len(batch) == 0 {
				break
			}
			for _, a := range batch {
				var effects []core.Effect
				s, effects = Reduce(s, a)
				for _, e := range effects {
					l.perform(e)
				}
			}
			l.mu.Lock()
			l.newest, l.fresh = s, true
			l.mu.Unlock()
			nudge(l.dirty)
		}
	}
}

// finish ends painter, lanes and effects.
func (l *Loop) finish() {
	l.cancel()
	for _, lane := range l.lanes {
		close(lane)
	}
	close(l.dirty)
}

// perform starts an effect.
func (l *Loop) perform(e core.Effect) {
	if _, quit := e.(Quit); quit {
		l.ended.Add(1)
		go func() {
			defer l.ended.Done()
			l.saving.Wait() // what was written is on disk before the window goes
			l.performer.Perform(l.ctx, e, l.Send)
		}()
		return
	}
	name := e.Lane()
	if name == core.LaneNone {
		l.ended.Add(1)
		go func() {
			defer l.ended.Done()
			l.performer.Perform(l.ctx, e, l.Send)
		}()
		return
	}
	lane, open := l.lanes[name]
	if !open {
		lane = make(chan core.Effect)
		l.lanes[name] = lane
		l.ended.Add(1)
		go l.runLane(lane)
	}
	l.saving.Add(1)
	lane <- e
}

// runLane performs the effects of one lane. It is always ready to take one.
func (l *Loop) runLane(lane <-chan core.Effect) {
	defer l.ended.Done()
	work := make(chan core.Effect)
	l.ended.Add(1)
	go func() {
		defer l.ended.Done()
		for e := range work {
			l.performer.Perform(l.ctx, e, l.Send)
			l.saving.Done()
		}
	}()
	defer close(work)
	var waiting []core.Effect
	for lane != nil || len(waiting) > 0 {
		var head core.Effect
		var out chan<- core.Effect
		if len(waiting) > 0 {
			head, out = waiting[0], work
		}
		select {
		case e, open := <-lane:
			if !open {
				lane = nil
				break
			}
			waiting = append(waiting, e)
		case out <- head:
			waiting = waiting[1:]
		}
	}
}

// painter paints the newest screen whenever it differs from the last one.
func (l *Loop) painter() {
	defer l.ended.Done()
	var last Screen
	painted := false
	for range l.dirty {
		l.mu.Lock()
		s, fresh, closed := l.newest, l.fresh, l.closed
		l.fresh = false
		l.mu.Unlock()
		if !fresh || closed {
			continue
		}
		if screen := Show(s); !painted || !reflect.DeepEqual(screen, last) {
			last, painted = screen, true
			l.paint(screen)
		}
	}
}
