package weights

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"

	"descry/internal/failure"
	"descry/internal/message"
)

// The limits of a safetensors header. The first is the format's own
// (MAX_HEADER_SIZE in safetensors/src/tensor.rs); the second keeps the JSON
// reader from buffering one endless string or number.
const (
	mostHeader = 100_000_000
	mostToken  = 1 << 20
)

// readSafetensors reads the directory of a safetensors file whose first eight
// bytes hold n, the length of the header. Its rules are those of the format's
// README and of Metadata::validate in safetensors/src/tensor.rs: the tensors
// fill the rest of the file without hole or overlap.
func readSafetensors(r io.ReaderAt, size int64, n uint64) ([]Tensor, error) {
	if n > mostHeader {
		return nil, damage("its header claims %d bytes; safetensors allows %d", n, mostHeader)
	}
	if int64(n) > size-8 {
		return nil, damage("its header claims %d bytes, but the file ends after %d", n, size)
	}
	h := &header{source: io.NewSectionReader(r, 8, int64(n)), data: 8 + int64(n), size: size}
	h.json = json.NewDecoder(&tokenLimit{r: bufio.NewReader(h.source)})
	h.json.UseNumber()
	tensors, err := h.read()
	if err != nil {
		return nil, err
	}
	return tensors, h.checkLayout(tensors)
}

// header reads the JSON header as a stream of tokens, since a decoder into
// maps would accept a duplicate key.
type header struct {
	source io.Reader
	json   *json.Decoder
	data   int64 // where the tensors begin in the file
	size   int64
}

// at returns the place in the file of the token read last.
func (h *header) at() int64 { return 8 + h.json.InputOffset() }

// token reads a token.
func (h *header) token() (json.Token, error) {
	t, err := h.json.Token()
	var f *failure.Failure
	switch {
	case err == nil:
		return t, nil
	case errors.As(err, &f):
		return nil, err
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return nil, damage("its header ends in the middle of the JSON (byte %d)", h.at())
	}
	return nil, damage("its header is no JSON at byte %d: %v", h.at(), err)
}

// expect reads a token that must be the delimiter d.
func (h *header) expect(d json.Delim, where string) error {
	t, err := h.token()
	if err == nil && t != d {
		err = damage("%s: %v stands at byte %d instead of %v", where, show(t), h.at(), d)
	}
	return err
}

// show words a token for an error.
func show(t json.Token) string {
	switch v := t.(type) {
	case string:
		return quote(v)
	case nil:
		return "null"
	}
	return fmt.Sprint(t)
}

// read reads the whole header.
func (h *header) read() ([]Tensor, error) {
	if err := h.expect('{', message.Sprintf("the header")); err != nil {
		return nil, err
	}
	var tensors []Tensor
	seen := map[string]bool{}
	for h.json.More() {
		name, err := h.key(seen, message.Sprintf("the header"))
		if err != nil {
			return nil, err
		}
		if name == "__metadata__" {
			if err := h.metadata(); err != nil {
				return nil, err
			}
			continue
		}
		if len(tensors) == mostTensors {
			return nil, damage("it claims more than %d tensors", mostTensors)
		}
		t, err := h.tensor(name)
		if err != nil {
			return nil, err
		}
		tensors = append(tensors, t)
	}
	if err := h.expect('}', message.Sprintf("the header")); err != nil {
		return nil, err
	}
	if t, err := h.json.Token(); !errors.Is(err, io.EOF) {
		return nil, damage("the header goes on after its end with %s at byte %d", show(t), h.at())
	}
	return tensors, nil
}

// key reads a key that is not in seen yet.
func (h *header) key(seen map[string]bool, where string) (string, error) {
	t, err := h.token()
	if err != nil {
		return "", err
	}
	name, ok := t.(string)
	if !ok {
		return "", damage("%s: %s stands at byte %d instead of a name", where, show(t), h.at())
	}
	if seen[name] {
		return "", damage("%s: the key %s stands a second time at byte %d", where, quote(name), h.at())
	}
	seen[name] = true
	return name, nil
}

// metadata reads over __metadata__, an object of strings.
func (h *header) metadata() error {
	if err := h.expect('{', "__metadata__"); err != nil {
		return err
	}
	seen := map[string]bool{}
	for h.json.More() {
		name, err := h.key(seen, "__metadata__")
		if err != nil {
			return err
		}
		if len(seen) > mostTensors {
			return damage("__metadata__ has more than %d entries", mostTensors)
		}
		t, err := h.token()
		if err != nil {
			return err
		}
		if _, ok := t.(string); !ok {
			return damage("__metadata__: %s is %s at byte %d, not a string", quote(name), show(t), h.at())
		}
	}
	return h.expect('}', "__metadata__")
}

