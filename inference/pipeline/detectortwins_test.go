package pipeline

import (
	"context"
	"path/filepath"
	"testing"

	"descry/inference"
	"descry/inference/ort"
	"descry/models"
)

func TestTwinDetectorsFindInFiftyPicturesWhatTorchvisionFinds(t *testing.T) {
	lib := runtimeLibrary(t)
	for name, architecture := range map[string]string{
		"v1": "maskrcnn_resnet_fpn", "v2": "maskrcnn_resnet_fpn", "basic": "maskrcnn_resnet_fpn", "boxes": "fasterrcnn_resnet_fpn",
	} {
		t.Run(name, func(t *testing.T) {
			var want struct {
				File     string
				Classes  int
				Pictures []foundObjects
			}
			folder := filepath.Join("testdata", "detectors")
			readJSON(t, filepath.Join(folder, name+".reference.json.gz"), &want)
			m, err := newInstances(sessionConfig{lib, ort.DeviceCPU, 2}, &models.InstancesSpec{Common: models.Common{
				Set: name, Architecture: architecture, Weights: filepath.Join(folder, want.File), Config: filepath.Join(folder, name+".json"),
			}})
			if err != nil {
				t.Fatal(err)
			}
			defer m.close()
			if m.classes != want.Classes {
				t.Errorf("%d classes, want %d", m.classes, want.Classes)
			}
			w := worst{iou: 1}
			for _, p := range want.Pictures {
				if testing.Short() && p.Width*p.Height > 3e6 {
					continue
				}
				got, err := m.run(context.Background(), pictured(p.Seed, p.Width, p.Height), inference.InstanceOptions{})
				if err != nil {
					t.Fatalf("%d × %d: %v", p.Width, p.Height, err)
				}
				w.compare(t, got, p)
			}
			w.report(t)
		})
	}
}
