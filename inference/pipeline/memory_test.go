package pipeline

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"descry/inference"
	"descry/internal/failure"
	"descry/models"
	"descry/models/randomweights"
)

// TestTheEstimateAgreesWithWhatWasMeasured: the peak of resident memory of the whole
// process (descry describe, one task, two threads, a picture of 1,600 × 1,200), which
// without models takes 60 MB, with files of the official models' sizes.
func TestTheEstimateAgreesWithWhatWasMeasured(t *testing.T) {
	for _, c := range []struct {
		model, architecture string
		measured            float64 // MB
	}{
		{"blip-base", "blip", 1104}, {"maskrcnn-v2", "maskrcnn_resnet_fpn", 908}, {"deeplabv3-resnet101", "deeplabv3_resnet", 777},
	} {
		path := filepath.Join(t.TempDir(), "model.safetensors")
		if err := randomweights.Hollow(path, c.model); err != nil {
			t.Fatal(err)
		}
		need, err := Needs(models.Common{Architecture: c.architecture, Weights: path})
		if err != nil {
			t.Fatal(err)
		}
		ratio := float64(need) / 1e6 / c.measured
		t.Logf("%s: %s estimated, %.0f MB measured", c.model, gigabytes(uint64(need)), c.measured)
		if ratio < 0.95 || ratio > 1.25 {
			t.Errorf("%s: the estimate is %.2f times what was measured", c.model, ratio)
		}
	}
	if _, err := Needs(models.Common{Weights: filepath.Join(t.TempDir(), "none")}); err == nil {
		t.Error("a file that is not there needs memory")
	}
}

func TestAModelThatDoesNotFitIsRefusedBeforeItIsLoaded(t *testing.T) {
	var total, available uint64
	var broken error
	open := func(check bool) inference.Engine {
		o := NewOpener(runtimeLibrary(t), func(string) (*models.Set, error) {
			return &models.Set{Name: "tiny", Caption: tinySpec("model.safetensors")}, nil
		})
		if check {
			o.Memory = func() (uint64, uint64, error) { return total, available, broken }
		}
		e, err := o.Open(context.Background(), "tiny", "cpu", 1)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = e.Close() })
		return e
	}
	load := func(e inference.Engine) *failure.Failure {
		return failure.Of(e.Load(context.Background(), inference.TaskCaption), failure.Model)
	}
	e := open(true)
	total, available = 8_000_000_000, 100_000_000
	f := load(e)
	if f == nil || f.Kind != failure.Memory || f.Op != "load" || !strings.Contains(f.Message.String(), "of memory, 100 MB is free") || !strings.Contains(f.Hint.String(), "--any-memory") {
		t.Fatalf("with 100 MB free: %+v", f)
	}
	total, available = 120_000_000, 120_000_000
	if f := load(e); f == nil || !strings.Contains(f.Hint.String(), "120 MB in all") {
		t.Errorf("on a machine too small: %+v", f)
	}
	available = 4_000_000_000
	if f := load(e); f != nil {
		t.Errorf("once memory is free: %v", f)
	}
	available = 0
	if f := load(e); f != nil {
		t.Errorf("a loaded model is refused: %v", f)
	}
	if f := load(open(false)); f != nil {
		t.Errorf("without a check: %v", f)
	}
	broken = errors.New("no /proc")
	if f := load(open(true)); f != nil {
		t.Errorf("where nothing is known: %v", f)
	}
}
