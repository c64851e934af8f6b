package weights

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"strings"
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

// load interprets up to STOP and gives the one value that is left.
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
			var t trouble
			if errors.As(err, &t) && !strings.Contains(t.message, "byte ") {
				t.message += " (pickle, byte " + decimal(start) + ")"
				return nil, t
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

// top gives the top of the stack, or nil where there is none.
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

// opcodes are the instructions that torch's files need: those of Python's C
// pickler at protocol 2, and those that torch's own weights-only reader takes
// besides (torch/_weights_only_unpickler.py). STOP is in load.
var opcodes = map[byte]func(*unpickler) error{
	0x80: opProto,
	'(':  func(u *unpickler) error { return u.push(mark{}) },
	'N':  func(u *unpickler) error { return u.push(nil) },
	0x88: func(u *unpickler) error { return u.push(true) },
	0x89: func(u *unpickler) error { return u.push(false) },
	'J':  opInt(4, func(v uint64) int64 { return int64(int32(v)) }),
	'K':  opInt(1, func(v uint64) int64 { return int64(v) }),
	'M':  opInt(2, func(v uint64) int64 { return int64(v) }),
	0x8a: opLong,
	'G':  opFloat,
	'X':  opString(4),
	'U':  opString(1),
	')':  func(u *unpickler) error { return u.push(tuple(nil)) },
	0x85: opTuple(1),
	0x86: opTuple(2),
	0x87: opTuple(3),
	't':  opTupleMark,
	']':  func(u *unpickler) error { return u.push(&list{}) },
	'a':  opAppend,
	'e':  opAppends,
	'}':  func(u *unpickler) error { return u.push(newDict()) },
	0x8f: func(u *unpickler) error { return u.push(&list{}) }, // a set, never looked into
	's':  opSetItem,
	'u':  opSetItems,
	'q':  opPut(1),
	'r':  opPut(4),
	'h':  opGet(1),
	'j':  opGet(4),
	'c':  opGlobal,
	'R':  opCall,
	0x81: opCall, // NEWOBJ: the class called with the tuple
	'b':  opBuild,
	'Q':  opPersistent,
}

func opProto(u *unpickler) error {
	v, err := u.byte()
	if err == nil && (v < 2 || v > 5) {
		err = damage("the pickle has protocol %d; 2 to 5 are read", v)
	}
	return err
}

func opInt(n int, value func(uint64) int64) func(*unpickler) error {
	return func(u *unpickler) error {
		v, err := u.uint(n)
		if err != nil {
			return err
		}
		return u.push(value(v))
	}
}

// opLong reads LONG1: a count of bytes and a little-endian two's complement.
func opLong(u *unpickler) error {
	n, err := u.byte()
	if err != nil {
		return err
	}
	s, err := u.text(uint64(n))
	if err != nil {
		return err
	}
	if n > 8 {
		return u.push(long(s))
	}
	var b [8]byte
	copy(b[:], s)
	if n > 0 && s[n-1]&0x80 != 0 {
		for i := int(n); i < 8; i++ {
			b[i] = 0xff
		}
	}
	return u.push(int64(binary.LittleEndian.Uint64(b[:])))
}

func opFloat(u *unpickler) error {
	var b [8]byte
	if err := u.read(b[:]); err != nil {
		return err
	}
	return u.push(math.Float64frombits(binary.BigEndian.Uint64(b[:])))
}

func opString(lengthBytes int) func(*unpickler) error {
	return func(u *unpickler) error {
		n, err := u.uint(lengthBytes)
		if err != nil {
			return err
		}
		s, err := u.text(n)
		if err != nil {
			return err
		}
		return u.push(s)
	}
}

func opTuple(n int) func(*unpickler) error {
	return func(u *unpickler) error {
		t := make(tuple, n)
		for i := n - 1; i >= 0; i-- {
			v, err := u.pop()
			if err != nil {
				return err
			}
			t[i] = v
		}
		return u.push(t)
	}
}

func opTupleMark(u *unpickler) error {
	items, err := u.popMark()
	if err != nil {
		return err
	}
	return u.push(tuple(items))
}

func opAppend(u *unpickler) error {
	v, err := u.pop()
	if err != nil {
		return err
	}
	return u.extend([]any{v})
}

func opAppends(u *unpickler) error {
	items, err := u.popMark()
	if err != nil {
		return err
	}
	return u.extend(items)
}

// extend appends to the list on top of the stack.
func (u *unpickler) extend(items []any) error {
	l, ok := u.top().(*list)
	if !ok {
		return damage("the pickle appends to %s", kind(u.top()))
	}
	l.items = append(l.items, items...)
	return nil
}

func opSetItem(u *unpickler) error {
	value, err := u.pop()
	if err != nil {
		return err
	}
	key, err := u.pop()
	if err != nil {
		return err
	}
	return u.setItems([]any{key, value})
}

func opSetItems(u *unpickler) error {
	items, err := u.popMark()
	if err != nil {
		return err
	}
	return u.setItems(items)
}

// setItems adds keys and values to the dictionary on top of the stack.
func (u *unpickler) setItems(items []any) error {
	d, ok := u.top().(*dict)
	if !ok {
		return damage("the pickle adds entries to %s", kind(u.top()))
	}
	if len(items)%2 != 0 {
		return damage("the pickle adds a key without a value")
	}
	for i := 0; i < len(items); i += 2 {
		if err := d.set(items[i], items[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// opPut remembers the top of the stack. Picklers number what they remember in
// order, so anything beyond the next number is damage, not a reason to grow.
func opPut(n int) func(*unpickler) error {
	return func(u *unpickler) error {
		i, err := u.uint(n)
		if err != nil {
			return err
		}
		if len(u.stack) == 0 {
			return damage("the pickle remembers a value where there is none")
		}
		if _, ok := u.top().(mark); ok {
			return damage("the pickle remembers a mark")
		}
		switch {
		case i < uint64(len(u.memo)):
			u.memo[i] = u.top()
		case i == uint64(len(u.memo)):
			u.memo = append(u.memo, u.top())
		default:
			return damage("the pickle remembers value %d after value %d", i, len(u.memo)-1)
		}
		return nil
	}
}

func opGet(n int) func(*unpickler) error {
	return func(u *unpickler) error {
		i, err := u.uint(n)
		if err != nil {
			return err
		}
		if i >= uint64(len(u.memo)) {
			return damage("the pickle recalls value %d of %d", i, len(u.memo))
		}
		return u.push(u.memo[i])
	}
}

func opGlobal(u *unpickler) error {
	module, err := u.line()
	if err != nil {
		return err
	}
	name, err := u.line()
	if err != nil {
		return err
	}
	g := global(module + "." + name)
	if err := allowed(g); err != nil {
		return err
	}
	return u.push(g)
}

func opCall(u *unpickler) error {
	args, err := u.pop()
	if err != nil {
		return err
	}
	f, err := u.pop()
	if err != nil {
		return err
	}
	g, isGlobal := f.(global)
	t, isTuple := args.(tuple)
	if !isGlobal || !isTuple {
		return damage("the pickle calls %s with %s", kind(f), kind(args))
	}
	call := callables[g]
	if call == nil {
		return refuse("the pickle calls %s, which is no function", quote(string(g)))
	}
	v, err := call(t)
	if err != nil {
		return err
	}
	return u.push(v)
}

// opBuild drops the attributes that a state dict carries (_metadata: the
// versions of the modules).
func opBuild(u *unpickler) error {
	if _, err := u.pop(); err != nil {
		return err
	}
	if _, ok := u.top().(*dict); !ok {
		return damage("the pickle gives attributes to %s", kind(u.top()))
	}
	return nil
}

func opPersistent(u *unpickler) error {
	id, err := u.pop()
	if err != nil {
		return err
	}
	if u.persist == nil {
		return damage("the pickle refers to a storage where none can be")
	}
	v, err := u.persist(id)
	if err != nil {
		return err
	}
	return u.push(v)
}
