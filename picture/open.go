package picture

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"descry/internal/failure"
)

// Open reads the picture at path. Every error is a *failure.Failure. Anything but a
// regular file is refused without being opened, so that a FIFO does not block it.
func Open(ctx context.Context, path string, l Limits) (*Picture, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, openFailure(path, err)
	}
	if f := notAFile(path, info); f != nil {
		return nil, f
	}
	// Between Stat and OpenFile the name may have become a FIFO: with O_NONBLOCK
	// opening it returns, and the second check refuses it.
	in, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, openFailure(path, err)
	}
	defer in.Close()
	if info, err = in.Stat(); err != nil {
		return nil, openFailure(path, err)
	}
	if f := notAFile(path, info); f != nil {
		return nil, f
	}
	p, err := Decode(ctx, in, info.Size(), path, l)
	if err != nil {
		return nil, err
	}
	p.Path, p.Name = path, filepath.Base(path)
	return p, nil
}

func openFailure(path string, err error) *failure.Failure {
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return failure.New(failure.Unreadable, "open", path, "there is no such file").WithHint("Check the name; it may have been moved or renamed.")
	case errors.Is(err, fs.ErrPermission):
		return failure.New(failure.Unreadable, "open", path, "no permission to read it").WithHint("Ask its owner, or copy it to a folder of your own.")
	}
	return failure.New(failure.Unreadable, "open", path, "it cannot be opened (%s)", failure.Plain(err)).WithHint("Check the disk or the network drive that it is on.")
}

// notAFile refuses folders and special files.
func notAFile(path string, info fs.FileInfo) *failure.Failure {
	mode := info.Mode()
	no := func(format string, args ...any) *failure.Failure {
		return failure.New(failure.Unsupported, "open", path, format, args...)
	}
	const choose = "Choose a picture file."
	switch {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		return no("this is a folder, not a picture").WithHint("Open a picture inside it.")
	case mode&fs.ModeNamedPipe != 0:
		return no("this is a named pipe (FIFO), not a picture").WithHint("Choose a picture file, or use - to read from standard input.")
	case mode&fs.ModeSocket != 0:
		return no("this is a socket, not a picture").WithHint(choose)
	case mode&fs.ModeDevice != 0:
		return no("this is a device, not a picture").WithHint(choose)
	}
	return no("this is a special file, not a picture").WithHint(choose)
}

// header is the result of a format's inspect, before anything is decoded. Its
// numbers come from the file and have not been checked.
type header struct {
	width, height int64 // pixels, as stored
	scratch       int64 // bytes that decoding allocates besides the result
	least         int64 // minimum size in bytes of a file with these pixels
	exifAt, exifN int64 // offset and length of the EXIF block (a TIFF structure); exifN 0: none
	detail        any   // passed from the format's inspect to its decode
}

// codec is one format: its magic, the inspection of its header, and its decoder.
type codec struct {
	name    string
	is      func(head []byte) bool
	inspect func(f *pictureFile) (header, error)
	decode  func(f *pictureFile, h header) (source, error)
}

// codecs are the supported formats.
var codecs = []codec{
	{"JPEG", prefixed("\xff\xd8\xff"), inspectJPEG, decodeJPEG},
	{"PNG", prefixed("\x89PNG\r\n\x1a\n"), inspectPNG, decodePNG},
	{"GIF", prefixed("GIF87a", "GIF89a"), inspectGIF, decodeGIF},
	{"BMP", isBMP, inspectBMP, decodeBMP},
	{"TIFF", prefixed("II*\x00", "MM\x00*"), inspectTIFF, decodeTIFF},
	{"WebP", isWebP, inspectWebP, decodeWebP},
}

func prefixed(all ...string) func([]byte) bool {
	return func(head []byte) bool {
		for _, p := range all {
			if strings.HasPrefix(string(head), p) {
				return true
			}
		}
		return false
	}
}