// tensor reads one entry: {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}.
func (h *header) tensor(name string) (Tensor, error) {
	where := message.Sprintf("tensor %s", quote(name))
	t := Tensor{Name: name}
	var offsets []int64
	if err := h.expect('{', where); err != nil {
		return t, err
	}
	seen := map[string]bool{}
	for h.json.More() {
		key, err := h.key(seen, where)
		if err != nil {
			return t, err
		}
		switch key {
		case "dtype":
			t.DType, err = h.dtype(where)
		case "shape":
			t.Shape, err = h.integers(message.Sprintf("%s shape", where), mostDims)
		case "data_offsets":
			offsets, err = h.integers(message.Sprintf("%s data_offsets", where), 2)
		default:
			err = damage("%s: unknown key %s at byte %d", where, quote(key), h.at())
		}
		if err != nil {
			return t, err
		}
	}
	if err := h.expect('}', where); err != nil {
		return t, err
	}
	for _, key := range []string{"dtype", "shape", "data_offsets"} {
		if !seen[key] {
			return t, damage("%s: %s is absent (byte %d)", where, key, h.at())
		}
	}
	return t, h.place(&t, offsets)
}

// dtype reads the name of a known type.
func (h *header) dtype(where string) (DType, error) {
	t, err := h.token()
	if err != nil {
		return "", err
	}
	s, _ := t.(string)
	if DType(s).Size() == 0 {
		return "", damage("%s: unknown dtype %s at byte %d", where, show(t), h.at())
	}
	return DType(s), nil
}

// integers reads an array of at most most integers ≥ 0.
func (h *header) integers(where string, most int) ([]int64, error) {
	if err := h.expect('[', where); err != nil {
		return nil, err
	}
	list := make([]int64, 0, 2)
	for h.json.More() {
		t, err := h.token()
		if err != nil {
			return nil, err
		}
		number, _ := t.(json.Number)
		v, err := number.Int64()
		if err != nil || v < 0 {
			return nil, damage("%s: %s at byte %d is not a count", where, show(t), h.at())
		}
		if len(list) == most {
			return nil, damage("%s: more than %d numbers at byte %d", where, most, h.at())
		}
		list = append(list, v)
	}
	return list, h.expect(']', where)
}

// place checks an entry's offsets, relative to the end of the header, against
// its shape and the file.
func (h *header) place(t *Tensor, offsets []int64) error {
	where, room := message.Sprintf("tensor %s", quote(t.Name)), h.size-h.data
	if len(offsets) != 2 {
		return damage("%s: data_offsets has %d numbers, not 2", where, len(offsets))
	}
	begin, end := offsets[0], offsets[1]
	if begin > end {
		return damage("%s: data_offsets end (%d) before they begin (%d)", where, end, begin)
	}
	if end > room {
		return damage("%s: its bytes %d to %d reach beyond the file's %d", where, begin, end, room)
	}
	length, ok := bytesOf(t.DType, t.Shape, room)
	if !ok {
		return damage("%s: a %s of shape %v has more bytes than the file", where, t.DType, t.Shape)
	}
	if length != end-begin {
		return damage("%s: a %s of shape %v has %d bytes, but data_offsets give it %d", where, t.DType, t.Shape, length, end-begin)
	}
	t.Offset, t.Length = h.data+begin, length
	return nil
}

// checkLayout makes sure that the tensors fill the rest of the file.
func (h *header) checkLayout(tensors []Tensor) error {
	order := make([]int, len(tensors))
	for i := range order {
		order[i] = i
	}
	sort.Slice(order, func(a, b int) bool {
		s, t := tensors[order[a]], tensors[order[b]]
		if s.Offset != t.Offset {
			return s.Offset < t.Offset
		}
		return s.Length < t.Length // the empty ones first
	})
	next, before := h.data, message.Sprintf("the header")
	for _, i := range order {
		t := tensors[i]
		if t.Offset < next {
			return damage("tensor %s overlaps %s: it begins at byte %d, before byte %d", quote(t.Name), before, t.Offset, next)
		}
		if t.Offset > next {
			return damage("%d bytes between %s and tensor %s belong to nothing (byte %d)", t.Offset-next, before, quote(t.Name), next)
		}
		next, before = t.Offset+t.Length, message.Sprintf("tensor %s", quote(t.Name))
	}
	if next != h.size {
		return damage("%d bytes follow the last tensor, at byte %d", h.size-next, next)
	}
	return nil
}

// tokenLimit passes JSON through and fails at a string, number or run of blanks
// longer than mostToken, which the JSON reader would buffer whole.
type tokenLimit struct {
	r       io.Reader
	run     int
	at      int64
	quoted  bool
	escaped bool
}

func (l *tokenLimit) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	for _, c := range p[:n] {
		l.at++
		l.run++
		switch {
		case l.escaped:
			l.escaped = false
		case l.quoted && c == '\\':
			l.escaped = true
		case c == '"':
			l.quoted, l.run = !l.quoted, 0
		case !l.quoted && (c == ',' || c == ':' || c == '{' || c == '}' || c == '[' || c == ']'):
			l.run = 0
		}
		if l.run > mostToken {
			return 0, damage("its header has a string, number or blank of more than %d bytes (byte %d)", mostToken, 8+l.at)
		}
	}
	return n, err
}
