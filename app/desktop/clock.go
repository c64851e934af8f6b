package desktop

import (
	"context"
	"time"

	"descry/ui/state"
	"descry/ui/state/core"
)

// clockHandlers returns the handlers of timers and of the end of the program.
func clockHandlers(k toolkit) []handler {
	return []handler{
		on(func(_ context.Context, e state.Wake, send func(core.Action)) {
			time.AfterFunc(e.After, func() { send(state.Tick{Wake: e.Number, Now: time.Now()}) })
		}),
		on(func(context.Context, state.Quit, func(core.Action)) { k.Quit() }),
	}
}
