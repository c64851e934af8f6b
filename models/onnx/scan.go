package onnx

import (
	"errors"
	"io"

	"google.golang.org/protobuf/encoding/protowire"
)

// scanner goes through the fields of one protobuf message in a file without
// holding it: what is not used is skipped, not read.
type scanner struct {
	w       *window
	at, end int64
	wire    protowire.Type
	number  int64 // of a varint field
}

// window is a buffer over a file, shared by the scanners of all messages in it.
type window struct {
	r    io.ReaderAt
	size int64
	from int64 // where data begins
	data []byte
	room [1 << 15]byte
}

var (
	errCut   = errors.New("it is cut off or not an ONNX model")
	errField = errors.New("it is not an ONNX model: a field is of the wrong kind")
)

func newScanner(r io.ReaderAt, at, size int64) *scanner {
	return &scanner{w: &window{r: r, size: size}, at: at, end: at + size, wire: protowire.BytesType}
}

// peek returns up to n bytes at a place.
func (w *window) peek(at int64, n int) ([]byte, error) {
	if at < w.from || at+int64(n) > w.from+int64(len(w.data)) {
		room := w.room[:min(int64(len(w.room)), max(w.size-at, 0))]
		got, err := w.r.ReadAt(room, at)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		w.from, w.data = at, room[:got]
	}
	rest := w.data[at-w.from:]
	return rest[:min(n, len(rest))], nil
}

// varint reads one.
func (s *scanner) varint() (uint64, error) {
	b, err := s.w.peek(s.at, int(min(10, s.end-s.at)))
	if err != nil {
		return 0, err
	}
	v, n := protowire.ConsumeVarint(b)
	if n < 0 {
		return 0, errCut
	}
	s.at += int64(n)
	return v, nil
}

// each calls do for every field of the message. The scanner that do gets is of the
// field: its number, or its bytes.
func (s *scanner) each(do func(field int, s *scanner) error) error {
	if s.wire != protowire.BytesType {
		return errField
	}
	for s.at < s.end {
		tag, err := s.varint()
		if err != nil {
			return err
		}
		number, wire := protowire.DecodeTag(tag)
		if number < 1 {
			return errCut
		}
		inner := scanner{w: s.w, at: s.at, end: s.at, wire: wire}
		switch wire {
		case protowire.VarintType:
			v, err := s.varint()
			if err != nil {
				return err
			}
			inner.number = int64(v)
		case protowire.Fixed32Type:
			s.at += 4
		case protowire.Fixed64Type:
			s.at += 8
		case protowire.BytesType:
			n, err := s.varint()
			if err != nil {
				return err
			}
			if n > uint64(s.end-s.at) {
				return errCut
			}
			inner.at, inner.end = s.at, s.at+int64(n)
			s.at = inner.end
		default:
			return errCut
		}
		if s.at > s.end {
			return errCut
		}
		if err := do(int(number), &inner); err != nil {
			return err
		}
	}
	return nil
}

// within calls do for every field of that number.
func (s *scanner) within(wanted int, do func(s *scanner) error) error {
	return s.each(func(field int, s *scanner) error {
		if field != wanted {
			return nil
		}
		return do(s)
	})
}

// text reads a string of at most so many bytes.
func (s *scanner) text(most int64) (string, error) {
	if s.wire != protowire.BytesType {
		return "", errField
	}
	if s.end-s.at > most {
		return "", errors.New("it has a name longer than any model's")
	}
	b, err := s.w.peek(s.at, int(s.end-s.at))
	if err == nil && int64(len(b)) < s.end-s.at {
		err = errCut
	}
	return string(b), err
}

// numbers calls do for the numbers of a repeated field, packed or one by one.
func (s *scanner) numbers(do func(int64) error) error {
	if s.wire == protowire.VarintType {
		return do(s.number)
	}
	if s.wire != protowire.BytesType {
		return errField
	}
	for s.at < s.end {
		v, err := s.varint()
		if err != nil {
			return err
		}
		if err := do(int64(v)); err != nil {
			return err
		}
	}
	return nil
}