// Decode reads a picture of size bytes from r. name describes the source in errors:
// a path, or where the bytes came from. Every error is a *failure.Failure with name
// as its subject. Once ctx is cancelled, the next read fails.
func Decode(ctx context.Context, r io.ReaderAt, size int64, name string, l Limits) (*Picture, error) {
	l = l.orDefault()
	f := &pictureFile{ctx: ctx, r: r, size: size, name: name}
	c, err := recognise(f)
	if err != nil {
		return nil, decoderFailure(f, "picture", err)
	}
	p, err := c.picture(f, l)
	if err != nil {
		return nil, decoderFailure(f, c.name, err)
	}
	return p, nil
}

func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	if l.Pixels <= 0 {
		l.Pixels = d.Pixels
	}
	if l.Bytes <= 0 {
		l.Bytes = d.Bytes
	}
	return l
}

// recognise returns the format by the first bytes.
func recognise(f *pictureFile) (*codec, error) {
	if f.size == 0 {
		return nil, unsupported("the file is empty").WithHint("Copy or download it again.")
	}
	head, err := f.bytes(0, int(min(f.size, headBytes)))
	if err != nil {
		return nil, err
	}
	foreign := foreignOf(head)
	for i := range codecs {
		c := &codecs[i]
		if !c.is(head) {
			continue
		}
		raw, isRaw := rawExtensions[strings.ToLower(filepath.Ext(f.name))]
		if c.name == "TIFF" && isRaw {
			foreign = foreignFormat{raw, true}
		} else if c.name != "TIFF" || foreign.name.IsZero() {
			return c, nil
		}
	}
	if foreign.name.IsZero() {
		return nil, unsupported("not a supported picture format")
	}
	g := unsupported("this is %s, which Descry does not read", foreign.name)
	if !foreign.converts {
		g = g.WithHint("Choose a JPEG, PNG, GIF, BMP, TIFF or WebP picture.")
	}
	return nil, g
}

// picture inspects, checks, hashes and decodes the file, and applies its
// orientation.
func (c *codec) picture(f *pictureFile, l Limits) (p *Picture, err error) {
	// The decoders are third-party code that parses untrusted bytes: if one panics,
	// report a damaged file rather than end the program.
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, damaged("the %s file is damaged (the decoder stopped: %v)", c.name, r)
		}
	}()
	if f.size > l.Bytes {
		return nil, tooLarge("the file has %s bytes, more than the limit of %s", grouped(f.size), grouped(l.Bytes))
	}
	h, err := c.inspect(f)
	if err != nil {
		return nil, err
	}
	if err := h.check(f, c.name, l); err != nil {
		return nil, err
	}
	key, err := f.key()
	if err != nil {
		return nil, err
	}
	src, err := c.decode(f, h)
	if err != nil {
		return nil, err
	}
	if int64(src.width) != h.width || int64(src.height) != h.height {
		return nil, damaged("the %s file says %d × %d pixels but has %d × %d", c.name, h.width, h.height, src.width, src.height)
	}
	p = &Picture{Name: filepath.Base(f.name), Key: key, Format: c.name, Orientation: orientation(f, h)}
	if err := src.render(f.ctx, p); err != nil {
		return nil, err
	}
	return p, nil
}

// check compares the header with the limits, then with the file.
func (h header) check(f *pictureFile, format string, l Limits) error {
	if h.width <= 0 || h.height <= 0 {
		return damaged("the %s file says that the picture has %d × %d pixels", format, h.width, h.height)
	}
	if h.width > l.Pixels/h.height {
		return tooLarge("the picture has %s × %s pixels, more than the limit of %s million",
			grouped(h.width), grouped(h.height), fmt.Sprintf("%.4g", float64(l.Pixels)/1e6))
	}
	if f.size < h.least {
		return damaged("the %s file says %d × %d pixels, which take at least %s bytes, but has only %s: it is incomplete or malicious",
			format, h.width, h.height, grouped(h.least), grouped(f.size))
	}
	if need := h.scratch + 4*h.width*h.height; need > l.Bytes {
		return tooLarge("decoding its %s × %s pixels takes %s bytes, more than the limit of %s",
			grouped(h.width), grouped(h.height), grouped(need), grouped(l.Bytes))
	}
	return nil
}

// key returns the SHA-256 of all bytes, in hex.
func (f *pictureFile) key() (string, error) {
	sum := sha256.New()
	if _, err := io.CopyBuffer(sum, struct{ io.Reader }{f.section(0, f.size)}, make([]byte, 256<<10)); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
