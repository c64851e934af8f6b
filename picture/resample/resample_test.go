package resample

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// reference is one case of testdata/*.json.gz (tools/reference/pixels.py): a
// generated picture, a target size, and the official resampler's result.
type reference struct {
	Filter string   `json:"filter"`
	Kind   string   `json:"kind"`
	Size   [4]int   `json:"size"` // w, h, dw, dh
	SHA256 string   `json:"sha256"`
	Head   []uint32 `json:"head"` // the first samples; float32 as their bits
}

func references(t *testing.T, file string) []reference {
	t.Helper()
	f, err := os.Open("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var all []reference
	if err := json.NewDecoder(z).Decode(&all); err != nil {
		t.Fatal(err)
	}
	if len(all) < 30 {
		t.Fatalf("%s: %d cases only", file, len(all))
	}
	return all
}

// drawn is drawn() of tools/reference/pixels.py.
func drawn(kind string, w, h int) []byte {
	rgb := make([]byte, 0, w*h*3)
	for y := range uint32(h) {
		for x := range uint32(w) {
			for c := range uint32(3) {
				var v uint32
				switch kind {
				case "noise":
					v = ((y*uint32(w)+x)*3 + c) * 2654435761
					v ^= v >> 16
					v *= 0x45d9f3b
					v ^= v >> 16
				case "edges":
					v = (x/5 + y/7 + c) % 2 * 255
				default:
					v = (x*x*3 + y*x*2 + c*1300) >> 5
				}
				rgb = append(rgb, byte(v))
			}
		}
	}
	return rgb
}

func check(t *testing.T, want reference, head []uint32, all []byte) {
	t.Helper()
	sum := sha256.Sum256(all)
	if got := hex.EncodeToString(sum[:]); got != want.SHA256 {
		t.Errorf("not bit for bit equal; first samples\n got %v\nwant %v", head[:min(len(head), len(want.Head))], want.Head)
	}
}

func TestPillowsFiltersMatchBitForBit(t *testing.T) {
	filters := map[string]func([]byte, int, int, int, int) []byte{"bicubic": Bicubic, "bilinear": BilinearPIL}
	for _, r := range references(t, "pillow.json.gz") {
		t.Run(fmt.Sprint(r.Filter, r.Kind, r.Size), func(t *testing.T) {
			w, h, dw, dh := r.Size[0], r.Size[1], r.Size[2], r.Size[3]
			out := filters[r.Filter](drawn(r.Kind, w, h), w, h, dw, dh)
			if len(out) != dw*dh*3 {
				t.Fatalf("%d bytes for %d×%d", len(out), dw, dh)
			}
			head := make([]uint32, min(len(out), 24))
			for i := range head {
				head[i] = uint32(out[i])
			}
			check(t, r, head, out)
		})
	}
}

func TestTorchsBilinearMatchesBitForBit(t *testing.T) {
	for _, r := range references(t, "torch.json.gz") {
		t.Run(fmt.Sprint(r.Kind, r.Size), func(t *testing.T) {
			w, h, dw, dh := r.Size[0], r.Size[1], r.Size[2], r.Size[3]
			planes := make([]float32, 3*w*h)
			for i, v := range drawn(r.Kind, w, h) {
				planes[i%3*w*h+i/3] = float32(v) / 255
			}
			out := BilinearTorch(planes, 3, h, w, dh, dw)
			var all []byte
			var head []uint32
			for _, v := range out {
				bits := math.Float32bits(v)
				all = binary.LittleEndian.AppendUint32(all, bits)
				head = append(head, bits)
			}
			check(t, r, head, all)
		})
	}
}

func TestASinglePixelFillsThePlane(t *testing.T) {
	for _, v := range BilinearTorch([]float32{0.3}, 1, 1, 1, 5, 7) {
		if d := math.Abs(float64(v) - 0.3); d > 1e-7 {
			t.Errorf("got %v, want 0.3", v)
		}
	}
}

func TestTheSourceIsNeverChangedNorShared(t *testing.T) {
	src := drawn("noise", 9, 7)
	keep := append([]byte(nil), src...)
	for _, size := range [][2]int{{9, 7}, {4, 7}, {9, 3}, {20, 20}} {
		out := Bicubic(src, 9, 7, size[0], size[1])
		for i := range out {
			out[i] = 0
		}
	}
	if string(src) != string(keep) {
		t.Error("the source picture was changed")
	}
}

func BenchmarkBicubic(b *testing.B) {
	for _, size := range [][2]int{{4000, 3000}, {8160, 6120}} {
		b.Run(fmt.Sprintf("%dMP", size[0]*size[1]/1e6), func(b *testing.B) {
			src := make([]byte, size[0]*size[1]*3)
			b.SetBytes(int64(len(src)))
			for b.Loop() {
				Bicubic(src, size[0], size[1], 384, 384)
			}
		})
	}
}

func BenchmarkBilinearTorch(b *testing.B) {
	src := make([]float32, 3*4000*3000)
	for b.Loop() {
		BilinearTorch(src, 3, 3000, 4000, 800, 1066)
	}
}

// said returns what f panics with.
func said(f func()) (what any) {
	defer func() { what = recover() }()
	f()
	return nil
}

func TestSizesThatDoNotFitAreRefused(t *testing.T) {
	for _, c := range []struct {
		samples, w, h, dw, dh int
		fits                  bool
	}{
		{1, 1, 1, 1, 1, true}, {6, 2, 3, 1, 1, true}, {6, 2, 3, 1, 5, true},
		{0, 0, 1, 1, 1, false}, {0, 1, 0, 1, 1, false}, {1, 1, 1, 0, 1, false}, {1, 1, 1, 1, 0, false}, {0, 0, 0, 0, 0, false},
		{1, -1, -1, 1, 1, false}, {1, 1, 1, -1, 1, false}, {1, 1, 1, 1, -1, false}, {1, 1, 1, -1, -1, false},
		{5, 2, 3, 1, 1, false}, {7, 2, 3, 1, 1, false}, {0, 2, 3, 1, 1, false}, {5, 2, 3, 2, 3, false},
	} {
		for name, f := range map[string]func(){
			"Bicubic":       func() { Bicubic(make([]byte, 3*c.samples), c.w, c.h, c.dw, c.dh) },
			"BilinearPIL":   func() { BilinearPIL(make([]byte, 3*c.samples), c.w, c.h, c.dw, c.dh) },
			"BilinearTorch": func() { BilinearTorch(make([]float32, 2*c.samples), 2, c.h, c.w, c.dh, c.dw) },
		} {
			what, _ := said(f).(string)
			if c.fits && what != "" || !c.fits && !strings.HasPrefix(what, "resample: ") {
				t.Errorf("%s of %+v panics with %q", name, c, what)
			}
		}
	}
	if what, _ := said(func() { BilinearTorch(nil, 0, 1, 1, 2, 2) }).(string); !strings.HasPrefix(what, "resample: ") {
		t.Errorf("of no planes: %q", what)
	}
}

// Each row is done once, however many goroutines share them.
func TestEachRowIsDoneOnce(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	for _, c := range []struct{ n, width, bands int }{
		{1, 1 << 20, 1}, {7, 1, 1}, {2, 1<<16 - 1, 1}, {2, 1 << 16, 2}, {3, 1 << 16, 3}, {1000, 1 << 16, 4}, {10, 1 << 14, 2},
	} {
		var lock sync.Mutex
		done, bands := make([]int, c.n), 0
		rows(c.n, c.width, func(y0, y1 int) {
			lock.Lock()
			defer lock.Unlock()
			bands++
			for y := y0; y < y1; y++ {
				done[y]++
			}
		})
		if slices.Min(done) != 1 || slices.Max(done) != 1 || bands != c.bands {
			t.Errorf("%d rows of %d: in %d bands, want %d, each %v times", c.n, c.width, bands, c.bands, done)
		}
	}
}
