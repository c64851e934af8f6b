package weights

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"strings"

	"descry/internal/failure"
	"descry/internal/message"
)

// The limits of a pickle. BLIP large, the biggest official file, has 900
// tensors, 40 opcodes each; a training checkpoint three times that.
const (
	mostPickle  = 16 << 20 // bytes
	mostOpcodes = 1 << 19
	mostStack   = 1 << 17 // values waiting, marks included
	mostString  = 1 << 16 // bytes
)

// What a pickle can build here. The other values are Go's own: nil, bool,
// int64, float64 and string.
type (
	// global is a name out of another module, "torch.FloatStorage".
	global string
	// tuple is an immutable list.
	tuple []any
	// list is a list that opcodes append to.
	list struct{ items []any }
	// dict is a dictionary or an OrderedDict, in the order of its entries.
	dict struct {
		keys   []any
		values map[any]any
	}
	// long is an integer of more than 8 bytes, as they stand.
	long string
	// mark is what MARK leaves on the stack.
	mark struct{}
)

func newDict() *dict { return &dict{} }

// set adds an entry; a key that is there already is an error, since a state
// dict never has one.
func (d *dict) set(key, value any) error {
	switch key.(type) {
	case string, int64, bool:
	default:
		return damage("a dictionary has a key that is %s", kind(key))
	}
	if _, twice := d.values[key]; twice {
		return damage("the key %s stands twice", word(key))
	}
	if d.values == nil {
		d.values = map[any]any{}
	}
	d.keys = append(d.keys, key)
	d.values[key] = value
	return nil
}

// unpickler interprets one pickle. It runs no code: a name can only be one of
// globals, and a call can only be of one of its functions.
type unpickler struct {
	r       *bufio.Reader
	at      int64 // place in the file
	end     int64 // and where the pickle must have ended
	start   int64
	stack   []any
	memo    []any
	persist func(id any) (any, error) // resolves BINPERSID; nil: refused
}

// newUnpickler reads from byte at of r up to byte end at most.
func newUnpickler(r io.ReaderAt, at, end int64) *unpickler {
	return &unpickler{r: bufio.NewReader(io.NewSectionReader(r, at, end-at)), start: at, at: at, end: end}
}

// load interprets up to STOP and returns the one value that is left.
func (u *unpickler) load() (any, error) {
	for range mostOpcodes {
		start := u.at
		code, err := u.byte()
		if err != nil {
			return nil, err
		}
		if code == '.' {
			if len(u.stack) != 1 {
				return nil, damage("the pickle leaves %d values instead of one (byte %d)", len(u.stack), start)
			}
			return u.stack[0], nil
		}
		op, known := opcodes[code]
		if !known {
			return nil, refuse("the pickle uses the opcode %s at byte %d, which no weight file needs", opcodeName(code), start)
		}
		if err := op(u); err != nil {
			var f *failure.Failure
			if errors.As(err, &f) && !strings.Contains(f.Message.Format, "(byte %d)") { // that states no place yet
				placed := *f
				placed.Message = message.Of("%s (pickle, byte %d)", f.Message, start)
				return nil, &placed
			}
			return nil, err
		}
		if len(u.stack) > mostStack {
			return nil, damage("the pickle keeps more than %d values waiting (byte %d)", mostStack, start)
		}
	}
	return nil, damage("the pickle has more than %d opcodes (byte %d)", mostOpcodes, u.at)
}

func (u *unpickler) push(v any) error {
	u.stack = append(u.stack, v)
	return nil
}

// pop takes the top of the stack, which must be no mark.
func (u *unpickler) pop() (any, error) {
	if len(u.stack) == 0 {
		return nil, damage("the pickle takes a value where there is none")
	}
	v := u.stack[len(u.stack)-1]
	if _, ok := v.(mark); ok {
		return nil, damage("the pickle takes a mark for a value")
	}
	u.stack = u.stack[:len(u.stack)-1]
	return v, nil
}

// top returns the top of the stack, or nil where there is none.
func (u *unpickler) top() any {
	if len(u.stack) == 0 {
		return nil
	}
	return u.stack[len(u.stack)-1]
}

// popMark takes everything above the last mark, and the mark.
func (u *unpickler) popMark() ([]any, error) {
	for i := len(u.stack) - 1; i >= 0; i-- {
		if _, ok := u.stack[i].(mark); ok {
			items := append([]any(nil), u.stack[i+1:]...)
			u.stack = u.stack[:i]
			return items, nil
		}
	}
	return nil, damage("the pickle closes a list that it never opened")
}

// byte reads one byte.
func (u *unpickler) byte() (byte, error) {
	var b [1]byte
	err := u.read(b[:])
	return b[0], err
}

// read fills b.
func (u *unpickler) read(b []byte) error {
	if int64(len(b)) > u.end-u.at {
		return damage("the pickle ends without STOP (byte %d)", u.end)
	}
	if u.at-u.start > mostPickle {
		return damage("the pickle is longer than %d bytes (byte %d)", mostPickle, u.at)
	}
	n, err := io.ReadFull(u.r, b)
	u.at += int64(n)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return damage("the file ends within the pickle (byte %d)", u.at)
	}
	return err
}

// uint reads an unsigned little-endian integer of n ≤ 8 bytes.
func (u *unpickler) uint(n int) (uint64, error) {
	var b [8]byte
	err := u.read(b[:n])
	return binary.LittleEndian.Uint64(b[:]), err
}

// text reads n bytes.
func (u *unpickler) text(n uint64) (string, error) {
	if n > mostString || int64(n) > u.end-u.at {
		return "", damage("the pickle has a string of %d bytes", n)
	}
	b := make([]byte, n)
	err := u.read(b)
	return string(b), err
}

// line reads up to a newline, as GLOBAL's two arguments are written.
func (u *unpickler) line() (string, error) {
	var b []byte
	for len(b) < 256 {
		c, err := u.byte()
		if err != nil {
			return "", err
		}
		if c == '\n' {
			return string(b), nil
		}
		b = append(b, c)
	}
	return "", damage("the pickle names something of more than 255 bytes")
}
