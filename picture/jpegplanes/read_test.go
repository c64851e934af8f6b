package jpegplanes

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

// read calls Read with the memory that the frame needs.
func read(data []byte) (*Planes, error) {
	return Read(context.Background(), bytes.NewReader(data), 1<<26)
}

// files returns the JPEGs of ../testdata, which the test of package picture
// compares with Pillow's pixels.
func files(t testing.TB) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob("../testdata/*.jpg")
	if err != nil || len(paths) < 60 {
		t.Fatalf("%d files, %v", len(paths), err)
	}
	all := map[string][]byte{}
	for _, path := range paths {
		if all[filepath.Base(path)], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// encoded returns a picture of some detail as image/jpeg writes it: 4:2:0, or grey.
func encoded(t testing.TB, w, h int, grey bool) []byte {
	t.Helper()
	rgba, gray := image.NewRGBA(image.Rect(0, 0, w, h)), image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			rgba.SetRGBA(x, y, color.RGBA{byte(x * y >> 5), byte(x * 3), byte(y*3 + x>>2), 255})
			gray.SetGray(x, y, color.Gray{byte(x*y>>5 ^ x*3)})
		}
	}
	var out bytes.Buffer
	var img image.Image = rgba
	if grey {
		img = gray
	}
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 85}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// equal compares the visible parts.
func equal(a, b *Planes) bool {
	if a.Width != b.Width || a.Height != b.Height || a.Space != b.Space || len(a.Planes) != len(b.Planes) {
		return false
	}
	for i := range a.Planes {
		if worst := furthest(a.Planes[i], b.Planes[i].Pix, b.Planes[i].Stride); worst > 0 {
			return false
		}
	}
	return true
}

// furthest returns the largest difference of p's samples from others.
func furthest(p Plane, pix []byte, stride int) int {
	worst := 0
	for y := range p.Height {
		for x := range p.Width {
			d := int(p.Pix[y*p.Stride+x]) - int(pix[y*stride+x])
			worst = max(worst, d, -d)
		}
	}
	return worst
}

// TestGoroutinesChangeNothing: many rows are transformed while the next are read,
// few are not.
func TestGoroutinesChangeNothing(t *testing.T) {
	for _, grey := range []bool{false, true} {
		data := encoded(t, 700, 1301, grey)
		many, err := read(data)
		if err != nil {
			t.Fatal(err)
		}
		old := runtime.GOMAXPROCS(1)
		one, err := read(data)
		runtime.GOMAXPROCS(old)
		if err != nil || !equal(one, many) {
			t.Errorf("grey %v: other samples on one processor (%v)", grey, err)
		}
		if !nearImageJPEG(t, data, many) {
			t.Errorf("grey %v: far from image/jpeg's", grey)
		}
	}
}

// nearImageJPEG compares with image/jpeg, whose transform rounds differently.
// Pictures that it does not return as planes count as near.
func nearImageJPEG(t *testing.T, data []byte, p *Planes) bool {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	switch m := img.(type) {
	case *image.Gray:
		return furthest(p.Planes[0], m.Pix, m.Stride) <= 2
	case *image.YCbCr:
		return furthest(p.Planes[0], m.Y, m.YStride) <= 2 && furthest(p.Planes[1], m.Cb, m.CStride) <= 2 && furthest(p.Planes[2], m.Cr, m.CStride) <= 2
	}
	return true
}

func TestReadAllocatesTheFramesBytes(t *testing.T) {
	all := files(t)
	all["large.jpg"] = encoded(t, 3000, 2000, false)
	for name, data := range all {
		p, err := read(data)
		if err != nil {
			t.Fatal(name, err)
		}
		need := frameOf(t, data).Bytes()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err = Read(context.Background(), bytes.NewReader(data), need); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		runtime.ReadMemStats(&after)
		const buffers = 128 << 10 // the reader's, the Huffman tables'
		if spent := int64(after.TotalAlloc - before.TotalAlloc); spent > need*21/20+buffers {
			t.Errorf("%s, %d × %d: %d bytes allocated, Frame.Bytes is %d", name, p.Width, p.Height, spent, need)
		} else if name == "large.jpg" && spent < need*9/10 {
			t.Errorf("%s: only %d bytes allocated, Frame.Bytes is %d", name, spent, need)
		}
		for i, plane := range p.Planes {
			whole := !strings.HasPrefix(name, "factors_") // elsewhere a sample may stand for one pixel and a half
			if w, h := ceilDiv(p.Width, plane.Across), ceilDiv(p.Height, plane.Down); whole && (plane.Width != w || plane.Height != h) {
				t.Errorf("%s: plane %d has %d × %d samples, want %d × %d", name, i, plane.Width, plane.Height, w, h)
			}
		}
		runtime.ReadMemStats(&before)
		if _, err = Read(context.Background(), bytes.NewReader(data), need-1); err == nil {
			t.Errorf("%s: read with less memory than the frame asks for", name)
		}
		runtime.ReadMemStats(&after)
		if spent := after.TotalAlloc - before.TotalAlloc; spent > buffers {
			t.Errorf("%s: %d bytes allocated before it was refused", name, spent)
		}
	}
}

