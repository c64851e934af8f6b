package rle

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// reference is one mask as tools/reference/rle.py wrote it.
type reference struct {
	Height, Width int
	Rows          []string
	Counts        []uint32
	Text          string
	Area          int
	Bbox          [4]int
	IoU           *float64 `json:"iou_with_previous"`
}

func (r reference) bitmap() []byte {
	bits := []byte(strings.Join(r.Rows, ""))
	for i := range bits {
		bits[i] -= '0'
	}
	return bits
}

func TestAgreesWithPycocotools(t *testing.T) {
	text, err := os.ReadFile("testdata/pycocotools.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []reference
	if err := json.Unmarshal(text, &all); err != nil || len(all) < 40 {
		t.Fatalf("%d cases, %v", len(all), err)
	}
	var previous Mask
	for i, r := range all {
		bits := r.bitmap()
		m := FromBitmap(bits, r.Height, r.Width)
		if !slices.Equal(m.Counts, r.Counts) || m.Valid() != nil {
			t.Errorf("case %d: counts %v, want %v (%v)", i, m.Counts, r.Counts, m.Valid())
		}
		if m.String() != r.Text {
			t.Errorf("case %d: text %q, want %q", i, m, r.Text)
		}
		if p, err := Parse(r.Text, r.Height, r.Width); err != nil || !slices.Equal(p.Counts, r.Counts) {
			t.Errorf("case %d: parsed %v, %v", i, p.Counts, err)
		}
		if !slices.Equal(m.Bitmap(), bits) {
			t.Errorf("case %d: the bitmap differs", i)
		}
		x0, y0, x1, y1, ok := m.Bounds()
		if got := [4]int{x0, y0, x1 - x0, y1 - y0}; got != r.Bbox || m.Area() != r.Area || ok != (r.Area > 0) {
			t.Errorf("case %d: box %v area %d, want %v and %d", i, got, m.Area(), r.Bbox, r.Area)
		}
		if r.IoU != nil && math.Abs(IoU(m, previous)-*r.IoU) > 1e-12 {
			t.Errorf("case %d: IoU %v, want %v", i, IoU(m, previous), *r.IoU)
		}
		previous = m
	}
}

func TestTextOfKnownRuns(t *testing.T) {
	for _, c := range []struct {
		h, w   int
		counts []uint32
		text   string
	}{
		{7, 1, []uint32{0, 6, 1}, "061"},
		{7, 1, []uint32{2, 3, 1, 1}, "231N"},
		{15, 1, []uint32{5, 2, 3, 2, 3}, "52300"},
		{640, 480, []uint32{307200}, `PP\9`},
		{640, 480, []uint32{0, 307200}, `0PP\9`},
		{2, 2, []uint32{1, 3}, "13"},
		{2, 2, []uint32{0, 0, 0, 0, 4}, "00004"},
		{0, 5, []uint32{0}, "0"},
		{65536, 65535, []uint32{1, math.MaxUint32 - 65536}, ""},
		{65537, 65535, []uint32{math.MaxUint32}, ""}, // the longest run
		{5, 0, []uint32{0}, "0"},
		{1, math.MaxInt32, []uint32{math.MaxInt32}, ""},
		{math.MaxInt32, 1, []uint32{math.MaxInt32}, ""},
	} {
		m := Mask{c.h, c.w, c.counts}
		if c.text != "" && m.String() != c.text {
			t.Errorf("%v encodes to %q, want %q", c.counts, m, c.text)
		}
		if p, err := Parse(m.String(), c.h, c.w); err != nil || !slices.Equal(p.Counts, c.counts) {
			t.Errorf("%q decodes to %v, %v", m, p.Counts, err)
		}
	}
	if m := FromBitmap([]byte{0, 1, 1, 1}, 2, 2); !slices.Equal(m.Counts, []uint32{1, 3}) {
		t.Errorf("counts are %v", m.Counts)
	}
}

func TestParseRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		text    string
		h, w    int
		message string
	}{
		"empty":              {"", 2, 2, "end at pixel 0 of 4"},
		"too short":          {"3", 2, 2, "end at pixel 3 of 4"},
		"overrun":            {"5", 2, 2, "ends at pixel 5"},
		"overrun later":      {"04000", 2, 1, "ends at pixel 4"},
		"negative run":       {"N", 2, 2, "is -2 long"},
		"negative by delta":  {"211M", 2, 2, "is -2 long"},
		"ends within a run":  {"P", 9, 9, "ends within"},
		"foreign character":  {"4 ", 2, 2, "no part of a run"},
		"high byte":          {"\xff", 2, 2, "no part of a run"},
		"later character":    {"PP ", 2, 2, "character 2 is ' '"},
		"endless number":     {"PPPPPPPPPPPP1", 2, 2, "more than 7"},
		"no height but -1":   {"0", -1, 0, "out of range"},
		"no width but -1":    {"0", 0, -1, "out of range"},
		"too wide":           {"0", 0, math.MaxInt32 + 1, "out of range"},
		"too high":           {"0", math.MaxInt32 + 1, 0, "out of range"},
		"negative height":    {"0", -1, 2, "out of range"},
		"more than 32 bits":  {"0", 1 << 17, 1 << 17, "out of range"},
		"overflowing size":   {"0", math.MaxInt, math.MaxInt, "out of range"},
		"zero runs too many": {"0000", 1, 1, "end at pixel 0 of 1"},
	} {
		if m, err := Parse(c.text, c.h, c.w); err == nil || !strings.Contains(err.Error(), c.message) || m.Counts != nil {
			t.Errorf("%s: %v, %v", name, m, err)
		}
	}
}

