package weights

import (
	"encoding/binary"
	"fmt"
	"math"
)

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

// opcodeName names the opcodes that a hostile or foreign pickle is likely to
// use, as Python's pickletools does.
func opcodeName(code byte) string {
	if name, ok := foreignOpcodes[code]; ok {
		return fmt.Sprintf("%s (0x%02x)", name, code)
	}
	return fmt.Sprintf("0x%02x", code)
}

var foreignOpcodes = map[byte]string{
	'i': "INST", 'o': "OBJ", 0x93: "STACK_GLOBAL", 0x92: "NEWOBJ_EX", 0x82: "EXT1", 0x83: "EXT2", 0x84: "EXT4",
	'P': "PERSID", 'I': "INT", 'L': "LONG", 0x8b: "LONG4", 'F': "FLOAT", 'S': "STRING", 'T': "BINSTRING", 'V': "UNICODE",
	'B': "BINBYTES", 'C': "SHORT_BINBYTES", 0x8e: "BINBYTES8", 0x8c: "SHORT_BINUNICODE", 0x8d: "BINUNICODE8",
	'l': "LIST", 'd': "DICT", 0x90: "ADDITEMS", 0x91: "FROZENSET", 'p': "PUT", 'g': "GET", '0': "POP", '1': "POP_MARK", '2': "DUP",
	0x94: "MEMOIZE", 0x95: "FRAME", 0x96: "BYTEARRAY8", 0x97: "NEXT_BUFFER", 0x98: "READONLY_BUFFER",
}
