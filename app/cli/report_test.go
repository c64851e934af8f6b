package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descry/app/services"
	"descry/describe"
	"descry/export"
	"descry/inference"
	"descry/internal/failure"
	"descry/models"
	"descry/picture"
	"descry/settings"
)

// reported is a reporter with its output.
type reported struct {
	*reporter
	out, errs bytes.Buffer
}

func newReported(t *testing.T, f describeFlags, names ...string) *reported {
	t.Helper()
	x := &reported{}
	p := &program{ctx: context.Background(), out: &x.out, err: &x.errs, services: &services.Services{Settings: settings.Default()}}
	d := &describeRun{flags: &f, set: &models.Set{Name: "starter"}}
	for _, name := range names {
		d.inputs = append(d.inputs, describe.File(name))
	}
	if f.out != "" {
		formats, err := export.ParseFormats(f.format)
		if err != nil {
			t.Fatal(err)
		}
		d.plan = export.NewPlan(d.names(), f.out, formats)
	}
	x.reporter = newReporter(p, d)
	return x
}

// outcome returns a picture of 4 × 2 pixels with a result of each task.
func outcome(name string) *describe.Outcome {
	return &describe.Outcome{
		Picture: &picture.Picture{Name: name, Width: 4, Height: 2, RGB: make([]byte, 24)},
		Found: inference.Description{
			Image: name, Name: name, Width: 4, Height: 2,
			Caption: &inference.Caption{Hypotheses: []inference.Hypothesis{{Text: "a dog", Score: -0.1}, {Text: "a cat", Score: -2}}},
			Instances: &inference.Instances{Width: 4, Height: 2, Score: 0.5, Items: []inference.Instance{
				{Label: "dog", Score: 0.9, Box: [4]float32{0, 0, 2, 2}, Area: 4}, {Label: "cat", Score: 0.4, Box: [4]float32{2, 0, 4, 2}, Area: 4},
			}},
			Classes: &inference.Classes{Width: 4, Height: 2, Labels: []string{"none", "dog"}, Map: []byte{0, 1, 0, 1, 0, 0, 0, 0}, Pixels: []int{6, 2}},
		},
	}
}

func TestEachPictureHasItsLineForProgramsAndForPeople(t *testing.T) {
	x := newReported(t, describeFlags{json: true}, "a.png", "b.png")
	if err := x.Described(0, outcome("a.png")); err != nil {
		t.Fatal(err)
	}
	x.Failed(1, failure.New(failure.Unreadable, "open", "b.png", "there is no such file").WithHint("Check the name."))
	lines := strings.Split(strings.TrimSpace(x.out.String()), "\n")
	if len(lines) != 2 {
		t.Fatal(x.out.String())
	}
	var described, failed struct {
		Image     string
		Caption   *struct{ Text string }
		Instances []struct{ Label string }
		Error     *failure.Failure
	}
	for i, to := range []any{&described, &failed} {
		if err := json.Unmarshal([]byte(lines[i]), to); err != nil && i == 1 {
			t.Fatal(err)
		}
	}
	if described.Image != "a.png" || described.Error != nil || strings.Contains(lines[0], `"cat"`) || !strings.Contains(lines[0], `"a dog"`) {
		t.Errorf("described: %s", lines[0])
	}
	if failed.Image != "b.png" || failed.Error == nil || failed.Error.Kind != failure.Unreadable {
		t.Errorf("failed: %s", lines[1])
	}
	if got := x.errs.String(); got != "descry: b.png: there is no such file. Check the name.\n" {
		t.Errorf("told %q", got)
	}

	x = newReported(t, describeFlags{}, "a.png")
	if err := x.Described(0, outcome("a\x1b.png")); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"a\uFFFD.png (4 × 2)\n", "\n  a dog (", "\n  or: a cat (", "\n  dog 90 %, ", "\n  pixels: dog 25.0 %\n"} {
		if !strings.Contains(x.out.String(), want) {
			t.Errorf("%q is not in\n%s", want, x.out.String())
		}
	}
	if strings.Contains(x.out.String(), "  cat ") || x.errs.Len() > 0 {
		t.Errorf("%s%s", x.out.String(), x.errs.String())
	}
}

