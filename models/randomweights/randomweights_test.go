package randomweights

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descry/models"
	"descry/models/weights"
)

// TestNamesAndShapesAreTheOfficialOnes compares with testdata/keys.json, which
// tools/reference/keys.py makes from the official code.
func TestNamesAndShapesAreTheOfficialOnes(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]struct {
		Count  int
		SHA256 string
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	for name, make := range Models {
		var lines []string
		for _, x := range make() {
			dims := dimensions(x.shape)
			lines = append(lines, x.name+" "+strings.Join(dims, ",")+"\n")
		}
		slices.Sort(lines)
		sum := sha256.Sum256([]byte(strings.Join(lines, "")))
		if w := want[name]; len(lines) != w.Count || hex.EncodeToString(sum[:]) != w.SHA256 {
			t.Errorf("%s: %d tensors, want %d, or their names or shapes differ", name, len(lines), w.Count)
		}
	}
}

func dimensions(shape []int64) []string {
	var dims []string
	for _, d := range shape {
		dims = append(dims, fmt.Sprint(d))
	}
	return dims
}

func TestASetThatIsWrittenIsRead(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 170 MB")
	}
	dir := filepath.Join(t.TempDir(), "random")
	if err := WriteSet(dir, []string{"deeplabv3-resnet50"}, 7); err != nil {
		t.Fatal(err)
	}
	set, err := models.LoadSet(dir)
	if err != nil {
		t.Fatal(err)
	}
	f, err := weights.Open(set.Classes.Weights)
	if err != nil {
		t.Fatal(err)
	}
	k, ok := f.Get("backbone.layer1.0.conv2.weight")
	if !ok || k.DType != weights.F32 || !slices.Equal(k.Shape, []int64{64, 64, 3, 3}) {
		t.Fatalf("%+v", k)
	}
	file, err := os.Open(f.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	raw := make([]byte, k.Length)
	if _, err := file.ReadAt(raw, k.Offset); err != nil {
		t.Fatal(err)
	}
	var squares float64
	for i := 0; i < len(raw); i += 4 {
		v := float64(math.Float32frombits(uint32(raw[i]) | uint32(raw[i+1])<<8 | uint32(raw[i+2])<<16 | uint32(raw[i+3])<<24))
		squares += v * v
	}
	if got, want := squares/float64(k.Count()), 2.0/(64*9); math.Abs(got/want-1) > 0.05 {
		t.Errorf("the variance of a kernel is %g, want %g", got, want)
	}
	if err := Write(filepath.Join(dir, "x"), "abacus", 1); err == nil {
		t.Error("a model that is none was written")
	}
	if err := WriteSet(dir, []string{"abacus"}, 1); err == nil {
		t.Error("a set of a model that is none was written")
	}
}
