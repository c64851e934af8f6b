package weights

import (
	"encoding/binary"
	"io"
	"path"
	"sort"
	"strings"

	"descry/internal/message"
)

// The limits of a zip archive of torch.save: one member a storage and a few
// more.
const (
	mostMembers   = mostTensors
	mostDirectory = 32 << 20 // bytes
)

// The records of a zip archive (PKWARE's APPNOTE.TXT 4.3).
const (
	sigLocal     = 0x04034b50
	sigCentral   = 0x02014b50
	sigEnd       = 0x06054b50
	sigEnd64     = 0x06064b50
	sigLocator64 = 0x07064b50

	lenLocal, lenCentral, lenEnd, lenEnd64, lenLocator64 = 30, 46, 22, 56, 20
)

// member is one file in the archive.
type member struct {
	name   string
	method uint16
	flags  uint16
	size   int64 // bytes stored
	plain  int64 // bytes when unpacked; equal to size where stored
	header int64 // byte of the local header
	offset int64 // byte of the first stored byte
}

// readZip reads the directory of torch's zip container (_save in
// torch/serialization.py, writer in caffe2/serialize/inline_container.cc).
//
// archive/zip would do, but it takes memory for as many entries as a directory
// claims, and passes over bytes before, between and after the members; here the
// directory must be whole, at the very end, and everything in it is checked.
func readZip(r io.ReaderAt, size int64) ([]Tensor, error) {
	members, err := zipMembers(r, size)
	if err != nil {
		return nil, err
	}
	byName := make(map[string]*member, len(members))
	prefix, found := "", false
	for i := range members {
		m := &members[i]
		if byName[m.name] != nil {
			return nil, damage("the member %s stands twice (second at byte %d)", quote(m.name), m.header)
		}
		byName[m.name] = m
		if p, ok := strings.CutSuffix(m.name, "/data.pkl"); ok && !strings.Contains(p, "/") {
			if found {
				return nil, damage("it has two pickles, %s/data.pkl and %s/data.pkl", prefix, p)
			}
			prefix, found = p, true
		}
	}
	if !found {
		return nil, refused("it is a zip archive, but not one of torch.save: no member is named …/data.pkl").WithHint("Choose a .safetensors, .bin or .pth file.")
	}
	if byName[prefix+"/constants.pkl"] != nil {
		return nil, refused("it is a TorchScript program (constants.pkl), not a state dict").WithHint("Save the weights with torch.save(model.state_dict(), …).")
	}
	if err := checkByteOrder(r, byName[prefix+"/byteorder"]); err != nil {
		return nil, err
	}
	return zipTensors(r, size, byName, prefix)
}

// checkByteOrder makes sure that the elements are little endian; the member is
// absent in older files, which always are.
func checkByteOrder(r io.ReaderAt, m *member) error {
	if m == nil {
		return nil
	}
	b := make([]byte, min(m.size, 16))
	if err := readAt(r, b, m.offset, message.Of("byteorder")); err != nil {
		return err
	}
	if string(b) != "little" {
		return refused("it was not written on a little-endian machine (byteorder is %s)", quote(string(b))).WithHint("Save it again on an ordinary PC.")
	}
	return nil
}

// zipTensors interprets data.pkl and places its storages.
func zipTensors(r io.ReaderAt, size int64, byName map[string]*member, prefix string) ([]Tensor, error) {
	pickle := byName[prefix+"/data.pkl"]
	if err := pickle.stored(); err != nil {
		return nil, err
	}
	found := newStorages(size)
	u := newUnpickler(r, pickle.offset, pickle.offset+pickle.size)
	u.persist = found.persist
	top, err := u.load()
	if err != nil {
		return nil, err
	}
	if end := pickle.offset + pickle.size; u.at != end {
		return nil, damage("%d bytes follow the pickle's end, at byte %d", end-u.at, u.at)
	}
	for _, st := range found.order {
		m := byName[prefix+"/data/"+st.key]
		if m == nil {
			continue // an error where a tensor that is wanted uses it
		}
		if err := m.stored(); err != nil {
			return nil, err
		}
		if want := st.count * st.dtype.Size(); m.size != want {
			return nil, damage("the member %s has %d bytes (from byte %d), but the tensors say %d", quote(m.name), m.size, m.offset, want)
		}
		st.offset, st.placed = m.offset, true
	}
	return found.list(top)
}

