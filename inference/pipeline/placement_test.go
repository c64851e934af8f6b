package pipeline

import (
	"testing"

	"descry/inference/ort"
)

func TestEveryPartHasItsPlace(t *testing.T) {
	for _, p := range []part{partVision, partDecoder, partFeatures, partBoxes, partMasks, partClasses, partWhole} {
		if placements[p].why == "" {
			t.Errorf("nobody says where %s runs", p)
		}
	}
	cuda := sessionConfig{device: ort.DeviceCUDA, threads: 3}
	if got := cuda.on(partFeatures).options("w", true); got.Device != ort.DeviceCUDA || got.Threads != 3 || !got.Prepack {
		t.Errorf("%+v", got)
	}
	for _, asked := range []string{ort.DeviceCUDA, ort.DeviceAuto, ""} {
		if got := (sessionConfig{device: asked}).on(partWhole).options("w", false).Device; got != ort.DeviceCPU {
			t.Errorf("a whole detector runs on %q", got)
		}
	}
}
