package weights

import (
	"encoding/binary"
	"io"

	"descry/internal/message"
)

// legacyProtocol is PROTOCOL_VERSION in torch/serialization.py.
const legacyProtocol = 1001

// readLegacy reads the directory of a legacy file (_legacy_save in
// torch/serialization.py): the magic number, the protocol's version, a
// dictionary about the machine, the state dict and the list of storage keys,
// each a pickle; then each storage, in the list's order, as an int64 element
// count and its elements.
func readLegacy(r io.ReaderAt, size int64) ([]Tensor, error) {
	at := int64(len(legacyMagic))
	found := newStorages(size)
	next := func(persist func(any) (any, error)) (any, error) {
		u := newUnpickler(r, at, size)
		u.persist = persist
		v, err := u.load()
		at = u.at
		return v, err
	}
	version, err := next(nil)
	if err != nil {
		return nil, err
	}
	if version != any(int64(legacyProtocol)) {
		return nil, damage("its protocol version is %s, not %d", word(version), legacyProtocol)
	}
	machine, err := next(nil)
	if err != nil {
		return nil, err
	}
	if d, ok := machine.(*dict); !ok || d.values["little_endian"] != any(true) {
		return nil, refused("it was not written on a little-endian machine").WithHint("Save it again on an ordinary PC.")
	}
	top, err := next(found.persist)
	if err != nil {
		return nil, err
	}
	keys, err := next(nil)
	if err != nil {
		return nil, err
	}
	if err := found.placeInOrder(r, keys, at, size); err != nil {
		return nil, err
	}
	return found.list(top)
}

// placeInOrder walks over the storages behind the pickles.
func (s *storages) placeInOrder(r io.ReaderAt, keys any, at, size int64) error {
	l, ok := keys.(*list)
	if !ok {
		return damage("the list of storages is %s (byte %d)", kind(keys), at)
	}
	for _, k := range l.items {
		key, _ := k.(string)
		st := s.byKey[key]
		if st == nil {
			return damage("the list of storages has %s, which no tensor uses (byte %d)", word(k), at)
		}
		if st.placed {
			return damage("the list of storages has %s twice (byte %d)", quote(key), at)
		}
		var b [8]byte
		if err := readAt(r, b[:], at, message.Of("the count of storage %s", quote(key))); err != nil {
			return err
		}
		count := int64(binary.LittleEndian.Uint64(b[:]))
		if count != st.count {
			return damage("storage %s has %d elements at byte %d, but the tensors say %d", quote(key), count, at, st.count)
		}
		at += 8
		length := count * st.dtype.Size() // declared, so within the file's size
		if length > size-at {
			return damage("the file ends within storage %s, which begins at byte %d and has %d bytes", quote(key), at, length)
		}
		st.offset, st.placed = at, true
		at += length
	}
	if at != size {
		return damage("%d bytes follow the last storage, at byte %d", size-at, at)
	}
	return nil
}
