package state

import (
	"testing"

	"descry/ui/state/core"
)

func TestASentenceBeginsLarge(t *testing.T) {
	for given, want := range map[string]string{
		"":                          "",
		"the disk is full":          "The disk is full.",
		"done!":                     "Done!",
		"done.":                     "Done.",
		"libcudnn.so.9 is absent":   "libcudnn.so.9 is absent.",
		"config.json: not the file": "config.json: not the file.",
		"änderungen fehlen":         "Änderungen fehlen.",
	} {
		if got := core.Sentence(given); got != want {
			t.Errorf("%q became %q, want %q", given, got, want)
		}
	}
}