// frameOf returns the frame header of a valid file.
func frameOf(t *testing.T, data []byte) *Frame {
	t.Helper()
	d := &decoder{bits: bits{r: bytes.NewReader(data), buf: make([]byte, 1024)}, ctx: context.Background()}
	for d.frame == nil {
		m, err := d.marker()
		if err != nil {
			t.Fatal(err)
		}
		if err := d.segment(m); err != nil {
			t.Fatal(err)
		}
	}
	return d.frame
}

// cancelling is a reader that cancels a context at its n-th read, and continues.
type cancelling struct {
	io.Reader
	n      int
	cancel func()
}

func (c *cancelling) Read(p []byte) (int, error) {
	if c.n--; c.n == 0 {
		c.cancel()
	}
	return c.Reader.Read(p)
}

func TestCancellingEndsReading(t *testing.T) {
	progressive := files(t)["progressive.jpg"]
	for name, data := range map[string][]byte{"sequential": encoded(t, 900, 1200, false), "progressive": progressive} {
		ctx, cancel := context.WithCancel(context.Background())
		_, err := Read(ctx, &cancelling{bytes.NewReader(data), 1, cancel}, 1<<26)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
		cancel()
	}
	own := errors.New("the disk is gone")
	_, err := Read(context.Background(), io.MultiReader(bytes.NewReader(progressive[:1500]), errReader{own}), 1<<26)
	if !errors.Is(err, own) {
		t.Errorf("a reader's error became %v", err)
	}
}

type errReader struct{ err error }

func (e errReader) Read([]byte) (int, error) { return 0, e.err }

// at returns the offset of the n-th marker of a file (from 0).
func at(t *testing.T, data []byte, marker byte, n int) int {
	t.Helper()
	i := 0
	for range n + 1 {
		next := bytes.Index(data[i:], []byte{0xff, marker})
		if next < 0 {
			t.Fatalf("no marker %02X", marker)
		}
		i += next + 1
	}
	return i - 1
}

// put inserts bytes.
func put(data []byte, at int, with ...byte) []byte {
	return append(append(bytes.Clone(data[:at]), with...), data[at:]...)
}

// set replaces bytes.
func set(data []byte, at int, with ...byte) []byte {
	data = bytes.Clone(data)
	copy(data[at:], with)
	return data
}

func TestUnusualFilesAreRead(t *testing.T) {
	all := files(t)
	data, restarts := all["420.jpg"], all["restart.jpg"]
	sos, eoi := at(t, data, markerSOS, 0), len(data)-2
	for name, c := range map[string][2][]byte{
		"a comment with a marker in it":     {data, put(data, 2, 0xff, markerCOM, 0, 6, 0xff, markerEOI, 0xff, markerSOS)},
		"extraneous bytes before a marker":  {data, put(data, sos, 1, 2, 3, 0xff, 0)},
		"fill bytes":                        {data, put(data, sos, 0xff, 0xff, 0xff)},
		"bytes after the scan":              {data, put(data, eoi, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9)},
		"a restart marker after the scan":   {data, put(data, eoi, 0xff, markerRST0)},
		"fill bytes after the scan":         {data, put(data, eoi, 0xff, 0xff)},
		"a segment of lines (DNL)":          {data, put(data, eoi, 0xff, markerDNL, 0, 4, 0, 91)},
		"a comment after the scan":          {data, put(data, eoi, 0xff, markerCOM, 0, 4, 0xff, markerEOI)},
		"bytes behind the end":              {data, append(bytes.Clone(data), 0xff, markerSOS, 1, 2, 3)},
		"bytes before a restart marker":     {restarts, put(restarts, at(t, restarts, markerRST0+2, 0), 7, 0xff, 0, 7)},
		"fill bytes before restart markers": {restarts, put(restarts, at(t, restarts, markerRST0+1, 0), 0xff, 0xff)},
		"fill bytes before a stuffed FF":    {data, put(data, at(t, data[sos:], 0, 0)+sos, 0xff, 0xff)},
	} {
		want, err := read(c[0])
		if err != nil {
			t.Fatal(err)
		}
		if got, err := read(c[1]); err != nil || !equal(got, want) {
			t.Errorf("%s: %v, or other samples", name, err)
		}
	}
}

