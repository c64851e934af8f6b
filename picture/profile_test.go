package picture

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
)

// iccProfile returns a profile with one tag.
func iccProfile(tag string, content []byte) []byte {
	p := make([]byte, 128)
	copy(p[36:], "acsp")
	p = binary.BigEndian.AppendUint32(p, 1)
	p = append(p, tag...)
	p = binary.BigEndian.AppendUint32(p, uint32(len(p)+8))
	p = binary.BigEndian.AppendUint32(p, uint32(len(content)))
	p = append(p, content...)
	binary.BigEndian.PutUint32(p, uint32(len(p)))
	return p
}

// plainDescription is a tag of version 2.
func plainDescription(name string) []byte {
	p := append([]byte("desc"), 0, 0, 0, 0)
	p = binary.BigEndian.AppendUint32(p, uint32(len(name)+1))
	return append(append(p, name...), make([]byte, 80)...)
}

// translatedDescription is a tag of version 4: pairs of language and name.
func translatedDescription(pairs ...string) []byte {
	p := append([]byte("mluc"), 0, 0, 0, 0)
	p = binary.BigEndian.AppendUint32(p, uint32(len(pairs)/2))
	p = binary.BigEndian.AppendUint32(p, 12)
	at := uint32(16 + 12*len(pairs)/2)
	var texts []byte
	for i := 0; i < len(pairs); i += 2 {
		var text []byte
		for _, u := range utf16.Encode([]rune(pairs[i+1])) {
			text = binary.BigEndian.AppendUint16(text, u)
		}
		p = append(p, pairs[i]...)
		p = binary.BigEndian.AppendUint32(p, uint32(len(text)))
		p = binary.BigEndian.AppendUint32(p, at+uint32(len(texts)))
		texts = append(texts, text...)
	}
	return append(p, texts...)
}

