package desktop

import (
	"context"
	"time"

	"descry/app/services"
	"descry/internal/failure"
	"descry/ui/state/core"
	picturestate "descry/ui/state/picture"
)

// editHandlers returns the handlers that load and save captions written by people.
func editHandlers(edits services.Edits, t *timeline) []handler {
	return []handler{
		on(func(_ context.Context, e picturestate.LoadEdit, send func(core.Action)) {
			edit, err := edits.Load(e.Key)
			if err != nil {
				t.note(moment{Event: "trouble", Name: err.Error()})
			}
			send(picturestate.EditLoaded{Key: e.Key, Edit: (*picturestate.Edit)(edit)})
		}),
		on(func(_ context.Context, e picturestate.SaveEdit, send func(core.Action)) {
			err := edits.Save(e.Key, e.Name, services.Edit(e.Edit), e.Unread, time.Now())
			send(picturestate.EditSaved{Key: e.Key, Failure: failure.Of(err, failure.Unwritable)})
		}),
	}
}
