package picture

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf16"

	"descry/internal/failure"
)

// maxProfile bounds what is read of an embedded colour profile. Those of printers
// have a megabyte or two.
const maxProfile = 16 << 20

// tagProfile is TIFF's tag of an ICC profile (ICC.1, annex B.4).
const tagProfile = 34675

// ProfileName returns the description of the ICC profile that is embedded in a
// picture file, and whether there is a profile at all: one may have no name, or be
// damaged.
func ProfileName(ctx context.Context, path string) (name string, embedded bool, err error) {
	in, err := os.Open(path)
	if err != nil {
		return "", false, openFailure(path, err)
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return "", false, openFailure(path, err)
	}
	f := &pictureFile{ctx: ctx, r: in, size: info.Size(), name: path}
	head, err := f.bytes(0, int(min(f.size, headBytes)))
	if err != nil {
		return "", false, openFailure(path, err)
	}
	profile := profileOf(f, head)
	if ctx.Err() != nil {
		return "", false, failure.Wrap(failure.Cancelled, "inspect", path, ctx.Err(), "")
	}
	return profileDescription(profile), profile != nil, nil
}

// profileOf returns the embedded profile, nil where there is none. One that cannot
// be read whole is empty.
func profileOf(f *pictureFile, head []byte) []byte {
	switch {
	case prefixed("\xff\xd8\xff")(head):
		return jpegProfile(f)
	case prefixed("\x89PNG\r\n\x1a\n")(head):
		return pngProfile(f)
	case isWebP(head):
		return webpProfile(f)
	case prefixed("II*\x00", "MM\x00*")(head):
		return tiffProfile(f)
	}
	return nil
}

// jpegProfile puts the parts of APP2 together (ICC.1, annex B.4): each has its
// number, from 1, and how many there are.
func jpegProfile(f *pictureFile) []byte {
	const signature = "ICC_PROFILE\x00"
	parts := map[byte][]byte{}
	count, size := byte(0), 0
	in := &counter{r: f.reader()}
	in.skip(2)
	for {
		marker, length := in.marker()
		if in.err != nil || marker == markerEOI || marker == markerSOS {
			break
		}
		start := in.at
		if marker == 0xe2 && length > len(signature)+2 {
			part, err := f.bytes(start, length)
			if err == nil && strings.HasPrefix(string(part), signature) && size+length <= maxProfile {
				size += length
				count = part[len(signature)+1]
				parts[part[len(signature)]] = part[len(signature)+2:]
			}
		}
		in.skip(length)
	}
	if len(parts) == 0 {
		return nil
	}
	profile := []byte{}
	for i := 1; i <= int(count); i++ {
		part, there := parts[byte(i)]
		if !there {
			return []byte{}
		}
		profile = append(profile, part...)
	}
	return profile
}

// pngProfile unpacks the chunk iCCP (PNG 11.3.2.3): a name, a zero, how it is
// packed, and the profile.
func pngProfile(f *pictureFile) []byte {
	at := int64(8)
	for range maxChunks {
		p, err := f.bytes(at, 8)
		if err != nil {
			return nil
		}
		length, kind := int64(binary.BigEndian.Uint32(p)), string(p[4:])
		switch kind {
		case "IDAT", "IEND":
			return nil
		case "iCCP":
			return inflated(f, at+8, length)
		}
		at += 12 + length
	}
	return nil
}

func inflated(f *pictureFile, at, length int64) []byte {
	if length > maxProfile {
		return []byte{}
	}
	chunk, err := f.bytes(at, int(length))
	_, packed, found := bytes.Cut(chunk, []byte{0})
	if err != nil || !found || len(packed) < 1 || packed[0] != 0 {
		return []byte{}
	}
	z, err := zlib.NewReader(bytes.NewReader(packed[1:]))
	if err != nil {
		return []byte{}
	}
	profile, _ := io.ReadAll(io.LimitReader(z, maxProfile)) // its beginning may hold the name
	return profile
}

