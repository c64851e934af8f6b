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

// Open reads the picture at path. Every error is a *failure.Failure. What is
// no regular file is refused without being opened, so that a FIFO never makes
// it wait.
func Open(ctx context.Context, path string, l Limits) (*Picture, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, openFailure(path, err)
	}
	if f := notAFile(path, info); f != nil {
		return nil, f
	}
	// Between Stat and Open the name may have become a FIFO: O_NONBLOCK makes
	// opening one return, and the second look refuses it.
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
	var message, hint string
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		message, hint = "there is no such file", "Check the name; it may have been moved or renamed."
	case errors.Is(err, fs.ErrPermission):
		message, hint = "there is no permission to read it", "Ask its owner, or copy it to a folder of your own."
	default:
		var inner *fs.PathError
		if errors.As(err, &inner) {
			err = inner.Err
		}
		message, hint = "it cannot be opened ("+err.Error()+")", "Check the disk or the network it lies on."
	}
	return failure.New(failure.Unreadable, "open", path, "%s", message).WithHint("%s", hint)
}

// notAFile refuses folders and special files.
func notAFile(path string, info fs.FileInfo) *failure.Failure {
	mode := info.Mode()
	what, hint := "", "Give a picture file."
	switch {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		what, hint = "a folder", "Give the pictures in it."
	case mode&fs.ModeNamedPipe != 0:
		what, hint = "a named pipe (FIFO)", "Give a picture file, or - to read from standard input."
	case mode&fs.ModeSocket != 0:
		what = "a socket"
	case mode&fs.ModeDevice != 0:
		what = "a device"
	default:
		what = "a special file"
	}
	return failure.New(failure.Unsupported, "open", path, "this is %s, not a picture", what).WithHint("%s", hint)
}

// header is what a format's inspect finds before anything is decoded. Its
// numbers are the file's word, not yet believed.
type header struct {
	width, height int64 // pixels, as stored
	scratch       int64 // bytes that decoding allocates besides the result
	least         int64 // bytes that no file with these pixels can be shorter than
	exifAt, exifN int64 // where the EXIF block (a TIFF structure) lies; exifN 0: none
	detail        any   // what the format's decode wants to know again
}

// codec is one format: its magic, a look at its header, and its decoder.
type codec struct {
	name    string
	is      func(head []byte) bool
	inspect func(f *file) (header, error)
	decode  func(f *file, h header) (source, error)
}

// codecs are the formats that are read.
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

// Decode reads a picture of size bytes from r. name is for people: a path, or
// where the bytes came from. Every error is a *failure.Failure with name as
// its subject. A cancelled ctx ends it at the next read.
func Decode(ctx context.Context, r io.ReaderAt, size int64, name string, l Limits) (*Picture, error) {
	l = l.orDefault()
	f := &file{ctx: ctx, r: r, size: size, name: name}
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

// recognise finds the format by the first bytes.
func recognise(f *file) (*codec, error) {
	if f.size == 0 {
		return nil, unsupported("the file is empty").WithHint("Copy or download it again.")
	}
	head, err := f.bytes(0, int(min(f.size, 512)))
	if err != nil {
		return nil, err
	}
	foreign := foreignName(head)
	for i := range codecs {
		c := &codecs[i]
		if !c.is(head) {
			continue
		}
		raw := rawExtensions[strings.ToLower(filepath.Ext(f.name))]
		if c.name == "TIFF" && raw != "" {
			foreign = "a " + raw
		} else if c.name != "TIFF" || foreign == "" {
			return c, nil
		}
	}
	if foreign == "" {
		return nil, unsupported("not a supported picture format")
	}
	g := unsupported("this is %s, which Descry does not read", foreign)
	if foreign == "a text file" || foreign == "a program" || foreign == "a web page" || foreign == "a film" {
		g = g.WithHint("Choose a JPEG, PNG, GIF, BMP, TIFF or WebP picture.")
	}
	return nil, g
}

// picture inspects, checks, hashes, decodes and turns upright.
func (c *codec) picture(f *file, l Limits) (p *Picture, err error) {
	// The decoders are other people's code on hostile bytes: should one of
	// them panic all the same, then the file is damaged, not the program.
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
		return nil, damaged("the %s file says %d × %d pixels and holds %d × %d", c.name, h.width, h.height, src.width, src.height)
	}
	p = &Picture{Name: filepath.Base(f.name), Key: key, Format: c.name, Orientation: orientation(f, h)}
	if err := src.render(f.ctx, p); err != nil {
		return nil, err
	}
	return p, nil
}

// check holds the header against the limits, then against the file.
func (h header) check(f *file, format string, l Limits) error {
	if h.width <= 0 || h.height <= 0 {
		return damaged("the %s file says that the picture has %d × %d pixels", format, h.width, h.height)
	}
	if h.width > l.Pixels/h.height {
		return tooLarge("the picture has %s × %s pixels, more than the limit of %s million",
			grouped(h.width), grouped(h.height), fmt.Sprintf("%.4g", float64(l.Pixels)/1e6))
	}
	if f.size < h.least {
		return damaged("the %s file says %d × %d pixels, which take at least %s bytes, but has only %s: it was cut off or is a trap",
			format, h.width, h.height, grouped(h.least), grouped(f.size))
	}
	if need := h.scratch + 4*h.width*h.height; need > l.Bytes {
		return tooLarge("decoding its %s × %s pixels takes %s bytes, more than the limit of %s",
			grouped(h.width), grouped(h.height), grouped(need), grouped(l.Bytes))
	}
	return nil
}

// key is the SHA-256 of all bytes, in hex.
func (f *file) key() (string, error) {
	sum := sha256.New()
	if _, err := io.CopyBuffer(sum, struct{ io.Reader }{f.section(0, f.size)}, make([]byte, 256<<10)); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