func TestRefusedTextCostsNoMemory(t *testing.T) {
	long := strings.Repeat("0", 1<<20) + "9"
	if n := testing.AllocsPerRun(3, func() { Parse(long, 1, 1) }); n > 8 {
		t.Errorf("%v allocations", n)
	}
	var before, after uint64
	before = allocated()
	Parse(long, 1, 1)
	if after = allocated(); after-before > 1<<16 {
		t.Errorf("%d bytes allocated", after-before)
	}
}

func TestAGoodTextIsAllocatedOnce(t *testing.T) {
	m := Mask{Height: 1000, Width: 1}
	for range 500 {
		m.Counts = append(m.Counts, 2)
	}
	text := m.String()
	if n := testing.AllocsPerRun(10, func() { Parse(text, 1000, 1) }); n > 3 { // the runs, and what is counted on the way
		t.Errorf("%v allocations", n)
	}
}

func TestValidRefuses(t *testing.T) {
	for name, m := range map[string]Mask{
		"too few":   {2, 2, []uint32{1, 2}},
		"too many":  {2, 2, []uint32{1, 4}},
		"wrapping":  {2, 2, []uint32{math.MaxUint32, 5}},
		"no counts": {1, 1, nil},
		"negative":  {-1, -1, []uint32{1}},
		"huge":      {1 << 20, 1 << 20, nil},
	} {
		if m.Valid() == nil {
			t.Errorf("%s: valid", name)
		}
		// Whatever the runs are, nothing outside the mask may be read.
		m.Bounds()
		m.Contains(0, 0)
		m.BitmapIn(-3, -3, 3, 3)
		IoU(m, m)
	}
}

func TestCropsEqualTheWholeBitmap(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		h, w := 1+rng.IntN(20), 1+rng.IntN(150)
		ch, cw := rng.IntN(25), rng.IntN(160)
		y0, x0 := rng.IntN(50)-25, rng.IntN(320)-160
		crop, whole := make([]byte, ch*cw), make([]byte, h*w)
		for i := range crop {
			crop[i] = byte(rng.IntN(3) / 2 * 255)
			if y, x := i/cw+y0, i%cw+x0; crop[i] != 0 && y >= 0 && y < h && x >= 0 && x < w {
				whole[y*w+x] = 1
			}
		}
		m, want := FromCrop(crop, ch, cw, y0, x0, h, w), FromBitmap(whole, h, w)
		if !slices.Equal(m.Counts, want.Counts) {
			t.Fatalf("%d×%d at %d,%d of %d×%d: %v, want %v", cw, ch, x0, y0, w, h, m.Counts, want.Counts)
		}
		part := m.BitmapIn(x0, y0, x0+cw, y0+ch)
		for i := range part {
			x, y := i%cw+x0, i/cw+y0
			in := x >= 0 && y >= 0 && x < w && y < h && whole[y*w+x] != 0
			if (part[i] != 0) != in || m.Contains(x, y) != in {
				t.Fatalf("pixel %d,%d: part %d, contains %v, want %v", x, y, part[i], m.Contains(x, y), in)
			}
		}
	}
}

