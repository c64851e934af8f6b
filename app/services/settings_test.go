package services

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"descry/settings"
)

func TestSettingsComeBackAndDamageGivesDefaults(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "config")
	if got := LoadSettings(dir); !reflect.DeepEqual(got, settings.Default()) {
		t.Errorf("absent settings gave %+v", got)
	}
	want := settings.Default()
	want.Opacity, want.Theme, want.Recent = 0.5, settings.ThemeDark, []string{"/a b/c.png"}
	if err := SaveSettings(dir, want); err != nil {
		t.Fatal(err)
	}
	if got := LoadSettings(dir); !reflect.DeepEqual(got, want) {
		t.Errorf("came back as %+v", got)
	}
	if err := os.WriteFile(settingsPath(dir), []byte("{{{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := LoadSettings(dir); !reflect.DeepEqual(got, settings.Default()) {
		t.Errorf("damaged settings gave %+v", got)
	}
}
