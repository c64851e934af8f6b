package picture

import (
	"bufio"
	"context"
	"errors"
	"io"
)

// pictureFile reads a picture's bytes under a context: once the context is
// cancelled, every read fails, which ends any decoder.
type pictureFile struct {
	ctx  context.Context
	r    io.ReaderAt
	size int64
	name string // for error messages
}

// ReadAt implements io.ReaderAt, up to size.
func (f *pictureFile) ReadAt(p []byte, off int64) (int, error) {
	if err := f.ctx.Err(); err != nil {
		return 0, err
	}
	if off >= f.size {
		return 0, io.EOF
	}
	short := int64(len(p)) > f.size-off
	if short {
		p = p[:f.size-off]
	}
	n, err := f.r.ReadAt(p, off)
	if n == len(p) && errors.Is(err, io.EOF) {
		err = nil
	}
	if err == nil && short {
		err = io.EOF
	}
	return n, err
}

// bytes reads n bytes at off. It returns io.ErrUnexpectedEOF if the file ends
// before. n must be small or checked against the size by the caller.
func (f *pictureFile) bytes(off int64, n int) ([]byte, error) {
	if off < 0 || off > f.size-int64(n) {
		return nil, io.ErrUnexpectedEOF
	}
	p := make([]byte, n)
	_, err := f.ReadAt(p, off)
	return p, err
}

// section returns a part of the file.
func (f *pictureFile) section(off, n int64) *io.SectionReader { return io.NewSectionReader(f, off, n) }

// reader returns a buffered reader of the whole file.
func (f *pictureFile) reader() *bufio.Reader {
	return bufio.NewReaderSize(f.section(0, f.size), 64<<10)
}