func TestAProfileIsNamedByItsDescription(t *testing.T) {
	whole := iccProfile("desc", plainDescription("sRGB IEC61966-2.1"))
	for name, c := range map[string]struct {
		profile []byte
		want    string
	}{
		"version 2":               {whole, "sRGB IEC61966-2.1"},
		"version 4":               {iccProfile("desc", translatedDescription("enUS", "Display P3")), "Display P3"},
		"English is preferred":    {iccProfile("desc", translatedDescription("deDE", "Kalibriert – RGB", "enUS", "Calibrated RGB", "frFR", "RVB")), "Calibrated RGB"},
		"no English":              {iccProfile("desc", translatedDescription("deDE", "Grün – RGB", "frFR", "RVB")), "Grün – RGB"},
		"control characters":      {iccProfile("desc", plainDescription("a\x1b[31m\nb")), "a [31m b"},
		"another tag":             {iccProfile("cprt", plainDescription("nobody")), ""},
		"a type of another kind":  {iccProfile("desc", []byte("text\x00\x00\x00\x00name\x00")), ""},
		"a length beyond its end": {iccProfile("desc", append([]byte("desc\x00\x00\x00\x00\xff\xff\xff\xff"), "abc"...)), "abc"},
		"cut in the tag":          {whole[:150], ""},
		"cut in the table":        {whole[:140], ""},
		"cut in the header":       {whole[:100], ""},
		"no signature":            {make([]byte, 400), ""},
		"empty":                   {[]byte{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := profileDescription(c.profile); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// inJPEG puts a profile into parts of at most most bytes behind the start marker.
func inJPEG(jpeg, profile []byte, most int) []byte {
	out := append([]byte{}, jpeg[:2]...)
	count := (len(profile) + most - 1) / most
	var parts [][]byte
	for i := range count {
		part := append([]byte("ICC_PROFILE\x00"), byte(i+1), byte(count))
		part = append(part, profile[i*most:min(len(profile), (i+1)*most)]...)
		parts = append(parts, part)
	}
	for i := range parts { // in the order that is hardest: the last one first
		part := parts[len(parts)-1-i]
		out = append(out, 0xff, 0xe2)
		out = binary.BigEndian.AppendUint16(out, uint16(len(part)+2))
		out = append(out, part...)
	}
	return append(out, jpeg[2:]...)
}

func inPNG(png, chunk []byte) []byte {
	const ihdr = 8 + 25
	out := append([]byte{}, png[:ihdr]...)
	out = binary.BigEndian.AppendUint32(out, uint32(len(chunk)))
	body := append([]byte("iCCP"), chunk...)
	out = binary.BigEndian.AppendUint32(append(out, body...), crc32.ChecksumIEEE(body))
	return append(out, png[ihdr:]...)
}

func packed(profile []byte) []byte {
	var b bytes.Buffer
	b.WriteString("a name\x00\x00")
	z := zlib.NewWriter(&b)
	_, _ = z.Write(profile)
	z.Close()
	return b.Bytes()
}

func inWebP(webp, profile []byte) []byte {
	out := append([]byte{}, webp...)
	out = binary.LittleEndian.AppendUint32(append(out, "ICCP"...), uint32(len(profile)))
	return append(out, profile...)
}

// tiffWith is a TIFF of a directory with a profile and another tag.
func tiffWith(order binary.AppendByteOrder, mark string, profile []byte) []byte {
	out := order.AppendUint32(order.AppendUint16([]byte(mark), 42), 8)
	out = order.AppendUint16(out, 2)
	out = order.AppendUint32(order.AppendUint32(order.AppendUint16(order.AppendUint16(out, 256), 3), 1), 1)
	out = order.AppendUint32(order.AppendUint32(order.AppendUint16(order.AppendUint16(out, tagProfile), 7), uint32(len(profile))), 8+2+24+4)
	return append(append(out, 0, 0, 0, 0), profile...)
}

func TestTheProfileOfAFileIsFound(t *testing.T) {
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	jpeg, png := read("444.jpg"), read("1x1.png")
	webp := []byte("RIFF\x00\x00\x00\x00WEBP")
	icc := iccProfile("desc", plainDescription("Adobe RGB (1998)"))
	for name, c := range map[string]struct {
		file     []byte
		want     string
		embedded bool
	}{
		"JPEG":                     {inJPEG(jpeg, icc, 1<<15), "Adobe RGB (1998)", true},
		"JPEG in parts":            {inJPEG(jpeg, icc, 50), "Adobe RGB (1998)", true},
		"JPEG without":             {jpeg, "", false},
		"JPEG, a part is missing":  {bytes.Replace(inJPEG(jpeg, icc, 50), []byte("ICC_PROFILE\x00\x02"), []byte("ICC_PROFILE\x00\x01"), 1), "", true},
		"JPEG, another APP2":       {bytes.Replace(inJPEG(jpeg, icc, 1<<15), []byte("ICC_"), []byte("XYZ_"), 1), "", false},
		"PNG":                      {inPNG(png, packed(icc)), "Adobe RGB (1998)", true},
		"PNG without":              {png, "", false},
		"PNG, not zlib":            {inPNG(png, []byte("a name\x00\x00prose")), "", true},
		"PNG, packed in some way":  {inPNG(png, append([]byte("a name\x00\x01"), packed(icc)[8:]...)), "", true},
		"PNG, no name":             {inPNG(png, []byte("abc")), "", true},
		"WebP":                     {inWebP(webp, icc), "Adobe RGB (1998)", true},
		"WebP without":             {webp, "", false},
		"WebP, cut":                {inWebP(webp, icc)[:100], "", true},
		"TIFF":                     {tiffWith(binary.LittleEndian, "II", icc), "Adobe RGB (1998)", true},
		"TIFF, big-endian":         {tiffWith(binary.BigEndian, "MM", icc), "Adobe RGB (1998)", true},
		"TIFF, cut":                {tiffWith(binary.LittleEndian, "II", icc)[:90], "", true},
		"TIFF without a directory": {[]byte("II*\x00\x08\x00\x00\x00"), "", false},
		"BMP":                      {read("24.bmp"), "", false},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x")
			if err := os.WriteFile(path, c.file, 0o600); err != nil {
				t.Fatal(err)
			}
			got, embedded, err := ProfileName(context.Background(), path)
			if err != nil || got != c.want || embedded != c.embedded {
				t.Errorf("got %q, %v, %v; want %q, %v", got, embedded, err, c.want, c.embedded)
			}
		})
	}
	if _, _, err := ProfileName(context.Background(), filepath.Join("testdata", "absent.png")); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("an absent file: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := ProfileName(ctx, filepath.Join("testdata", "444.jpg")); err == nil {
		t.Error("a cancelled look gave no error")
	}
}

func TestPicturesAreRecognisedByTheirContent(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		content string
		want    bool
	}{
		"png.pt": {"\x89PNG\r\n\x1a\n", true}, "jpeg.safetensors": {"\xff\xd8\xff\xe0", true}, "bm.txt": {"BM\x00\x00\x00\x00\x00\x00\x00\x00", true},
		"heic": {"\x00\x00\x00\x18ftypheic", true}, "old.pth": {"\x80\x02\x8a\x0a", false}, "zip.png": {"PK\x03\x04", false}, "page.jpg": {"<!DOCTYPE html>", false},
		"empty.png": {"", false}, "header.png": {"BM\x00\x00\x00\x00\x00\x00{\"__metadata__\"", false},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := Recognise(path); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if Recognise(dir) || Recognise(filepath.Join(dir, "absent")) {
		t.Error("what is no file was taken for a picture")
	}
}

func FuzzProfile(f *testing.F) {
	f.Add(iccProfile("desc", plainDescription("sRGB")))
	f.Add(iccProfile("desc", translatedDescription("enUS", "Display P3", "deDE", "Anzeige")))
	f.Fuzz(func(t *testing.T, profile []byte) {
		if name := profileDescription(profile); strings.ContainsAny(name, "\n\x1b") {
			t.Errorf("a name with control characters: %q", name)
		}
	})
}
