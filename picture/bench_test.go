package picture

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"testing"
)

var benchSizes = [][2]int{{4000, 3000}, {8160, 6120}} // 12 and 50 megapixels

// benchJPEG is a JPEG of noise-free detail, 4:2:0 as image/jpeg writes it.
func benchJPEG(b *testing.B, w, h int) []byte {
	b.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			p := img.Pix[img.PixOffset(x, y):]
			p[0], p[1], p[2], p[3] = byte(x*y>>9), byte(x>>3), byte(y>>3+x>>5), 255
		}
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, img, &jpeg.Options{Quality: 90}); err != nil {
		b.Fatal(err)
	}
	return buf.Bytes()
}

func BenchmarkDecodeJPEG(b *testing.B) {
	for _, size := range benchSizes {
		data := benchJPEG(b, size[0], size[1])
		for _, orientation := range []uint16{1, 6} {
			turned := withEXIF(data, exifBlock(binary.LittleEndian, orientation))
			b.Run(fmt.Sprintf("%dMP/orientation%d", size[0]*size[1]/1e6, orientation), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := Decode(context.Background(), bytes.NewReader(turned), int64(len(turned)), "b.jpg", Limits{}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		b.Run(fmt.Sprintf("%dMP/onlyImageJPEG", size[0]*size[1]/1e6), func(b *testing.B) {
			for b.Loop() {
				if _, err := jpeg.Decode(bytes.NewReader(data)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkForTheEye(b *testing.B) {
	for _, size := range benchSizes {
		p := &Picture{Width: size[0], Height: size[1], RGB: make([]byte, size[0]*size[1]*3)}
		name := fmt.Sprintf("%dMP", size[0]*size[1]/1e6)
		b.Run(name+"/ForEye", func(b *testing.B) {
			for b.Loop() {
				p.ForEye()
			}
		})
		img := p.ForEye()
		b.Run(name+"/Thumbnail", func(b *testing.B) {
			for b.Loop() {
				Thumbnail(img, 256, 256)
			}
		})
		b.Run(name+"/Pyramid", func(b *testing.B) {
			for b.Loop() {
				Pyramid(context.Background(), img)
			}
		})
	}
}
