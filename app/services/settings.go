package services

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"

	"descry/internal/atomicfile"
	"descry/internal/failure"
	"descry/settings"
)

// maxSettings is the largest settings file that is read, in bytes.
const maxSettings = 1 << 20

func settingsPath(config string) string { return filepath.Join(config, "settings.json") }

// LoadSettings reads the settings. Values that are missing or cannot be read have
// their defaults: a bad settings file must not keep the program from starting.
func LoadSettings(config string) settings.Settings {
	f, err := os.Open(settingsPath(config))
	if err != nil {
		return settings.Default()
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxSettings))
	if err != nil {
		return settings.Default()
	}
	s, _ := settings.Parse(text) // usable whatever the error
	return s
}

// SaveSettings writes the settings to their file, whole or not at all.
func SaveSettings(config string, s settings.Settings) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(config, 0o700); err != nil {
		return failure.Wrap(failure.Unwritable, "save", config, err, "")
	}
	return atomicfile.Write(settingsPath(config), atomicfile.Overwrite, func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
}
