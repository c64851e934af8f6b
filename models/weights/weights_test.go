package weights

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"descry/internal/failure"
)

// described is a tensor as tools/reference/containers.py wrote it down.
type described struct {
	Name   string
	DType  string
	Shape  []int64
	Values []string
}

func reference(t *testing.T) map[string][]described {
	t.Helper()
	text, err := os.ReadFile("testdata/tensors.json")
	if err != nil {
		t.Fatal(err)
	}
	var files map[string][]described
	if err := json.Unmarshal(text, &files); err != nil {
		t.Fatal(err)
	}
	return files
}

var torchNames = map[string]DType{
	"torch.float32": F32, "torch.float16": F16, "torch.bfloat16": BF16, "torch.float64": F64, "torch.int64": I64,
}

func TestFilesOfTorchGiveTorchsTensors(t *testing.T) {
	for name, want := range reference(t) {
		t.Run(name, func(t *testing.T) {
			f, err := Open(filepath.Join("testdata", name))
			if err != nil {
				t.Fatal(err)
			}
			names := f.Names()
			if strings.HasSuffix(name, ".safetensors") {
				slices.Sort(names) // its writer sorts by type first
			}
			if len(names) != len(want) {
				t.Fatalf("%d tensors %v, want %d", len(names), names, len(want))
			}
			for i, w := range want {
				if names[i] != w.Name {
					t.Errorf("tensor %d is %s, want %s", i, names[i], w.Name)
				}
				checkTensor(t, f, w)
			}
		})
	}
}

func checkTensor(t *testing.T, f *File, want described) {
	t.Helper()
	got, ok := f.Get(want.Name)
	if !ok {
		t.Fatalf("no tensor %s", want.Name)
	}
	if got.DType != torchNames[want.DType] || !slices.Equal(got.Shape, want.Shape) || got.Length != got.Count()*got.DType.Size() {
		t.Errorf("%s: %s %v, want %s %v", want.Name, got.DType, got.Shape, want.DType, want.Shape)
	}
	values, err := f.Float32s(want.Name)
	if err != nil {
		t.Fatal(err)
	}
	if len(values) != len(want.Values) {
		t.Fatalf("%s: %d values, want %d", want.Name, len(values), len(want.Values))
	}
	for i, v := range values {
		w, err := strconv.ParseFloat(want.Values[i], 64)
		if err != nil {
			t.Fatal(err)
		}
		if math.Float32bits(v) != math.Float32bits(float32(w)) {
			t.Errorf("%s[%d] = %v, want %s", want.Name, i, v, want.Values[i])
		}
	}
}

func TestTiedWeightsShareTheirBytes(t *testing.T) {
	for _, name := range []string{"tied.zip.pth", "tied.legacy.pth"} {
		f, err := Open(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		a, _ := f.Get("bias")
		b, _ := f.Get("decoder.bias")
		if a.Offset != b.Offset || a.Length != b.Length || a.Length == 0 {
			t.Errorf("%s: bias at %d+%d, decoder.bias at %d+%d", name, a.Offset, a.Length, b.Offset, b.Length)
		}
	}
}

func TestATensorWithGapsIsRefusedOnlyWhenItIsAskedFor(t *testing.T) {
	for _, name := range []string{"gaps.zip.pth", "gaps.legacy.pth"} {
		path := filepath.Join("testdata", name)
		f, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if values, err := f.Float32s("fine"); err != nil || len(values) != 24 || values[23] != 23 {
			t.Errorf("%s: fine is %v, %v", name, values, err)
		}
		real, err := filepath.Abs(path)
		if err != nil {
			t.Fatal(err)
		}
		for tensor, want := range map[string]string{
			"spread":       `tensor "spread" of shape [2 2] has strides [0 1]: its elements do not lie side by side`,
			"every second": `tensor "every second" of shape [5] has strides [2]: its elements do not lie side by side`,
		} {
			_, err := f.Float32s(tensor)
			checkFailure(t, name, err, real, want)
			have, _ := f.Get(tensor)
			_, _, err = f.Use(tensor, have.Shape)
			checkFailure(t, name, err, real, want)
		}
	}
}

func TestFilesOfTorchThatAreNoPlainStateDictAreRefusedInWords(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"refused.namespace.zip.pth", "training checkpoint: beside the weights it holds the script's settings (argparse.Namespace)"},
		{"refused.namespace.legacy.pth", "training checkpoint: beside the weights it holds the script's settings (argparse.Namespace)"},
		{"refused.module.zip.pth", `the pickle names "torch.nn.modules.linear.Linear"`},
		{"refused.list.zip.pth", "a list instead of a state dict"},
		{"refused.list.legacy.pth", "a list instead of a state dict"},
	} {
		path := filepath.Join("testdata", c.name)
		_, err := Open(path)
		checkFailure(t, c.name, err, path, c.want)
	}
}

// checkFailure makes sure that err is a failure of kind Model about path which
// says want and what to do.
func checkFailure(t *testing.T, name string, err error, path, want string) {
	t.Helper()
	var f *failure.Failure
	switch {
	case !errors.As(err, &f):
		t.Errorf("%s: error %v, want one about %q", name, err, want)
	case f.Kind != failure.Model || f.Subject != path || !strings.Contains(f.Message.String(), want) || f.Hint.IsZero():
		t.Errorf("%s: got %+v, want %q of kind model with a hint", name, *f, want)
	case strings.ContainsAny(f.Message.String(), "\n\r"):
		t.Errorf("%s: the message has several lines: %q", name, f.Message)
	}
}

