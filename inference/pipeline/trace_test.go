package pipeline

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"descry/inference"
	"descry/inference/ort"
	"descry/models"
)

func TestATraceIsToldEveryStageWithItsShape(t *testing.T) {
	opener := NewOpener(runtimeLibrary(t), func(string) (*models.Set, error) {
		return models.LoadSet(filepath.Join("..", "..", "resources", "starter"))
	})
	engine, err := opener.Open(context.Background(), "starter", ort.DeviceCPU, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	p := scene(t, filepath.Join("..", "..", "resources", "samples", "stop-sign.png"))
	told := map[Stage]int{}
	var boxes, masks int64
	ctx := WithTrace(context.Background(), func(s Stage, shape []int64, values []float32) {
		told[s]++
		n := int64(1)
		for _, d := range shape {
			n *= d
		}
		if n != int64(len(values)) || n == 0 {
			t.Errorf("%s: %d values of shape %v", s, len(values), shape)
		}
		switch s {
		case StageDetections:
			boxes = shape[0]
		case StageMasks:
			masks = shape[0]
		}
	})
	caption, err := engine.Caption(ctx, p, inference.CaptionOptions{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	found, err := engine.Instances(ctx, p, inference.InstanceOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Classes(ctx, p); err != nil {
		t.Fatal(err)
	}
	if steps := len(caption.Hypotheses[0].LogProbs); told[StageLogits] != steps || steps < 2 {
		t.Errorf("%d steps told of %d", told[StageLogits], steps)
	}
	if n := int64(len(found.Items)); boxes != n || masks != n || n == 0 {
		t.Errorf("%d boxes and %d masks told of %d objects", boxes, masks, n)
	}
	once := []Stage{StageCaptionPixels, StageInstancePixels, StageProposals, StageDetections, StageMasks, StageClassPixels, StageClassLogits}
	for i := range 5 {
		once = append(once, StageRPNLogits+Stage(fmt.Sprint(i)), StageRPNDeltas+Stage(fmt.Sprint(i)))
	}
	for i := range 4 {
		once = append(once, StageMaps+Stage(fmt.Sprint(i+2)))
	}
	once = append(once, StageCrossKeys+"0", StageCrossValues+"0")
	for _, s := range once {
		if told[s] != 1 {
			t.Errorf("%s was told %d times", s, told[s])
		}
	}
	before := len(told)
	if _, err := engine.Classes(context.Background(), p); err != nil || len(told) != before || slices.Contains([]int{told[StageClassPixels]}, 2) {
		t.Errorf("a run without a trace told something, or failed: %v", err)
	}
}