// stored makes sure that the member's bytes are in the file uncompressed.
func (m *member) stored() error {
	if m.method != 0 || m.size != m.plain {
		return refused("the member %s is compressed, so its tensors cannot be used in place", quote(m.name)).WithHint("Save it with torch.save, which does not compress.")
	}
	if m.flags&1 != 0 {
		return refused("the member %s is encrypted", quote(m.name)).WithHint("Save it without a password.")
	}
	return nil
}

// zipEnd is the content of the records at the end of the archive.
type zipEnd struct {
	count, length, offset int64 // members; bytes of the directory and where it begins
	at                    int64 // where these records begin
}

// readEnd reads the end records: the plain one, which must be the file's last
// 22 bytes, and the 64-bit one that torch writes before it.
func readEnd(r io.ReaderAt, size int64) (zipEnd, error) {
	var none zipEnd
	if size < lenEnd {
		return none, damage("the zip archive ends after %d bytes", size)
	}
	var e [lenEnd]byte
	if err := readAt(r, e[:], size-lenEnd, message.Of("the end of the zip archive")); err != nil {
		return none, err
	}
	if u32(e[:]) != sigEnd || u16(e[20:]) != 0 {
		return none, damage("the zip archive is truncated, or bytes follow its end (byte %d)", size-lenEnd)
	}
	if u16(e[4:]) != 0 || u16(e[6:]) != 0 || u16(e[8:]) != u16(e[10:]) {
		return none, damage("the zip archive is one part of several (byte %d)", size-lenEnd)
	}
	end := zipEnd{int64(u16(e[10:])), int64(u32(e[12:])), int64(u32(e[16:])), size - lenEnd}
	var l [lenLocator64]byte
	if end.at >= lenLocator64+lenEnd64 {
		if err := readAt(r, l[:], end.at-lenLocator64, message.Of("the end of the zip archive")); err != nil {
			return none, err
		}
	}
	if u32(l[:]) != sigLocator64 {
		return end, nil
	}
	at := end.at - lenLocator64 - lenEnd64
	var f [lenEnd64]byte
	if err := readAt(r, f[:], at, message.Of("the end of the zip archive")); err != nil {
		return none, err
	}
	if u32(f[:]) != sigEnd64 || u64(f[4:]) != lenEnd64-12 || u64(l[8:]) != at {
		return none, damage("the zip archive's 64-bit end record is not where it should be (byte %d)", at)
	}
	wide := zipEnd{u64(f[32:]), u64(f[40:]), u64(f[48:]), at}
	if !fits(end.count, wide.count, 0xffff) || !fits(end.length, wide.length, 0xffffffff) || !fits(end.offset, wide.offset, 0xffffffff) {
		return none, damage("the zip archive's two end records differ (bytes %d and %d)", at, end.at)
	}
	return wide, nil
}

// fits reports whether a narrow field agrees with the wide one: it is the same
// or all ones, which refers to it.
func fits(narrow, wide, ones int64) bool { return narrow == wide || narrow == ones }

// zipMembers reads and checks the central directory and every local header.
func zipMembers(r io.ReaderAt, size int64) ([]member, error) {
	end, err := readEnd(r, size)
	if err != nil {
		return nil, err
	}
	if end.count < 0 || end.count > mostMembers || end.length < 0 || end.length > mostDirectory {
		return nil, damage("the zip archive claims %d members in a directory of %d bytes (byte %d)", end.count, end.length, end.at)
	}
	if end.offset < 0 || end.offset > end.at || end.length != end.at-end.offset || end.count*lenCentral > end.length {
		return nil, damage("the zip archive's directory of %d members does not lie at bytes %d to %d", end.count, end.offset, end.at)
	}
	b := make([]byte, end.length)
	if err := readAt(r, b, end.offset, message.Of("the zip archive's directory")); err != nil {
		return nil, err
	}
	members := make([]member, 0, end.count)
	for at := end.offset; len(b) > 0; {
		m, n, err := parseCentral(b, at)
		if err != nil {
			return nil, err
		}
		if int64(len(members)) == end.count {
			return nil, damage("the zip archive has more members than it says, %d (byte %d)", end.count, at)
		}
		if err := m.locate(r, end.offset); err != nil {
			return nil, err
		}
		members = append(members, m)
		b, at = b[n:], at+int64(n)
	}
	if int64(len(members)) != end.count {
		return nil, damage("the zip archive has %d members, but says %d", len(members), end.count)
	}
	return members, checkMembers(members)
}

