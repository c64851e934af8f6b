package desktop

import (
	"context"
	"time"

	"descry/ui/state"
)

// clockHandlers perform what is about time, and the end.
func clockHandlers(k toolkit) []handler {
	return []handler{
		on(func(_ context.Context, e state.Wake, send func(state.Action)) {
			time.AfterFunc(e.After, func() { send(state.Tick{Wake: e.Number, Now: time.Now()}) })
		}),
		on(func(context.Context, state.Quit, func(state.Action)) { k.Quit() }),
	}
}
