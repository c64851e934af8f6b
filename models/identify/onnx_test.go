package identify

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// unpacked writes one of the pipeline's ready-made models as an .onnx file.
func unpacked(tb testing.TB, name string) string {
	tb.Helper()
	in, err := os.Open(filepath.Join("..", "..", "inference", "pipeline", "testdata", "readymade", name+".onnx.gz"))
	if err != nil {
		tb.Fatal(err)
	}
	defer in.Close()
	z, err := gzip.NewReader(in)
	if err != nil {
		tb.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		tb.Fatal(err)
	}
	path := filepath.Join(tb.TempDir(), name+".onnx")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

func TestReadymadeModelsAreNamedByWhoExportedThem(t *testing.T) {
	for name, title := range map[string]string{
		"zoo": "Mask R-CNN of the ONNX Model Zoo, ", "int8": "Mask R-CNN of the ONNX Model Zoo, ",
		"torchvision": "Mask R-CNN of torchvision, exported by torch.onnx.export", "boxes": "Faster R-CNN of torchvision, exported by torch.onnx.export",
	} {
		r := identified(t, unpacked(t, name))
		if !strings.HasPrefix(r.Title, title) || r.Architecture != "onnx" || r.Task != "instances" || !strings.HasPrefix(r.Container, "ONNX, opset ") {
			t.Errorf("%s: %+v", name, r)
		}
		if info, err := os.Stat(r.Path); err != nil || r.Bytes != info.Size() || r.Tensors == 0 || r.Parameters == 0 || r.Types[0].Bytes > r.Bytes {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestAnONNXFileOfAnotherKindIsOneSentenceAndADamagedOneAnError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.onnx")
	if err := os.WriteFile(path, []byte("no model at all"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Identify(path); err == nil || !strings.Contains(err.Error(), "x.onnx") {
		t.Errorf("%v", err)
	}
	text, err := os.ReadFile(unpacked(t, "zoo"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text[:len(text)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err := Identify(path); err == nil && r.Runs() {
		t.Errorf("half a file is %+v", r)
	}
}

func TestShapesThatNoMemoryHoldsCountForNothing(t *testing.T) {
	for _, k := range []struct {
		dims []int64
		n    int64
	}{{nil, 1}, {[]int64{3, 4}, 12}, {[]int64{1 << 30, 1 << 30}, 0}, {[]int64{-1}, 0}, {[]int64{0, 5}, 0}} {
		if got := elements(k.dims); got != k.n {
			t.Errorf("%v: %d, want %d", k.dims, got, k.n)
		}
	}
}
