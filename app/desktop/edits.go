package desktop

import (
	"context"
	"time"

	"descry/app/services"
	"descry/internal/failure"
	"descry/ui/state"
)

// editHandlers load and save the captions that people write.
func editHandlers(edits services.Edits, t *timeline) []handler {
	return []handler{
		on(func(_ context.Context, e state.LoadEdit, send func(state.Action)) {
			edit, err := edits.Load(e.Key)
			if err != nil {
				t.note(moment{Event: "trouble", Name: err.Error()})
			}
			send(state.EditLoaded{Key: e.Key, Edit: (*state.Edit)(edit)})
		}),
		on(func(_ context.Context, e state.SaveEdit, send func(state.Action)) {
			err := edits.Save(e.Key, e.Name, services.Edit(e.Edit), e.Unread, time.Now())
			send(state.EditSaved{Key: e.Key, Failure: failure.Of(err, failure.Unwritable)})
		}),
	}
}