// Long runs, over several columns: each part of the mask shows what lies in it.
func TestEachPartOfAMaskIsItsOwn(t *testing.T) {
	const h, w = 4, 5
	for _, counts := range [][]uint32{{0, h * w}, {2, 15, 3}, {3, 9, 1, 4, 3}, {h * w}} {
		m := Mask{h, w, counts}
		for x0 := -1; x0 <= w; x0++ {
			for y0 := -1; y0 <= h; y0++ {
				for x1 := x0; x1 <= w+1; x1++ {
					for y1 := y0; y1 <= h+1; y1++ {
						part := m.BitmapIn(x0, y0, x1, y1)
						if len(part) != (x1-x0)*(y1-y0) || (part == nil) != (len(part) == 0) {
							t.Fatalf("%v from %d,%d to %d,%d: %d bytes", counts, x0, y0, x1, y1, len(part))
						}
						for i, bit := range part {
							if x, y := x0+i%(x1-x0), y0+i/(x1-x0); (bit != 0) != m.Contains(x, y) {
								t.Fatalf("%v from %d,%d to %d,%d: pixel %d,%d is %d", counts, x0, y0, x1, y1, x, y, bit)
							}
						}
					}
				}
			}
		}
		for _, none := range [][4]int{{3, 0, 1, 2}, {0, 3, 2, 1}, {3, 3, 1, 1}} {
			if part := m.BitmapIn(none[0], none[1], none[2], none[3]); part != nil {
				t.Errorf("%v gives %d bytes", none, len(part))
			}
		}
	}
}

func TestIoUOfMasksThatCannotOverlap(t *testing.T) {
	if v := IoU(Mask{2, 2, []uint32{4}}, Mask{2, 2, []uint32{4}}); v != 0 {
		t.Errorf("of nothing and nothing: %v", v)
	}
	for _, other := range []Mask{{4, 1, []uint32{0, 4}}, {2, 1, []uint32{0, 2}}, {1, 2, []uint32{0, 2}}} {
		if v := IoU(Mask{2, 2, []uint32{0, 4}}, other); v != 0 {
			t.Errorf("of different sizes: %v", v)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "061", "231N", "52300", "00004", "PP", "0PP\\9", "oooooo?"} {
		f.Add(s, uint16(7), uint16(1))
		f.Add(s, uint16(480), uint16(640))
	}
	f.Fuzz(func(t *testing.T, s string, h, w uint16) {
		m, err := Parse(s, int(h), int(w))
		if err != nil {
			return
		}
		if err := m.Valid(); err != nil {
			t.Fatalf("parsed but not valid: %v", err)
		}
		again, err := Parse(m.String(), int(h), int(w))
		if err != nil || !slices.Equal(again.Counts, m.Counts) {
			t.Fatalf("%v came back as %v, %v", m.Counts, again.Counts, err)
		}
		if int(h)*int(w) > 1<<16 {
			return
		}
		whole := FromBitmap(m.Bitmap(), int(h), int(w))
		if whole.Area() != m.Area() || m.Area() > 0 && IoU(whole, m) != 1 {
			t.Fatalf("the bitmap of %v differs", m.Counts)
		}
	})
}

// allocated is the memory allocated so far by this process, in bytes.
func allocated() uint64 {
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.TotalAlloc
}

func TestARunOfNothingIsNothing(t *testing.T) {
	for _, counts := range [][]uint32{{2, 0, 4}, {0, 0, 6}, {6, 0}, {1, 0, 1, 0, 4}} {
		m := Mask{2, 3, counts}
		if _, _, _, _, ok := m.Bounds(); ok || m.Area() != 0 || m.Contains(1, 0) || m.Valid() != nil {
			t.Errorf("%v has bounds: %v, area %d, %v", counts, ok, m.Area(), m.Valid())
		}
	}
	m := Mask{2, 3, []uint32{0, 0, 3, 1, 2, 0}} // one pixel between runs of nothing
	if x0, y0, x1, y1, ok := m.Bounds(); !ok || x0 != 1 || y0 != 1 || x1 != 2 || y1 != 2 {
		t.Errorf("one pixel has the bounds %d,%d %d,%d (%v)", x0, y0, x1, y1, ok)
	}
}
