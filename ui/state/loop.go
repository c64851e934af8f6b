package state

import (
	"context"
	"sync"
)

// Performer does Effects. Perform must not block for long: what takes time goes
// to a goroutine of the Performer's, which sends what comes of it. The Effects
// of one Action come in order.
type Performer interface {
	Perform(ctx context.Context, e Effect, send func(Action))
}

// Loop owns a State: it reduces the Actions sent to it one after the other,
// hands the Effects to the Performer and the newest Screen to paint.
type Loop struct {
	performer Performer
	paint     func(Screen)
	cancel    context.CancelFunc
	done      chan struct{}

	mu     sync.Mutex
	queue  []Action
	wake   chan struct{} // holds one
	closed bool
}

// NewLoop starts a loop. paint is called on the loop's goroutine with the first
// Screen and after every batch of Actions; it must not block for long, and only
// the newest Screen is ever painted.
func NewLoop(s State, p Performer, paint func(Screen)) *Loop {
	ctx, cancel := context.WithCancel(context.Background())
	l := &Loop{performer: p, paint: paint, cancel: cancel, done: make(chan struct{}), wake: make(chan struct{}, 1)}
	go l.run(ctx, s)
	return l
}

// Send queues an Action. It never blocks and may be called from anywhere, also
// after Close, when it does nothing.
func (l *Loop) Send(a Action) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	l.queue = append(l.queue, a)
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Close ends the loop after the Actions sent so far and waits for it. The
// context of running Effects ends.
func (l *Loop) Close() {
	l.mu.Lock()
	if !l.closed {
		l.closed = true
		close(l.wake)
	}
	l.mu.Unlock()
	<-l.done
	l.cancel()
}

func (l *Loop) take() []Action {
	l.mu.Lock()
	defer l.mu.Unlock()
	batch := l.queue
	l.queue = nil
	return batch
}

func (l *Loop) run(ctx context.Context, s State) {
	defer close(l.done)
	l.paint(Show(s))
	for range l.wake {
		for batch := l.take(); len(batch) > 0; batch = l.take() {
			for _, a := range batch {
				var effects []Effect
				s, effects = Reduce(s, a)
				for _, e := range effects {
					l.performer.Perform(ctx, e, l.Send)
				}
			}
			l.paint(Show(s))
		}
	}
	for _, a := range l.take() { // sent before Close
		var effects []Effect
		s, effects = Reduce(s, a)
		for _, e := range effects {
			l.performer.Perform(ctx, e, l.Send)
		}
	}
}
