package desktop

import (
	"context"

	"descry/app/services"
	"descry/internal/failure"
	"descry/ui/state/core"
)

// settingsHandlers returns the handler that saves the settings in the folder config.
func settingsHandlers(config string) []handler {
	return []handler{on(func(_ context.Context, e core.SaveSettings, send func(core.Action)) {
		if err := services.SaveSettings(config, e.Settings); err != nil {
			send(core.SettingsFailed{Failure: failure.Of(err, failure.Unwritable)})
		}
	})}
}
