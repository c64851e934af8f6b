package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"descry/app/services"
	"descry/inference"
	"descry/internal/failure"
	"descry/models/identify"
)

func TestADeviceIsALine(t *testing.T) {
	for want, d := range map[string]services.DeviceReport{
		"* cpu       can be used":                                      {ID: "cpu", Auto: true, Usable: true},
		"  cpu       works (ready in 12 ms, then 0.25 ms)":             {ID: "cpu", Usable: true, Tested: true, LoadMS: 12.4, RunMS: 0.25},
		"  cuda      not available: no driver was found. Install one.": {ID: "cuda", Message: "no driver was found", Hint: "Install one."},
		"  coreml    not available: there is none under this system":   {ID: "coreml", Message: "there is none under this system"},
	} {
		if got := deviceLine(d); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestADeviceThatIsNotThereIsNoFaultUnlessItIsWanted(t *testing.T) {
	devices := []services.DeviceReport{
		{ID: "cuda", Message: "no driver was found", Hint: "Install one."},
		{ID: "cpu", Auto: true, Usable: true},
	}
	for wanted, want := range map[string][]finding{
		"auto": {{"device cuda", true, "not available: no driver was found", "Install one.", true}, {"device cpu", true, "used; can be used", "", false}},
		"cpu":  {{"device cuda", true, "not available: no driver was found", "Install one.", true}, {"device cpu", true, "used; can be used", "", false}},
		"cuda": {{"device cuda", false, "not available: no driver was found", "Install one.", true}, {"device cpu", true, "can be used", "", false}},
	} {
		if got := deviceFindings(devices, wanted); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v", wanted, got)
		}
	}
}

func TestTheDiagnosisHasAMarkForEachFinding(t *testing.T) {
	got := diagnosisText([]finding{
		good("program", "descry 1"), {Check: "device cuda", OK: true, Found: "not available: no driver", Hint: "Install one.", absent: true}, {Check: "folder cache", Found: "no permission"},
	})
	want := "ok    program          descry 1\n" +
		"–     device cuda      not available: no driver\n" +
		"                       Install one.\n" +
		"FAIL  folder cache     no permission\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// TestTheDoctorFindsWhatIsMissing has a folder that cannot be written, a damaged
// set and no library.
func TestTheDoctorFindsWhatIsMissing(t *testing.T) {
	x := newTerminal(t)
	damaged := filepath.Join(x.home, "cache", "models", "mine")
	if err := os.MkdirAll(damaged, 0o700); err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{filepath.Join(damaged, "descry.json"): "{", filepath.Join(x.home, "data"): "a file"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code, out, errs := x.run("doctor", "--json")
	var found []finding
	if err := json.Unmarshal([]byte(out), &found); code != codeModel || err != nil || errs != "" {
		t.Fatalf("exit code %d, %v: %s%s", code, err, out, errs)
	}
	by := map[string]finding{}
	for _, f := range found {
		by[f.Check] = f
	}
	for check, want := range map[string]struct {
		ok         bool
		text, hint string
	}{
		"program":         {true, "descry unknown", ""},
		"machine":         {true, "cores", ""},
		"folder cache":    {true, x.home, ""},
		"folder settings": {true, x.home, ""},
		"folder edits":    {false, "data", "DESCRY_HOME"},
		"folder logs":     {true, x.home, ""},
		"models starter":  {true, "", ""},
		"models mine":     {false, "descry.json", "descry models verify --repair mine"},
		"ONNX Runtime":    {false, "there is no ONNX Runtime library", ""},
	} {
		f, there := by[check]
		if !there || f.OK != want.ok || !strings.Contains(f.Found, want.text) || !strings.Contains(f.Hint, want.hint) {
			t.Errorf("%s: %+v", check, f)
		}
	}
	if _, ran := by["test run"]; ran {
		t.Error("a test was run without a library")
	}
	if code, out, _ := x.run("doctor"); code != codeModel || !strings.Contains(out, "FAIL  ONNX Runtime") || !strings.Contains(out, "ok    program") {
		t.Errorf("exit code %d: %s", code, out)
	}
	if code, out, errs := x.run("devices"); code != codeModel || out != "" || !strings.Contains(errs, "there is no ONNX Runtime library") {
		t.Errorf("devices: exit code %d: %s%s", code, out, errs)
	}
	if code, out, errs := x.run("measure-speed"); code != codeDone || out+errs != "" {
		t.Errorf("measure-speed: exit code %d: %s%s", code, out, errs)
	}
}

func TestWhatATrialGaveIsSaidShortly(t *testing.T) {
	for want, d := range map[string]inference.Description{
		`a caption of 2 tokens: "a dog"`:         {Caption: &inference.Caption{Hypotheses: []inference.Hypothesis{{Text: "a dog", TokenIDs: []int{1, 2}}}}},
		`2 objects, the surest "dog" with 0.91`:  {Instances: &inference.Instances{Items: []inference.Instance{{Label: "dog", Score: 0.91}, {Label: "cat"}}}},
		`0 objects`:                              {Instances: &inference.Instances{}},
		`2 classes, most of it "sky"`:            {Classes: &inference.Classes{Labels: []string{"none", "sky", "sea"}, Pixels: []int{3, 9, 0}}},
		`1 classes, most of it "none"`:           {Classes: &inference.Classes{Labels: []string{"none", "sky"}, Pixels: []int{3, 0}}},
		`1 objects, the surest "a\nb" with 0.50`: {Instances: &inference.Instances{Items: []inference.Instance{{Label: "a\nb", Score: 0.5}}}},
		`nothing`:                                {},
	} {
		if got := trialResult(&d); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestATrialNeedsTheVocabularyOrNumbers(t *testing.T) {
	dir := t.TempDir()
	for _, task := range []string{"caption", "instances", "classes"} {
		set, done, err := trialSet(identify.Report{Path: filepath.Join(dir, "w.bin"), Task: task, Architecture: "x"})
		if err != nil || len(set.Tasks()) == 0 || set.Tasks()[0] != task {
			t.Fatalf("%s: %v, %v", task, set.Tasks(), err)
		}
		if set.Caption != nil {
			text, err := os.ReadFile(set.Caption.Vocabulary)
			if err != nil || !strings.HasPrefix(string(text), "[PAD]\n[UNK]\n[CLS]\n[SEP]\n#4\n") {
				t.Errorf("the numbered vocabulary: %.60q, %v", text, err)
			}
		}
		done()
		if set.Caption != nil {
			if _, err := os.Stat(set.Caption.Vocabulary); err == nil {
				t.Error("the vocabulary is left over")
			}
		}
	}
	own := filepath.Join(dir, "vocab.txt")
	if err := os.WriteFile(own, []byte("[PAD]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	set, done, err := trialSet(identify.Report{Path: filepath.Join(dir, "w.bin"), Task: "caption"})
	if err != nil || set.Caption.Vocabulary != own {
		t.Errorf("the vocabulary beside it: %v", err)
	}
	done()
	if _, err := os.Stat(own); err != nil {
		t.Error("the vocabulary beside the file was removed")
	}
}

func TestFilesAreInspectedEachByItself(t *testing.T) {
	x := newTerminal(t)
	bad := filepath.Join(x.home, "bad.jpg")
	if err := os.WriteFile(bad, []byte("\xff\xd8\xff\xe0\x00\x10JFIF"), 0o600); err != nil {
		t.Fatal(err)
	}
	fine := filepath.Join("..", "..", "picture", "testdata", "444.jpg")
	code, out, errs := x.run("inspect", bad, fine, filepath.Join(x.home, "absent.png"))
	if code != codeSome || strings.Count(errs, "\n") != 2 || !strings.Contains(errs, "bad.jpg: ") || !strings.Contains(errs, "absent.png: there is no such file") {
		t.Errorf("exit code %d: %s", code, errs)
	}
	for _, want := range []string{"file         ", "format       jpeg\n", "orientation  1\n", "RGB SHA-256  "} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	if code, _, errs := x.run("inspect", filepath.Join(x.home, "absent.pth"), bad); code != codeModel || !strings.Contains(errs, "the weight file is absent") {
		t.Errorf("weights that are absent: exit code %d: %s", code, errs)
	}
	if code, out, _ := x.run("fidelity", fine); code != codeDone || !strings.Contains(out, "format       jpeg") {
		t.Errorf("by the old name: exit code %d: %s", code, out)
	}
}

func TestAPicturesReportShowsItsProfileAndWarnings(t *testing.T) {
	r := pictureReport{Format: "jpeg", Width: 3, Height: 2, Orientation: 6, Profile: "Display P3", Warnings: []string{"odd\x1b"}, RGB: "00"}
	want := "file         a.jpg\nformat       jpeg\nsize         3 × 2 pixels\norientation  6\nprofile      Display P3\nwarning      odd\uFFFD\nRGB SHA-256  00\n"
	if got := r.text("a.jpg"); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestKindsOfTroubleHaveTheirCodes(t *testing.T) {
	for kind, want := range map[failure.Kind]int{failure.Memory: codeModel, failure.Unwritable: codeSome, "new": codeSome} {
		if got := codeOf(failure.New(kind, "", "", "x")); got != want {
			t.Errorf("%s: %d", kind, got)
		}
	}
}