// webpProfile returns the chunk ICCP.
func webpProfile(f *pictureFile) (profile []byte) {
	_ = webpWalk(f, 12, f.size, func(kind string, c webpChunk) error {
		if kind == "ICCP" && profile == nil {
			profile = []byte{} // as one that is cut off or too large stays
			if c.n <= maxProfile {
				if whole, err := f.bytes(c.at, int(c.n)); err == nil {
					profile = whole
				}
			}
		}
		return nil
	}) // a damaged chunk ends the walk
	return profile
}

// tiffProfile returns the bytes of tag 34675 in the first directory.
func tiffProfile(f *pictureFile) []byte {
	p, err := f.bytes(0, 8)
	if err != nil {
		return nil
	}
	var order binary.ByteOrder = binary.LittleEndian
	if p[0] == 'M' {
		order = binary.BigEndian
	}
	at := int64(order.Uint32(p[4:]))
	if p, err = f.bytes(at, 2); err != nil {
		return nil
	}
	entries, err := f.bytes(at+2, 12*int(order.Uint16(p)))
	if err != nil {
		return nil
	}
	for ; len(entries) >= 12; entries = entries[12:] {
		if order.Uint16(entries) != tagProfile {
			continue
		}
		n := int64(order.Uint32(entries[4:]))
		if n > maxProfile || n <= 4 {
			return []byte{}
		}
		profile, err := f.bytes(int64(order.Uint32(entries[8:])), int(n))
		if err != nil {
			return []byte{}
		}
		return profile
	}
	return nil
}

// profileDescription returns the text of a profile's tag "desc", "" where it has
// none that can be read (ICC.1:2022, 9.2.41; version 2: ICC.1:2001-04, 6.5.17).
func profileDescription(profile []byte) string {
	const header = 128
	if len(profile) < header+4 || string(profile[36:40]) != "acsp" {
		return ""
	}
	tags := profile[header+4:]
	for range min(binary.BigEndian.Uint32(profile[header:]), uint32(len(tags)/12)) {
		at, n := uint64(binary.BigEndian.Uint32(tags[4:])), uint64(binary.BigEndian.Uint32(tags[8:]))
		if string(tags[:4]) == "desc" && at+n <= uint64(len(profile)) && n >= 12 {
			return describedBy(profile[at : at+n])
		}
		tags = tags[12:]
	}
	return ""
}

// describedBy reads the text of a tag: plain bytes in version 2, UTF-16 in several
// languages in version 4, of which English is preferred.
func describedBy(tag []byte) string {
	switch count := binary.BigEndian.Uint32(tag[8:]); string(tag[:4]) {
	case "desc":
		text := tag[12:]
		text = text[:min(uint64(count), uint64(len(text)))]
		text, _, _ = bytes.Cut(text, []byte{0})
		return printableName(string(text))
	case "mluc":
		const record = 12
		var found string
		for i := range uint64(count) {
			from := 16 + i*record
			if from+record > uint64(len(tag)) {
				break
			}
			r := tag[from:]
			n, at := uint64(binary.BigEndian.Uint32(r[4:])), uint64(binary.BigEndian.Uint32(r[8:]))
			if at+n > uint64(len(tag)) {
				continue
			}
			text := utf16Text(tag[at : at+n])
			if found == "" || string(r[:2]) == "en" {
				found = text
			}
			if string(r[:2]) == "en" {
				break
			}
		}
		return found
	}
	return ""
}

func utf16Text(p []byte) string {
	var units []uint16
	for ; len(p) >= 2; p = p[2:] {
		units = append(units, binary.BigEndian.Uint16(p))
	}
	if end := slices.Index(units, 0); end >= 0 {
		units = units[:end]
	}
	return printableName(string(utf16.Decode(units)))
}

// printableName is a name on one line, whatever bytes the file has for it.
func printableName(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))), " ")
}