func TestDamageIsReportedInOneSentence(t *testing.T) {
	all := files(t)
	data, progressive, restarts := all["420.jpg"], all["progressive.jpg"], all["restart.jpg"]
	sof, dht, dqt, sos := at(t, data, 0xc0, 0), at(t, data, markerDHT, 0), at(t, data, markerDQT, 0), at(t, data, markerSOS, 0)
	fine := at(t, progressive, markerSOS, 1)
	rst := at(t, restarts, markerRST0+1, 0)
	scan := data[sos : len(data)-2]
	for _, c := range []struct {
		message string
		data    []byte
	}{
		{"does not begin", set(data, 0, 'G', 'I', 'F')},
		{"no scan", append(bytes.Clone(data[:sos]), 0xff, markerEOI)},
		{"before its frame header", append(bytes.Clone(data[:2]), data[sos:]...)},
		{"more than one frame header", put(data, sos, data[sof:sof+19]...)},
		{"impossible length", set(data, dqt+2, 0, 1)},
		{"wrong quantisation table", set(data, dqt+4, 0x04)},
		{"quantisation table is missing", set(data, dqt+4, 3)},
		{"wrong Huffman table", set(data, dht+2, 0, 12)},
		{"Huffman table is missing or wrong", set(data, dht+5, 3, 1, 2)}, // three codes of one bit
		{"Huffman table is missing or wrong", set(data, sos+6, 0x22)},    // tables 2
		{"code is not in its table", set(data, dht+21, 0xff)},            // a DC symbol
		{"wrong scan header", set(data, sos+4, 2)},                       // components
		{"component that the frame does not have", set(data, sos+5, 9)},  // a component's id
		{"sampling factors are 0 and 2", set(data, sof+11, 0x02)},
		{"sampling factors are 2 and 0", set(data, sof+11, 0x20)},
		{"sampling factors are 5 and 1", set(data, sof+11, 0x51)},
		{"sampling factors are 1 and 5", set(data, sof+11, 0x15)},
		{"sampling factors are 2 of 3", set(data, sof+11, 0x31, 0, 2, 0x21)},
		{"too large for one scan", set(data, sof+11, 0x44)},
		{"12 bits", set(data, sof+4, 12)},
		{"5 colour components", set(data, sof+9, 5)},
		{"no complete frame header", set(data, sof+9, 4)},
		{"DNL", set(data, sof+5, 0, 0)},
		{"width is zero", set(data, sof+7, 0, 0)},
		{"arithmetic-coded", set(data, sof+1, 0xc9)},
		{"marker F1", put(data, sos, 0xff, 0xf1, 0, 2)},
		{"end too early", append(bytes.Clone(data[:sos+300]), 0xff, markerEOI)},
		{"restart marker is missing", append(bytes.Clone(restarts[:rst]), restarts[rst+2:]...)},
		{"restart marker is missing", set(restarts, rst+1, markerRST0+5)},
		{"part of the coefficients is impossible", set(progressive, fine+7, 9, 5)},
		{"part of the coefficients is impossible", set(progressive, fine+9, 0x31)},
		{"more than 500 scans", append(append(bytes.Clone(data[:len(data)-2]), bytes.Repeat(scan, MaxScans)...), 0xff, markerEOI)},
	} {
		_, err := read(c.data)
		var format FormatError
		var unsupported UnsupportedError
		if err == nil || !strings.Contains(err.Error(), c.message) || !errors.As(err, &format) && !errors.As(err, &unsupported) {
			t.Errorf("%T %v, want %q", err, err, c.message)
		}
	}
	for i := 2; i < len(data)-1; i += 97 {
		if _, err := read(data[:i]); err != io.ErrUnexpectedEOF {
			t.Errorf("cut at %d: %v", i, err)
		}
	}
}

func TestAReaderThatGivesLittleIsReadAllTheSame(t *testing.T) {
	for name, data := range files(t) {
		want, err := read(data)
		if err != nil {
			t.Fatal(name, err)
		}
		for way, r := range map[string]io.Reader{"one byte": iotest.OneByteReader(bytes.NewReader(data)), "the end with the last bytes": iotest.DataErrReader(bytes.NewReader(data))} {
			if got, err := Read(context.Background(), r, 1<<26); err != nil || !equal(got, want) {
				t.Errorf("%s, %s at a time: %v, or other samples", name, way, err)
			}
		}
	}
}