// shared returns the folder of files that do not belong to the repository.
func shared(t *testing.T) string {
	dir := os.Getenv("DESCRY_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	if _, err := os.Stat(filepath.Join(dir, "starter", "containers")); err != nil {
		t.Skip("needs the starter models in every container, which are not part of the repository")
	}
	return filepath.Join(dir, "starter")
}

func TestEveryContainerOfTheStarterModelsGivesTheSameTensors(t *testing.T) {
	dir := shared(t)
	paths, err := filepath.Glob(filepath.Join(dir, "containers", "*"))
	if err != nil || len(paths) < 7 {
		t.Fatalf("%d files: %v", len(paths), err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			model, _, _ := strings.Cut(filepath.Base(path), ".")
			want, err := Open(filepath.Join(dir, "set", model, "model.safetensors"))
			if err != nil {
				t.Fatal(err)
			}
			got, err := Open(path)
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Names()) != len(want.Names()) {
				t.Fatalf("%d tensors, want %d", len(got.Names()), len(want.Names()))
			}
			for _, name := range want.Names() {
				sameTensor(t, got, want, name, strings.Contains(path, "fp16"))
			}
		})
	}
}

// sameTensor compares a tensor in two files; half says that got was rounded to
// 11 bits, which is half a unit in the last place of 2⁻¹⁰.
func sameTensor(t *testing.T, got, want *File, name string, half bool) {
	t.Helper()
	a, err := got.Float32s(name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := want.Float32s(name)
	if err != nil {
		t.Fatal(err)
	}
	ta, _ := got.Get(name)
	tb, _ := want.Get(name)
	if !slices.Equal(ta.Shape, tb.Shape) || len(a) != len(b) {
		t.Fatalf("%s: shape %v, want %v", name, ta.Shape, tb.Shape)
	}
	for i := range a {
		bound := 0.0
		if half && tb.DType == F32 {
			bound = math.Max(math.Abs(float64(b[i]))/2048, math.Ldexp(1, -25))
		}
		if math.Abs(float64(a[i])-float64(b[i])) > bound {
			t.Fatalf("%s[%d] = %v, want %v", name, i, a[i], b[i])
		}
	}
}

func TestLinksAreResolvedToTheFileItself(t *testing.T) {
	real := filepath.Join(t.TempDir(), "blob")
	text, err := os.ReadFile("testdata/plain.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(real, text, 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "model.safetensors")
	if err := os.Symlink(real, link); err != nil {
		t.Skipf("no links here: %v", err)
	}
	f, err := Open(link)
	if err != nil {
		t.Fatal(err)
	}
	want, err := filepath.EvalSymlinks(real)
	if err != nil {
		t.Fatal(err)
	}
	if f.Path != want {
		t.Errorf("path %s, want %s", f.Path, want)
	}
}

func TestAChangedFileIsNotReadByTheOldDirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.safetensors")
	text, err := os.ReadFile("testdata/plain.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Float32s("conv.weight"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(text, 0), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = f.Float32s("conv.weight")
	checkFailure(t, "changed", err, path, "changed while it was in use")
}

func TestHalfPrecisionIsDecodedExactly(t *testing.T) {
	for h := range 1 << 16 {
		sign, e, m := 1-2*float64(h>>15), h>>10&31, float64(h&1023)
		var want float64
		switch e {
		case 0:
			want = math.Ldexp(m, -24)
		case 31:
			want = math.Inf(1)
			if m != 0 {
				want = math.NaN()
			}
		default:
			want = math.Ldexp(1024+m, e-25)
		}
		got := float64(half(uint16(h)))
		if got != sign*want && !(math.IsNaN(got) && math.IsNaN(want)) || math.Signbit(got) != (h>>15 == 1) {
			t.Fatalf("%04x is %v, want %v", h, got, sign*want)
		}
	}
}

func TestWhatIsNoWeightFileIsNamed(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ name, content, want string }{
		{"lfs", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n", "a Git LFS pointer"},
		{"page", "<!DOCTYPE html><html>404</html>", "a web page"},
		{"empty", "", "it is empty"},
		{"gzip", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x00", "it is compressed (gzip)"},
		{"text", "hello world, this is a text", "it is not a weight file"},
		{"short", "abc", "it is not a weight file"},
		{"pickle", "\x80\x02}q\x00.", "it is a pickle, but not one of torch.save"},
	} {
		path := filepath.Join(dir, c.name)
		if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(path)
		checkFailure(t, c.name, err, path, c.want)
	}
	_, err := Open(dir)
	checkFailure(t, "folder", err, dir, "a folder or a device")
	absent := filepath.Join(dir, "absent")
	_, err = Open(absent)
	checkFailure(t, "absent", err, absent, "the weight file is absent")
}

func TestAskingForWhatIsNotThereSaysSo(t *testing.T) {
	f, err := Open("testdata/plain.zip.pth")
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Float32s("conv.bias")
	checkFailure(t, "absent tensor", err, f.Path, `no tensor "conv.bias"`)
}
