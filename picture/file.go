package picture

import (
	"bufio"
	"context"
	"errors"
	"io"
)

// file is a picture's bytes, read under a context: a cancelled context makes
// the next read fail, and so ends any decoder.
type file struct {
	ctx  context.Context
	r    io.ReaderAt
	size int64
	name string // for people, in failures
}

// ReadAt reads as io.ReaderAt says, never beyond the size.
func (f *file) ReadAt(p []byte, off int64) (int, error) {
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

// bytes reads n bytes at off; a file that ends before is io.ErrUnexpectedEOF.
// n must be small or held against the size before.
func (f *file) bytes(off int64, n int) ([]byte, error) {
	if off < 0 || off > f.size-int64(n) {
		return nil, io.ErrUnexpectedEOF
	}
	p := make([]byte, n)
	_, err := f.ReadAt(p, off)
	return p, err
}

// section is a part of the file as a reader that can seek.
func (f *file) section(off, n int64) *io.SectionReader { return io.NewSectionReader(f, off, n) }

// all reads the whole file from its start, buffered.
func (f *file) all() *bufio.Reader { return bufio.NewReaderSize(f.section(0, f.size), 64<<10) }
