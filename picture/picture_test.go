package picture

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"descry/internal/hostile"
)

func decoded(t testing.TB, data []byte, name string) *Picture {
	t.Helper()
	p, err := Decode(context.Background(), bytes.NewReader(data), int64(len(data)), name, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// exifBlock returns a TIFF structure with an orientation only.
func exifBlock(order binary.ByteOrder, orientation uint16) []byte {
	b := []byte("II*\x00\x08\x00\x00\x00")
	if order == binary.BigEndian {
		b = []byte("MM\x00*\x00\x00\x00\x08")
	}
	p := make([]byte, 18)
	order.PutUint16(p, 1)
	order.PutUint16(p[2:], 0x0112)
	order.PutUint16(p[4:], 3)
	order.PutUint32(p[6:], 1)
	order.PutUint16(p[10:], orientation)
	return append(b, p...)
}

// withEXIF puts an EXIF block into a JPEG, as cameras do.
func withEXIF(jpeg, block []byte) []byte {
	payload := append([]byte("Exif\x00\x00"), block...)
	segment := append([]byte{0xff, 0xe1, byte((len(payload) + 2) >> 8), byte(len(payload) + 2)}, payload...)
	return append(append([]byte("\xff\xd8"), segment...), jpeg[2:]...)
}

// storedAt returns the stored coordinates of upright pixel (x, y), from the wording
// of the Exif standard: which side of the scene row 0 and column 0 are.
var storedAt = [9]func(x, y, w, h int) (int, int){
	1: func(x, y, w, h int) (int, int) { return x, y },
	2: func(x, y, w, h int) (int, int) { return w - 1 - x, y },         // top, right
	3: func(x, y, w, h int) (int, int) { return w - 1 - x, h - 1 - y }, // bottom, right
	4: func(x, y, w, h int) (int, int) { return x, h - 1 - y },         // bottom, left
	5: func(x, y, w, h int) (int, int) { return y, x },                 // left, top
	6: func(x, y, w, h int) (int, int) { return y, h - 1 - x },         // right, top
	7: func(x, y, w, h int) (int, int) { return w - 1 - y, h - 1 - x }, // right, bottom
	8: func(x, y, w, h int) (int, int) { return w - 1 - y, x },         // left, bottom
}

func TestJPEGsAreTurnedWithoutLosingABit(t *testing.T) {
	data := hostile.Good()["jpg"]
	stored := decoded(t, data, "x.jpg")
	for n := 1; n <= 8; n++ {
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			p := decoded(t, withEXIF(data, exifBlock(order, uint16(n))), "x.jpg")
			if swapped := n >= 5; p.Orientation != n || (p.Width == stored.Height) != swapped {
				t.Fatalf("orientation %d: got %d, %d×%d", n, p.Orientation, p.Width, p.Height)
			}
			for y := range p.Height {
				for x := range p.Width {
					sx, sy := storedAt[n](x, y, stored.Width, stored.Height)
					got, want := p.RGB[(y*p.Width+x)*3:][:3], stored.RGB[(sy*stored.Width+sx)*3:][:3]
					if !bytes.Equal(got, want) {
						t.Fatalf("orientation %d at %d,%d: %v, want %v", n, x, y, got, want)
					}
				}
			}
		}
	}
}

func TestBadEXIFNeverKeepsAPictureFromOpening(t *testing.T) {
	good := exifBlock(binary.LittleEndian, 6)
	loop := bytes.Clone(good)
	copy(loop[10:], []byte{0x69, 0x87, 4, 0, 1, 0, 0, 0, 8, 0, 0, 0}) // its EXIF directory is itself
	many := bytes.Clone(good)
	binary.LittleEndian.PutUint16(many[8:], 65535)
	for name, block := range map[string][]byte{
		"empty": {}, "cut in the header": good[:5], "cut in the directory": good[:14],
		"directory outside": append([]byte("II*\x00\xff\xff\xff\x7f"), good[8:]...),
		"neither order":     append([]byte("XX"), good[2:]...),
		"value 0":           exifBlock(binary.LittleEndian, 0), "value 9": exifBlock(binary.LittleEndian, 9),
		"value 65535": exifBlock(binary.BigEndian, 65535), "loop": loop,
	} {
		if p := decoded(t, withEXIF(hostile.Good()["jpg"], block), "x.jpg"); p.Orientation != 1 || p.Width != 48 {
			t.Errorf("%s: orientation %d, width %d", name, p.Orientation, p.Width)
		}
	}
	if p := decoded(t, withEXIF(hostile.Good()["jpg"], many), "x.jpg"); p.Orientation != 6 {
		t.Errorf("a directory that promises too much: orientation %d, want 6", p.Orientation)
	}
}

func TestEXIFInPNGIsRead(t *testing.T) {
	data := hostile.Good()["png"]
	block := exifBlock(binary.BigEndian, 8)
	body := append([]byte("eXIf"), block...)
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(block)))
	chunk = binary.BigEndian.AppendUint32(append(chunk, body...), crc32.ChecksumIEEE(body))
	const afterIHDR = 8 + 25
	p := decoded(t, bytes.Join([][]byte{data[:afterIHDR], chunk, data[afterIHDR:]}, nil), "x.png")
	if p.Orientation != 8 || p.Width != 40 || p.Height != 48 {
		t.Errorf("orientation %d, %d×%d", p.Orientation, p.Width, p.Height)
	}
}