func TestTheLeastScoreIsTheFlagsThenTheSettingsThenTheSets(t *testing.T) {
	flag := float32(0.3)
	set := &inference.Instances{Score: 0.7}
	for name, c := range map[string]struct {
		flag    *float32
		setting float64
		found   *inference.Instances
		want    float32
	}{
		"flag":    {&flag, 0.6, set, 0.3},
		"setting": {nil, 0.6, set, 0.6},
		"set":     {nil, 0, set, 0.7},
		"nobody":  {nil, 0, nil, 0.5},
	} {
		d := &describeRun{score: c.flag}
		if got := d.leastScore(settings.Settings{Score: c.setting}, c.found); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestABrokenModelIsToldOnceAndInEachLine(t *testing.T) {
	x := newReported(t, describeFlags{json: true}, "a.png", "b.png", "c.png")
	broken := failure.New(failure.Model, "load", "weights.bin", "it is damaged")
	for i := range 3 {
		x.Failed(i, broken)
	}
	if got := x.errs.String(); got != "descry: a.png: weights.bin: it is damaged\n" {
		t.Errorf("told %q", got)
	}
	if strings.Count(x.out.String(), "it is damaged") != 3 {
		t.Errorf("lines:\n%s", x.out.String())
	}
	x.errs.Reset()
	x.Failed(0, failure.New(failure.Cancelled, "describe", "", "interrupted"))
	if x.errs.Len() > 0 {
		t.Errorf("an interrupt is told for a picture: %s", x.errs.String())
	}
}

func TestALostDeviceIsToldBeforeThePictureThatLostIt(t *testing.T) {
	lost := &inference.DeviceLost{Device: "cuda", Title: "NVIDIA card (CUDA)", Message: "no driver was found", Hint: "Install one."}
	x := newReported(t, describeFlags{}, "a.png", "b.png")
	x.onDeviceLost(lost)
	if x.errs.Len() > 0 {
		t.Error("it is told while the picture is at work")
	}
	for i := range 2 {
		if err := x.Described(i, outcome("a.png")); err != nil {
			t.Fatal(err)
		}
	}
	if got := x.errs.String(); got != "descry: note: NVIDIA card (CUDA) cannot be used: no driver was found. Using the processor instead. Install one.\n" {
		t.Errorf("told %q", got)
	}
	x = newReported(t, describeFlags{quiet: true}, "a.png")
	x.onDeviceLost(lost)
	if err := x.Described(0, outcome("a.png")); err != nil || x.errs.Len() > 0 {
		t.Errorf("with --quiet: %v, %s", err, x.errs.String())
	}
}

func TestPhotographsAreHintedAtOnce(t *testing.T) {
	photo := outcome("photo.jpg")
	p := photo.Picture
	p.Width, p.Height = 640, 480
	p.RGB = make([]byte, 3*640*480)
	for i := range p.RGB {
		p.RGB[i] = byte(i * i >> 3)
	}
	if !describe.LooksLikePhoto(p) {
		t.Fatal("the picture of many colours does not look like a photograph")
	}
	told := func(f describeFlags, set string) int {
		x := newReported(t, f, "a", "b")
		x.d.set.Name = set
		for i := range 2 {
			if err := x.Described(i, photo); err != nil {
				t.Fatal(err)
			}
		}
		return strings.Count(x.errs.String(), "note: this looks like a photograph")
	}
	if n := told(describeFlags{}, "starter"); n != 1 {
		t.Errorf("told %d times", n)
	}
	if told(describeFlags{quiet: true}, "starter") != 0 || told(describeFlags{}, "full") != 0 {
		t.Error("told where nobody needs it")
	}
}

func TestTheFilesOfARunAreWritten(t *testing.T) {
	out := filepath.Join(t.TempDir(), "new", "out")
	f := describeFlags{quiet: true, out: out, format: strings.Join(export.IDs(), ",")}
	x := newReported(t, f, "a.png", "b.png")
	for i, name := range []string{"a.png", "b.png"} {
		o := outcome(name)
		if name == "b.png" {
			o.Found.Caption, o.Found.Instances, o.Found.Classes = nil, nil, nil
		}
		if err := x.Described(i, o); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.finish(); err != nil || x.unwritten != 0 {
		t.Fatal(err, x.errs.String())
	}
	var names []string
	entries, err := os.ReadDir(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	drawn := 0
	for _, name := range names {
		if strings.HasSuffix(name, ".png") && !strings.Contains(name, "label") {
			data, err := os.ReadFile(filepath.Join(out, name))
			if err != nil {
				t.Fatal(err)
			}
			if img, err := png.Decode(bytes.NewReader(data)); err == nil && img.Bounds().Dx() >= 4 && img.Bounds() != image.Rect(0, 0, 4, 2) {
				drawn++
			}
		}
	}
	if !slices.Contains(names, "coco.json") || drawn == 0 || len(names) < len(export.IDs()) {
		t.Errorf("written: %v", names)
	}

	again := newReported(t, f, "a.png", "b.png")
	if err := again.Described(0, outcome("a.png")); err != nil {
		t.Fatal(err)
	}
	if again.unwritten != 1 || !strings.Contains(again.out.String(), "a dog") || !strings.Contains(again.errs.String(), out) {
		t.Errorf("files that are there: %d unwritten, %s%s", again.unwritten, again.out.String(), again.errs.String())
	}
	f.overwrite = true
	over := newReported(t, f, "a.png", "b.png")
	if err := over.Described(0, outcome("a.png")); err != nil || over.unwritten != 0 {
		t.Errorf("with --overwrite: %v, %s", err, over.errs.String())
	}
}

func TestAFolderThatCannotBeMadeIsTheRunsTrouble(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	x := newReported(t, describeFlags{out: filepath.Join(file, "out"), format: "txt,coco"}, "a.png")
	if err := x.Described(0, outcome("a.png")); err != nil || x.unwritten != 1 || !strings.Contains(x.errs.String(), "Choose another folder with --out") {
		t.Errorf("%v, %d unwritten, %s", err, x.unwritten, x.errs.String())
	}
	if f := failure.Of(x.finish(), failure.Model); f == nil || f.Kind != failure.Unwritable {
		t.Errorf("at the end: %v", f)
	}
}

// closedPipe is a standard output whose reader is gone.
type closedPipe struct{}

func (closedPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestAnOutputThatIsClosedEndsTheRun(t *testing.T) {
	for _, asJSON := range []bool{false, true} {
		x := newReported(t, describeFlags{json: asJSON}, "a.png")
		x.p.out = closedPipe{}
		err := x.Described(0, outcome("a.png"))
		var closed *outputError
		if !errors.As(err, &closed) || !strings.Contains(err.Error(), "standard output: broken pipe") {
			t.Errorf("json %v: %v", asJSON, err)
		}
	}
}