// What the components mean is decided by whole segments of the right kind alone.
func TestTheMeaningOfComponentsIsThatOfLibjpeg(t *testing.T) {
	all := files(t)
	app := func(marker byte, payload string) []byte {
		return append([]byte{0xff, marker, 0, byte(len(payload) + 2)}, payload...)
	}
	const jfif, adobe = "JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00", "Adobe\x00\x64\x00\x00\x00\x00"
	none := func(name string) []byte { // without its own APP0 and APP14
		data := all[name]
		for _, m := range []byte{markerAPP0, markerAPP14} {
			for {
				i := bytes.Index(data, []byte{0xff, m})
				if i != 2 {
					break
				}
				data = append(bytes.Clone(data[:2]), data[2+2+int(data[5])+int(data[4])<<8:]...)
			}
		}
		return data
	}
	for _, c := range []struct {
		name string
		data []byte
		want Space
	}{
		{"plain", none("444.jpg"), YCbCr},
		{"JFIF", put(none("444.jpg"), 2, app(markerAPP0, jfif)...), YCbCr},
		{"Adobe's RGB", put(none("444.jpg"), 2, app(markerAPP14, adobe+"\x00")...), RGB},
		{"Adobe's YCbCr", put(none("444.jpg"), 2, app(markerAPP14, adobe+"\x01")...), YCbCr},
		{"another APP14", put(none("444.jpg"), 2, app(markerAPP14, strings.Repeat("\x00", 12))...), YCbCr},
		{"a short Adobe", put(none("444.jpg"), 2, app(markerAPP14, adobe)...), YCbCr},
		{"Adobe's RGB in JFIF", put(none("444.jpg"), 2, append(app(markerAPP0, jfif), app(markerAPP14, adobe+"\x00")...)...), YCbCr},
		{"R, G and B", none("rgb_ids.jpg"), RGB},
		{"R, G and B in JFIF", put(none("rgb_ids.jpg"), 2, app(markerAPP0, jfif)...), YCbCr},
		{"R, G and B beside another APP0", put(none("rgb_ids.jpg"), 2, app(markerAPP0, strings.Repeat("\x00", 14))...), RGB},
		{"R, G and B beside a short JFIF", put(none("rgb_ids.jpg"), 2, app(markerAPP0, jfif[:13])...), RGB},
		{"R, G and B of Adobe's YCbCr", put(none("rgb_ids.jpg"), 2, app(markerAPP14, adobe+"\x01")...), YCbCr},
		{"grey", all["gray.jpg"], Gray}, {"CMYK", all["cmyk_plain.jpg"], CMYK}, {"YCCK", all["ycck.jpg"], YCCK},
		{"CMYK of Adobe", put(none("cmyk_plain.jpg"), 2, app(markerAPP14, adobe+"\x00")...), CMYK},
		{"YCCK of Adobe", put(none("cmyk_plain.jpg"), 2, app(markerAPP14, adobe+"\x02")...), YCCK},
	} {
		if p, err := read(c.data); err != nil || p.Space != c.want {
			t.Errorf("%s: %+v, %v; want space %d", c.name, p, err, c.want)
		}
	}
}

func TestScanHeadersAreChecked(t *testing.T) {
	all := files(t)
	data, progressive := all["420.jpg"], all["progressive.jpg"]
	sos := at(t, data, markerSOS, 0)
	header := func(payload ...byte) []byte {
		rest := data[sos+2+int(data[sos+3]):]
		return append(append(bytes.Clone(data[:sos]), append([]byte{0xff, markerSOS, 0, byte(len(payload) + 2)}, payload...)...), rest...)
	}
	for says, broken := range map[string][]byte{
		"wrong scan header":                          header(),
		"a wrong scan header":                        header(0, 0, 63, 0),
		"it has a wrong scan header":                 header(5, 1, 0, 2, 0x11, 3, 0x11, 4, 0, 5, 0, 0, 63, 0),
		"component that the frame does not have":     set(data, sos+7, data[sos+5]), // the first one twice
		"names a component that the frame does not ": set(data, sos+7, 77),
	} {
		if _, err := read(broken); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
	// A scan that refines DC coefficients has no codes, so its tables matter to nobody.
	want, err := read(progressive)
	if err != nil {
		t.Fatal(err)
	}
	refining := 0
	for i := 0; i+14 < len(progressive); i++ {
		if progressive[i] != 0xff || progressive[i+1] != markerSOS || progressive[i+4] != 3 || progressive[i+13]>>4 == 0 {
			continue
		}
		refining++
		if got, err := read(set(progressive, i+6, 0x33)); err != nil || !equal(got, want) {
			t.Errorf("tables that are absent and not needed: %v", err)
		}
	}
	if refining == 0 {
		t.Error("no scan refines DC coefficients")
	}
}