func TestTheKeyIsOfTheBytesAndNotOfTheName(t *testing.T) {
	data := hostile.Good()["png"]
	a, b := decoded(t, data, "a.png"), decoded(t, data, "folder/b.jpg")
	if a.Key != b.Key || a.Key != sha(data) || a.Format != "PNG" || b.Format != "PNG" || b.Name != "b.jpg" {
		t.Errorf("%+v, %+v", a.Key, b.Key)
	}
	if c := decoded(t, append(bytes.Clone(data), 0), "a.png"); c.Key == a.Key {
		t.Error("other bytes, same key")
	}
}

func TestPeopleSeeTransparencyAsACheckerboard(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 20, 20))
	img.SetNRGBA(0, 0, color.NRGBA{10, 20, 30, 255})
	img.SetNRGBA(1, 0, color.NRGBA{200, 100, 0, 128})
	img.SetNRGBA(2, 0, color.NRGBA{200, 100, 0, 0})
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	p := decoded(t, b.Bytes(), "x.png")
	if !bytes.Equal(p.RGB[:9], []byte{10, 20, 30, 200, 100, 0, 200, 100, 0}) || !bytes.Equal(p.Alpha[:3], []byte{255, 128, 0}) {
		t.Errorf("the model sees %v with alpha %v", p.RGB[:9], p.Alpha[:3])
	}
	eye := p.ForEye()
	for _, c := range []struct {
		x, y int
		want color.RGBA
	}{
		{0, 0, color.RGBA{10, 20, 30, 255}},
		{1, 0, color.RGBA{227, 177, 127, 255}},
		{2, 0, color.RGBA{255, 255, 255, 255}},
		{9, 0, color.RGBA{204, 204, 204, 255}},
		{9, 9, color.RGBA{255, 255, 255, 255}},
	} {
		if got := eye.RGBAAt(c.x, c.y); got != c.want {
			t.Errorf("at %d,%d: %v, want %v", c.x, c.y, got, c.want)
		}
	}
}

func TestPictureNames(t *testing.T) {
	for name, want := range map[string]bool{
		"a.jpg": true, "A.JPEG": true, "/x/y.Png": true, "b.tif": true, "c.webp": true, "d.gif": true, "e.bmp": true,
		"a.jpg.txt": false, "jpg": false, ".jpg": false, "a.heic": false, "._a.jpg": false, "": false, "a.": false,
	} {
		if got := IsPictureName(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
	for _, list := range [][]string{Extensions(), MIMETypes()} {
		if len(list) < 7 || strings.Join(list, "") != strings.ToLower(strings.Join(list, "")) {
			t.Errorf("%v", list)
		}
	}
}
