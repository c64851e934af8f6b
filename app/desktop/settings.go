package desktop

import (
	"context"

	"descry/app/services"
	"descry/internal/failure"
	"descry/ui/state"
)

// settingsHandlers write the settings below a folder.
func settingsHandlers(config string) []handler {
	return []handler{on(func(_ context.Context, e state.SaveSettings, send func(state.Action)) {
		if err := services.SaveSettings(config, e.Settings); err != nil {
			send(state.SettingsFailed{Failure: failure.Of(err, failure.Unwritable)})
		}
	})}
}
