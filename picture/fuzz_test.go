package picture

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descry/internal/failure"
	"descry/internal/hostile"
)

// fuzzFormat feeds a decoder with broken files of its format: it must return a
// whole picture or a Failure with a message, within the limits.
func fuzzFormat(f *testing.F, magic string, extensions ...string) {
	for _, ext := range extensions {
		files, err := filepath.Glob("testdata/*." + ext)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
		for _, h := range hostile.Files() {
			if strings.HasSuffix(h.Name, "."+ext) {
				f.Add(h.Data)
			}
		}
	}
	limits := Limits{Pixels: 1 << 16, Bytes: 1 << 22}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > len(magic) {
			copy(data, magic)
		}
		p, err := Decode(context.Background(), bytes.NewReader(data), int64(len(data)), "fuzz", limits)
		if err != nil {
			var fail *failure.Failure
			if !errors.As(err, &fail) || fail.Message.IsZero() || fail.Kind == "" {
				t.Fatalf("%T: %v", err, err)
			}
			if strings.Contains(fail.Message.String(), "the decoder stopped") {
				t.Fatalf("a decoder panicked: %s", fail.Message)
			}
			return
		}
		if p.Width < 1 || p.Height < 1 || int64(p.Width*p.Height) > limits.Pixels || len(p.RGB) != p.Width*p.Height*3 ||
			p.Alpha != nil && len(p.Alpha) != p.Width*p.Height || p.Orientation < 1 || p.Orientation > 8 {
			t.Fatalf("%d×%d, %d colour and %d alpha bytes, orientation %d", p.Width, p.Height, len(p.RGB), len(p.Alpha), p.Orientation)
		}
		p.ForEye()
	})
}

func FuzzJPEG(f *testing.F) { fuzzFormat(f, "\xff\xd8\xff", "jpg") }
func FuzzPNG(f *testing.F)  { fuzzFormat(f, "\x89PNG\r\n\x1a\n", "png") }
func FuzzGIF(f *testing.F)  { fuzzFormat(f, "GIF89a", "gif") }
func FuzzBMP(f *testing.F)  { fuzzFormat(f, "BM", "bmp") }
func FuzzTIFF(f *testing.F) { fuzzFormat(f, "", "tif", "tiff") }
func FuzzWebP(f *testing.F) { fuzzFormat(f, "RIFF", "webp") }

// FuzzEXIF breaks the EXIF block of a valid JPEG, which must stay the same picture
// in some orientation.
func FuzzEXIF(f *testing.F) {
	f.Add(exifBlock(binary.LittleEndian, 6))
	f.Add(exifBlock(binary.BigEndian, 3))
	f.Add([]byte("II*\x00\x08\x00\x00\x00\x02\x00\x69\x87\x04\x00\x01\x00\x00\x00\x08\x00\x00\x00\x4a\x01\x04\x00\x02\x00\x00\x00\x08\x00\x00\x00"))
	good := hostile.Good()["jpg"]
	f.Fuzz(func(t *testing.T, block []byte) {
		if len(block) > 60000 {
			return
		}
		data := withEXIF(good, block)
		p, err := Decode(context.Background(), bytes.NewReader(data), int64(len(data)), "fuzz", Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if p.Width*p.Height != 48*40 || p.Orientation < 1 || p.Orientation > 8 {
			t.Fatalf("%d×%d, orientation %d", p.Width, p.Height, p.Orientation)
		}
	})
}
