//go:build cgo

package desktop

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"descry/ui"
)

func TestControlsAreToldWhereTheyStandStill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "measured")
	m, err := newTimeline(path, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer m.close()
	var s shownControls
	told := func() string {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for i := range 2 * steady {
		s.look([]ui.Control{{Name: "done", X: i / (steady - 1), Y: 2}}, m)
	}
	if told() != "" {
		t.Errorf("one that moves is told: %s", told())
	}
	for range 3 * steady {
		s.look([]ui.Control{{Name: "done", X: 30, Y: 40}}, m)
	}
	if text := told(); strings.Count(text, "\n") != 1 || !strings.Contains(text, `"event":"control","name":"done"`) || !strings.Contains(text, `"x":30,"y":40`) {
		t.Errorf("told: %s", text)
	}
	s.look(nil, m)
	s.look(nil, m)
	if text := told(); strings.Count(text, `"event":"control-gone","name":"done"`) != 1 || strings.Count(text, "\n") != 2 {
		t.Errorf("told: %s", text)
	}
}