// parseCentral reads one entry of the directory, which begins at byte at of
// the file, and returns its length.
func parseCentral(b []byte, at int64) (member, int, error) {
	var m member
	if len(b) < lenCentral || u32(b) != sigCentral {
		return m, 0, damage("the zip archive's directory is damaged at byte %d", at)
	}
	name, extra, comment := int(u16(b[28:])), int(u16(b[30:])), int(u16(b[32:]))
	n := lenCentral + name + extra + comment
	if n > len(b) {
		return m, 0, damage("a name in the zip archive's directory leaves it (byte %d)", at)
	}
	m = member{
		name: string(b[lenCentral : lenCentral+name]), method: u16(b[10:]), flags: u16(b[8:]),
		size: int64(u32(b[20:])), plain: int64(u32(b[24:])), header: int64(u32(b[42:])),
	}
	if err := m.widen(b[lenCentral+name : lenCentral+name+extra]); err != nil {
		return m, 0, err
	}
	// path.Clean of a member's name is the name, or it leads out of a folder.
	if m.name == "" || path.Clean("/"+m.name) != "/"+m.name || strings.ContainsAny(m.name, "\\\x00") {
		return m, 0, damage("the zip archive has a member named %s (byte %d)", quote(m.name), at)
	}
	return m, n, nil
}

// widen replaces fields that are all ones by those of the 64-bit extra field
// (header ID 1), which has only these, in this order.
func (m *member) widen(extra []byte) error {
	for len(extra) >= 4 {
		id, n := u16(extra), int(u16(extra[2:]))
		if n > len(extra)-4 {
			break
		}
		field := extra[4 : 4+n]
		extra = extra[4+n:]
		if id != 1 {
			continue
		}
		for _, p := range []*int64{&m.plain, &m.size, &m.header} {
			if *p == 0xffffffff && len(field) >= 8 {
				*p, field = u64(field), field[8:]
			}
		}
	}
	if m.plain < 0 || m.size < 0 || m.header < 0 {
		return damage("the zip archive's member %s has impossible sizes", quote(m.name))
	}
	return nil
}

// locate reads the local header, which must name the same member, and finds
// the first stored byte; members end where the directory begins.
func (m *member) locate(r io.ReaderAt, directory int64) error {
	where := message.Of("the member %s", quote(m.name))
	if m.header > directory-lenLocal {
		return damage("%s begins outside the archive (byte %d)", where, m.header)
	}
	h := make([]byte, lenLocal+len(m.name))
	if int64(len(h)) > directory-m.header {
		return damage("%s leaves the archive (byte %d)", where, m.header)
	}
	if err := readAt(r, h, m.header, where); err != nil {
		return err
	}
	if u32(h) != sigLocal || int(u16(h[26:])) != len(m.name) || string(h[lenLocal:]) != m.name || u16(h[8:]) != m.method {
		return damage("%s has another header than the archive's directory says (byte %d)", where, m.header)
	}
	m.offset = m.header + int64(len(h)) + int64(u16(h[28:]))
	if m.offset > directory || m.size > directory-m.offset {
		return damage("%s of %d bytes leaves the archive (byte %d)", where, m.size, m.offset)
	}
	return nil
}

// checkMembers makes sure that no two members share bytes.
func checkMembers(members []member) error {
	order := make([]*member, len(members))
	for i := range members {
		order[i] = &members[i]
	}
	sort.Slice(order, func(a, b int) bool { return order[a].header < order[b].header })
	for i := 1; i < len(order); i++ {
		a, b := order[i-1], order[i]
		if b.header < a.offset+a.size {
			return damage("the member %s overlaps %s (byte %d)", quote(b.name), quote(a.name), b.header)
		}
	}
	return nil
}

func u16(b []byte) uint16 { return binary.LittleEndian.Uint16(b) }
func u32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }

// u64 reads an offset or length; what does not fit an int64 comes out negative
// and is refused by every check.
func u64(b []byte) int64 { return int64(binary.LittleEndian.Uint64(b)) }
