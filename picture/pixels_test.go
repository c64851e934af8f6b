package picture

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"io"
	"testing"
)

func TestAFileReadsAsASectionOfItDoes(t *testing.T) {
	data := []byte("0123456789 and what lies beyond")
	f := &pictureFile{ctx: context.Background(), r: bytes.NewReader(data), size: 10}
	want := io.NewSectionReader(bytes.NewReader(data), 0, 10)
	for off := range int64(13) {
		for n := range 13 {
			a, b := make([]byte, n), make([]byte, n)
			got, err := f.ReadAt(a, off)
			exact, wantErr := want.ReadAt(b, off)
			if got != exact || err != wantErr || !bytes.Equal(a, b) {
				t.Errorf("%d bytes at %d: %d, %v, %q; want %d, %v, %q", n, off, got, err, a, exact, wantErr, b)
			}
			p, err := f.bytes(off, n)
			if fits := off+int64(n) <= 10; fits && off < 10 && (err != nil || !bytes.Equal(p, data[off:off+int64(n)])) || !fits && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%d bytes at %d: %q, %v", n, off, p, err)
			}
		}
	}
	if _, err := f.bytes(-1, 1); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
}

func TestHalvesAreMeansOfFourPixels(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {2, 2}, {3, 5}, {8, 7}, {1, 6}, {6, 1}} {
		w, h := size[0], size[1]
		src := image.NewRGBA(image.Rect(0, 0, w, h))
		for i := range src.Pix {
			src.Pix[i] = byte(i*i*31 + i*7)
		}
		got := halve(src)
		if got.Rect != image.Rect(0, 0, (w+1)/2, (h+1)/2) {
			t.Fatalf("%v becomes %v", size, got.Rect)
		}
		channel := func(x, y, c int) int { return int(src.Pix[src.PixOffset(min(x, w-1), min(y, h-1))+c]) }
		for y := range got.Rect.Dy() {
			for x := range got.Rect.Dx() {
				for c := range 4 {
					sum := channel(2*x, 2*y, c) + channel(2*x+1, 2*y, c) + channel(2*x, 2*y+1, c) + channel(2*x+1, 2*y+1, c)
					if v := int(got.Pix[got.PixOffset(x, y)+c]); v != (sum+2)/4 {
						t.Errorf("%v at %d,%d: %d, want %d", size, x, y, v, (sum+2)/4)
					}
				}
			}
		}
	}
}

func TestPremultipliedColoursAreDividedAgain(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 4, 1))
	for x, c := range []color.RGBA{{10, 20, 30, 0}, {10, 20, 30, 255}, {100, 50, 200, 200}, {90, 1, 0, 80}} {
		img.SetRGBA(x, 0, c)
	}
	s, err := sourceOf(img)
	if err != nil || !s.hasAlpha {
		t.Fatal(err)
	}
	rgb, alpha := make([]byte, 12), make([]byte, 4)
	s.row(0, rgb, alpha)
	if !bytes.Equal(rgb, []byte{10, 20, 30, 10, 20, 30, 127, 63, 255, 255, 3, 0}) || !bytes.Equal(alpha, []byte{0, 255, 200, 80}) {
		t.Errorf("%v, %v", rgb, alpha)
	}
}

func TestTextIsToldFromBytes(t *testing.T) {
	for head, want := range map[string]string{
		"plain words\r\n\tand more": "a text file", "Grüße, ÿ": "a text file", "caf\xe9 \xf7": "a text file", "\xf8": "", "a\x7fb": "", "a\x00b": "", "a\x1fb": "", " ~": "a text file",
		"  <html>": "a web page", "<?xml version='1.0'?><a/>": "an XML document", "\ufeff<svg/>": "an SVG drawing",
	} {
		if got := foreignOf([]byte(head)).name.String(); got != want {
			t.Errorf("%q is %q, want %q", head, got, want)
		}
	}
}

func TestNumbersAreGroupedByThousands(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 12: "12", 123: "123", 1234: "1,234", 123456: "123,456", 1234567: "1,234,567", 123456789: "123,456,789"} {
		if got := grouped(n); got != want {
			t.Errorf("%d is written %q", n, got)
		}
	}
}
