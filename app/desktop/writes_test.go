package desktop

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"descry/inference"
	"descry/internal/failure"
	"descry/picture"
	"descry/render"
	"descry/resources"
	"descry/ui/state/core"
	picturestate "descry/ui/state/picture"
)

// performWrite performs one effect and returns its answer.
func performWrite(t *testing.T, g *gallery, e core.Effect) core.Action {
	t.Helper()
	var answers []core.Action
	tableOf(nil, writeHandlers(g)).Perform(context.Background(), e, func(a core.Action) { answers = append(answers, a) })
	if len(answers) != 1 {
		t.Fatalf("%T has %d answers", e, len(answers))
	}
	return answers[0]
}

// galleryWithSample holds the first sample as picture 1.
func galleryWithSample(t *testing.T) *gallery {
	t.Helper()
	g := newGallery()
	src := picturestate.Source{Kind: picturestate.SourceSample, Path: resources.Samples()[0].Name}
	if _, err := g.open(context.Background(), 1, src, picture.DefaultLimits()); err != nil {
		t.Fatal(err)
	}
	return g
}

func writtenDescription() inference.Description {
	return inference.Description{
		Image: "a.png", Name: "a.png", Width: 2, Height: 1, Caption: &inference.Caption{Hypotheses: []inference.Hypothesis{{Text: "a dog"}}},
		Instances: &inference.Instances{Items: []inference.Instance{{Label: "dog", Score: 0.9}}},
		Classes:   &inference.Classes{Width: 2, Height: 1, Labels: []string{"none", "dog"}, Map: []byte{0, 1}, Pixels: []int{1, 1}},
	}
}

func TestTheWindowWritesEveryFormatOfTheTable(t *testing.T) {
	g, dir := galleryWithSample(t), t.TempDir()
	for i, f := range formats() {
		e := picturestate.WriteFile{Target: picturestate.Target{Write: uint64(i + 1), Path: filepath.Join(dir, "a"+f.Suffix)}, Format: f.ID, Description: writtenDescription()}
		if f.Drawn {
			e.Captioned = &picturestate.Captioned{Picture: 1, Style: render.DefaultStyle(), Layout: render.CaptionLayout{Text: "a dog"}}
		}
		answer := performWrite(t, g, e)
		if answer != (picturestate.Exported{Write: e.Write, Path: e.Path}) {
			t.Errorf("%s: %+v", f.ID, answer)
		}
		if text, err := os.ReadFile(e.Path); err != nil || len(text) == 0 {
			t.Errorf("%s: %d bytes, %v", f.ID, len(text), err)
		}
		again, ok := performWrite(t, g, e).(picturestate.ExportFailed)
		if !ok || !again.Exists || again.Failure.Kind != failure.Unwritable || again.Write != e.Write {
			t.Errorf("%s, a second time: %+v", f.ID, again)
		}
		if e.Captioned == nil {
			continue
		}
		e.Captioned.Picture, e.Overwrite = 2, true
		if gone, ok := performWrite(t, g, e).(picturestate.ExportFailed); !ok || gone.Failure.Kind != failure.Unwritable || gone.Exists {
			t.Errorf("%s of a picture that is not open: %+v", f.ID, gone)
		}
	}
	unknown := picturestate.WriteFile{Target: picturestate.Target{Write: 9, Path: filepath.Join(dir, "a.x")}, Format: "x"}
	if a, ok := performWrite(t, g, unknown).(picturestate.ExportFailed); !ok || a.Failure.Kind != failure.Unsupported {
		t.Errorf("a format that is none: %+v", a)
	}
}

// TestNothingWritesOverThePictureItself names the picture's file by another path, which
// the state cannot recognise as the same file.
func TestNothingWritesOverThePictureItself(t *testing.T) {
	g, dir := galleryWithSample(t), t.TempDir()
	original, link := filepath.Join(dir, "a.png"), filepath.Join(dir, "link.png")
	if err := os.WriteFile(original, []byte("the picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(original, link); err != nil {
		t.Skip(err)
	}
	hard, folder := filepath.Join(dir, "hard.png"), filepath.Join(dir, "folder")
	if err := os.Link(original, hard); err != nil {
		t.Skip(err)
	}
	if err := os.Symlink(dir, folder); err != nil {
		t.Skip(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{link, original, hard, filepath.Join(folder, "a.png"), filepath.Join(folder, "link.png"), dir + "/sub/../a.png", dir + "//./a.png"} {
		target := picturestate.Target{Write: 1, Path: path, Original: original, Overwrite: true}
		for _, e := range []core.Effect{
			picturestate.WriteFile{Target: target, Format: "txt", Description: writtenDescription()},
			picturestate.WriteCutout{Target: target, Picture: 1},
		} {
			if a, ok := performWrite(t, g, e).(picturestate.ExportFailed); !ok || a.Failure.Kind != failure.Unsupported {
				t.Errorf("%T to %s: %+v", e, path, a)
			}
		}
	}
	if text, err := os.ReadFile(original); err != nil || !bytes.Equal(text, []byte("the picture")) {
		t.Errorf("the picture holds %q, %v", text, err)
	}
	cutout := picturestate.WriteCutout{Target: picturestate.Target{Write: 2, Path: filepath.Join(dir, "dog.png"), Original: original}, Picture: 1, Instance: inference.Instance{Box: [4]float32{1, 1, 20, 20}}}
	if a := performWrite(t, g, cutout); a != (picturestate.Exported{Write: 2, Path: cutout.Path}) {
		t.Errorf("another file: %+v", a)
	}
	empty := picturestate.WriteCutout{Target: picturestate.Target{Write: 3, Path: filepath.Join(dir, "nothing.png")}, Picture: 1}
	if a, ok := performWrite(t, g, empty).(picturestate.ExportFailed); !ok || a.Failure.Kind != failure.Unwritable || a.Write != 3 {
		t.Errorf("an object without pixels: %+v", a)
	}
	if _, err := os.Stat(empty.Path); err == nil {
		t.Error("an object without pixels has a file")
	}
}
