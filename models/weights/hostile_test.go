package weights

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// The builders below make files that torch and safetensors would not.

// header makes a safetensors file of a JSON header and n bytes of data.
func safeFile(json string, n int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(json)))
	return append(append(b, json...), make([]byte, n)...)
}

// str, num and name are the pickle's opcodes for a string, a number and a name
// out of a module.
func str(s string) string {
	return "X" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) + s
}
func num(n int32) string           { return "J" + string(binary.LittleEndian.AppendUint32(nil, uint32(n))) }
func name(module, n string) string { return "c" + module + "\n" + n + "\n" }
func tup(items ...string) string   { return "(" + strings.Join(items, "") + "t" }

const rebuildTensor = "ctorch._utils\n_rebuild_tensor_v2\n"

// storageOf refers to a storage; last is the sixth item of legacy files.
func storageOf(kind, key string, count int32, last string) string {
	return tup(str("storage"), name("torch", kind), str(key), str("cpu"), num(count), last) + "Q"
}

// tensorOf calls _rebuild_tensor_v2.
func tensorOf(storage string, skip int32, shape, strides string) string {
	return rebuildTensor + tup(storage, num(skip), shape, strides, "\x89", name("collections", "OrderedDict")+")R") + "R"
}

// stateOf makes a pickle of a dictionary: names and tensors in turn.
func stateOf(items ...string) string { return "\x80\x02}(" + strings.Join(items, "") + "u." }

// one is a state dict of one float tensor of 2×3 in storage 0.
func one(last string) string {
	return stateOf(str("w"), tensorOf(storageOf("FloatStorage", "0", 6, last), 0, tup(num(2), num(3)), tup(num(3), num(1))))
}

// entry is a member of a zip file.
type entry struct{ name, content string }

// zipFile makes a zip archive of stored members.
func zipFile(method uint16, entries ...entry) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		f, err := w.CreateHeader(&zip.FileHeader{Name: e.name, Method: method})
		if err == nil {
			_, err = f.Write([]byte(e.content))
		}
		if err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// torchFile makes a zip container of a pickle and one storage of 24 bytes.
func torchFile(pickle string) []byte {
	return zipFile(zip.Store, entry{"m/data.pkl", pickle}, entry{"m/data/0", strings.Repeat("\x00\x00\x80\x3f", 6)}, entry{"m/version", "3\n"})
}

// legacyFile makes a legacy container: the state dict, the keys and what follows.
func legacyFile(state, keys, rest string) []byte {
	machine := "\x80\x02}(" + str("protocol_version") + "M\xe9\x03" + str("little_endian") + "\x88u."
	return []byte(string(legacyMagic) + "\x80\x02M\xe9\x03." + machine + state + "\x80\x02](" + keys + "e." + rest)
}

// count is the element count before a storage in a legacy file.
func count(n uint64) string { return string(binary.LittleEndian.AppendUint64(nil, n)) }

// patched replaces the first old by new of the same length.
func patched(b []byte, old, new string) []byte {
	if len(old) != len(new) || !bytes.Contains(b, []byte(old)) {
		panic(fmt.Sprintf("cannot patch %q", old))
	}
	return bytes.Replace(b, []byte(old), []byte(new), 1)
}

func good() map[string][]byte {
	return map[string][]byte{
		"safetensors": safeFile(`{"__metadata__":{"a":"b"},"w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}`, 24),
		"zip":         torchFile(one("")),
		"legacy":      legacyFile(one("N"), str("0"), count(6)+strings.Repeat("\x00\x00\x80\x3f", 6)),
	}
}

// hostile is a file and what must be said about it.
type hostile struct {
	name    string
	content []byte
	want    string
}

func hostileSafetensors() []hostile {
	w := func(rest string) string { return `{"w":{"dtype":"F32",` + rest + `}}` }
	return []hostile{
		{"header longer than allowed", append(binary.LittleEndian.AppendUint64(nil, 1<<40), `{"w":1}`...), "its header claims 1099511627776 bytes; safetensors allows 100000000"},
		{"header longer than the file", append(binary.LittleEndian.AppendUint64(nil, 5000), `{"w":1}`...), "its header claims 5000 bytes, but the file ends after 15"},
		{"negative header length", append(binary.LittleEndian.AppendUint64(nil, 1<<63), `{"w":1}`...), "its header claims 9223372036854775808 bytes"},
		{"header cut off", safeFile(`{"w":{"dtype":"F32"`, 0), "its header ends in the middle of the JSON"},
		{"header no JSON", safeFile(`{"w":]`, 0), "its header is no JSON at byte"},
		{"two headers", safeFile(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}{}`, 4), "the header goes on after its end"},
		{"key twice", safeFile(`{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"w":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, 2), `the header: the key "w" stands a second time at byte`},
		{"field twice", safeFile(w(`"shape":[1],"shape":[2],"data_offsets":[0,4]`), 4), `tensor "w": the key "shape" stands a second time`},
		{"unknown field", safeFile(w(`"shape":[1],"data_offsets":[0,4],"x":1`), 4), `tensor "w": unknown key "x"`},
		{"no offsets", safeFile(w(`"shape":[1]`), 4), `tensor "w": data_offsets is absent`},
		{"unknown type", safeFile(`{"w":{"dtype":"F12","shape":[1],"data_offsets":[0,4]}}`, 4), `tensor "w": unknown dtype "F12" at byte`},
		{"negative dimension", safeFile(w(`"shape":[-1],"data_offsets":[0,4]`), 4), `tensor "w" shape: -1 at byte`},
		{"huge dimension", safeFile(w(`"shape":[99999999999999999999],"data_offsets":[0,4]`), 4), "99999999999999999999 at byte"},
		{"product overflows", safeFile(w(`"shape":[4294967296,4294967296,4294967296],"data_offsets":[0,0]`), 0), "has more bytes than the file"},
		{"too many dimensions", safeFile(w(`"shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]`), 4), "more than 8 numbers"},
		{"shape and range differ", safeFile(w(`"shape":[3],"data_offsets":[0,4]`), 12), "has 12 bytes, but data_offsets give it 4"},
		{"range backwards", safeFile(w(`"shape":[1],"data_offsets":[4,0]`), 4), "data_offsets end (0) before they begin (4)"},
		{"range outside", safeFile(w(`"shape":[1],"data_offsets":[4,8]`), 4), "reach beyond the file's 4"},
		{"overlap", safeFile(`{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[3],"data_offsets":[2,5]}}`, 5), `tensor "b" overlaps tensor "a"`},
		{"hole", safeFile(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[3,4]}}`, 4), `2 bytes between tensor "a" and tensor "b" belong to nothing`},
		{"bytes after the end", safeFile(w(`"shape":[1],"data_offsets":[0,4]`), 9), "5 bytes follow the last tensor"},
		{"no tensors", safeFile(`{"__metadata__":{}}`, 0), "it holds no tensors"},
		{"metadata no string", safeFile(`{"__metadata__":{"a":1}}`, 0), `__metadata__: "a" is 1 at byte`},
		{"endless metadata", safeFile(`{"__metadata__":{`+manyKeys(mostTensors+9)+`}}`, 0), "__metadata__ has more than 100000 entries"},
		{"endless string", safeFile(`{"`+strings.Repeat("x", mostToken+9)+`":1}`, 0), "a string, number or blank of more than 1048576 bytes"},
	}
}

// manyKeys makes n entries of a JSON object.
func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"%d":"",`, i)
	}
	return b.String() + `"":""`
}

func hostileZip() []hostile {
	ok := torchFile(one(""))
	end := len(ok) - lenEnd
	shape, strides := tup(num(2), num(3)), tup(num(3), num(1))
	floats := func(n int32) string { return storageOf("FloatStorage", "0", n, "") }
	withTail := func(edit func(b []byte)) []byte {
		b := bytes.Clone(ok)
		edit(b[end:])
		return b
	}
	return []hostile{
		{"truncated", ok[:len(ok)-10], "the zip archive is truncated, or bytes follow its end"},
		{"bytes after the end", append(bytes.Clone(ok), "junk"...), "the zip archive is truncated, or bytes follow its end"},
		{"a lie about the count", withTail(func(b []byte) { b[8], b[10] = 9, 9 }), "directory of 9 members does not lie at bytes"},
		{"fewer than there are", withTail(func(b []byte) { b[8], b[10] = 2, 2 }), "the zip archive has more members than it says, 2"},
		{"a directory elsewhere", withTail(func(b []byte) { binary.LittleEndian.PutUint32(b[16:], 4) }), "does not lie at bytes 4 to"},
		{"a 64-bit lie", withTail(func(b []byte) { b[8], b[9], b[10], b[11] = 0xff, 0xff, 0xff, 0xff }), "directory of 65535 members does not lie"},
		{"a name that differs", patched(ok, "m/data/0", "m/data/1"), `the member "m/data/0" has another header`},
		{"a name that leaves", zipFile(zip.Store, entry{"../data.pkl", ""}), `a member named "../data.pkl"`},
		{"a member twice", zipFile(zip.Store, entry{"m/data.pkl", "x"}, entry{"m/data.pkl", "y"}), `the member "m/data.pkl" stands twice`},
		{"compressed", zipFile(zip.Deflate, entry{"m/data.pkl", strings.Repeat(" ", 999)}), `the member "m/data.pkl" is compressed`},
		{"no pickle", zipFile(zip.Store, entry{"a.txt", "x"}), "a zip archive, but not one of torch.save"},
		{"two pickles", zipFile(zip.Store, entry{"a/data.pkl", "x"}, entry{"b/data.pkl", "x"}), "it has two pickles"},
		{"a script", zipFile(zip.Store, entry{"m/data.pkl", one("")}, entry{"m/constants.pkl", "x"}), "it is a TorchScript program"},
		{"big endian", zipFile(zip.Store, entry{"m/data.pkl", one("")}, entry{"m/byteorder", "big"}), "not written on a little-endian machine"},
		{"a storage too short", torchFile(stateOf(str("w"), tensorOf(floats(7), 0, tup(num(7)), tup(num(1))))), `the member "m/data/0" has 24 bytes`},
		{"a storage that is absent", torchFile(stateOf(str("w"), tensorOf(storageOf("FloatStorage", "9", 1, ""), 0, ")", ")"))), `its storage "9" is not in the file`},
		{"a storage beyond the file", torchFile(stateOf(str("w"), tensorOf(floats(1<<30), 0, ")", ")"))), "does not fit into the file"},
		{"a storage declared twice", torchFile(stateOf(str("w"), tensorOf(floats(6), 0, shape, strides), str("v"), tensorOf(floats(5), 0, ")", ")"))), `storage "0" is declared twice`},
		{"a tensor beyond its storage", torchFile(stateOf(str("w"), tensorOf(floats(6), 1, shape, strides))), `tensor "w" of shape [2 3] from element 1 on leaves its storage`},
		{"a product that overflows", torchFile(stateOf(str("w"), tensorOf(floats(6), 0, tup(num(1<<30), num(1<<30), num(16)), tup(num(1), num(1), num(1))))), "leaves its storage"},
		{"a negative dimension", torchFile(stateOf(str("w"), tensorOf(floats(6), 0, tup(num(-2)), tup(num(1))))), "a tensor's shape holds -2"},
		{"a negative stride", torchFile(stateOf(str("w"), tensorOf(floats(6), 0, tup(num(2)), tup(num(-1))))), "a tensor's stride holds -1"},
		{"strides of another length", torchFile(stateOf(str("w"), tensorOf(floats(6), 0, shape, tup(num(1))))), "2 dimensions but 1 strides"},
		{"strides that leave the storage", torchFile(stateOf(str("w"), tensorOf(floats(6), 0, shape, tup(num(4), num(1))))), `tensor "w" of shape [2 3] from element 0 on leaves its storage`},
		{"strides that overflow", torchFile(stateOf(str("w"), tensorOf(floats(6), 0, shape, tup(num(1<<31-1), num(1<<31-1))))), `leaves its storage`},
		{"an overlap in part", torchFile(stateOf(str("a"), tensorOf(floats(6), 0, tup(num(4)), tup(num(1))), str("b"), tensorOf(floats(6), 2, tup(num(4)), tup(num(1))))), `tensor "b" overlaps "a" in part`},
	}
}

func hostilePickles() []hostile {
	in := func(pickle string) []byte { return torchFile("\x80\x02" + pickle) }
	return []hostile{
		{"a call of os.system", in(name("os", "system") + tup(str("id")) + "R."), `the pickle names "os.system"`},
		{"a call of eval", in(name("builtins", "eval") + tup(str("1")) + "R."), `the pickle names "builtins.eval"`},
		{"a call of a storage type", in(name("torch", "FloatStorage") + ")R."), `the pickle calls "torch.FloatStorage", which is no function`},
		{"STACK_GLOBAL", in(str("os") + str("system") + "\x93."), "the pickle uses the opcode STACK_GLOBAL (0x93)"},
		{"INST", in("(ios\nsystem\n."), "the pickle uses the opcode INST (0x69)"},
		{"an unknown opcode", in("\xfe."), "the pickle uses the opcode 0xfe"},
		{"a key twice", in("}(" + str("a") + "N" + str("a") + "Nu."), `the key "a" stands twice`},
		{"a key that is a list", in("}(]Nu."), "a dictionary has a key that is a list"},
		{"a long string", in("X\xff\xff\xff\x7fabc"), "a string of 2147483647 bytes"},
		{"memory out of order", in("}r\xff\xff\xff\xff."), "remembers value 4294967295"},
		{"recalled too early", in("h\x05."), "recalls value 5 of 0"},
		{"an empty stack", in("s."), "takes a value where there is none"},
		{"a mark for a value", in("((\x85."), "takes a mark for a value"},
		{"no list was opened", in("Nt."), "closes a list that it never opened"},
		{"two values are left", in("NN."), "leaves 2 values"},
		{"no end", in("}"), "the pickle ends without STOP"},
		{"something after the end", in("}..."), "2 bytes follow the pickle's end"},
		{"a protocol of the future", torchFile("\x80\x09}."), "the pickle has protocol 9"},
		{"a number for a tensor", in("}" + str("lr") + num(3) + "s."), `"lr" in the state dict is a number, not a tensor`},
		{"a number for a name", in("}" + num(3) + "Ns."), "has the key 3, which is no name"},
		{"too many opcodes", in(strings.Repeat("N0", 1) + "."), "the pickle uses the opcode POP"},
		{"marks without end", in(strings.Repeat("(", mostStack+9)), "keeps more than 131072 values waiting"},
		{"opcodes without end", in("}" + strings.Repeat("q\x00", mostOpcodes)), "more than 524288 opcodes"},
		{"a tensor of a string", in("}" + str("w") + rebuildTensor + tup(str("x"), num(0), ")", ")", "\x89", "N") + "Rs."), "is given a string instead of a storage"},
		{"entries as an argument", in(name("collections", "OrderedDict") + "(](" + tup(str("a"), "N") + "etR."), "OrderedDict is called with entries"},
		{"attributes of a number", in(num(1) + "Nb."), "gives attributes to a number"},
	}
}

func hostileLegacy() []hostile {
	data := count(6) + strings.Repeat("\x00\x00\x80\x3f", 6)
	state, key := one("N"), str("0")
	return []hostile{
		{"truncated in the data", legacyFile(state, key, data[:20]), `the file ends within storage "0"`},
		{"truncated in the count", legacyFile(state, key, data[:4]), `the file ends within the count of storage "0"`},
		{"truncated in the pickle", legacyFile(state, key, data)[:150], "the pickle ends without STOP"},
		{"bytes after the end", legacyFile(state, key, data+"junk"), "4 bytes follow the last storage"},
		{"another count", legacyFile(state, key, count(7)+data[8:]), `storage "0" has 7 elements at byte`},
		{"a huge count", legacyFile(state, key, count(1<<62)+data[8:]), "has 4611686018427387904 elements"},
		{"a storage nobody uses", legacyFile(state, key+str("1"), data), `the list of storages has "1", which no tensor uses`},
		{"a storage twice", legacyFile(state, key+key, data+data), `the list of storages has "0" twice`},
		{"a storage that is absent", legacyFile(state, "", ""), `its storage "0" is not in the file`},
		{"a view of a storage", legacyFile(one(tup(str("v"), num(0), num(3))), key, data), `storage "0" is a view of another storage`},
		{"another protocol", patched(legacyFile(state, key, data), "M\xe9\x03.", "M\xea\x03."), "its protocol version is 1002"},
		{"big endian", patched(legacyFile(state, key, data), "little_endian\x88", "little_endian\x89"), "not written on a little-endian machine"},
		{"a storage in the list of keys", legacyFile(state, storageOf("FloatStorage", "0", 6, "N"), data), "refers to a storage where none can be"},
	}
}

func allHostile() map[string][]hostile {
	return map[string][]hostile{
		"safetensors": hostileSafetensors(), "zip": hostileZip(), "pickle": hostilePickles(), "legacy": hostileLegacy(),
	}
}

func TestFilesFromTheBuildersAreGoodUntilTheyAreSpoilt(t *testing.T) {
	for name, content := range good() {
		f, err := read(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if w, ok := f.Get("w"); !ok || w.Length != 24 || len(w.Shape) != 2 {
			t.Errorf("%s: %+v", name, w)
		}
	}
}

func TestHostileFilesAreRefusedWithASentenceAndLittleMemory(t *testing.T) {
	dir := t.TempDir()
	for group, list := range allHostile() {
		for _, h := range list {
			t.Run(group+"/"+h.name, func(t *testing.T) {
				path := filepath.Join(dir, "file")
				if err := os.WriteFile(path, h.content, 0o600); err != nil {
					t.Fatal(err)
				}
				before := allocated()
				_, err := Open(path)
				checkAllocation(t, allocated()-before, len(h.content))
				checkFailure(t, h.name, err, path, h.want)
			})
		}
	}
}

// allocated returns the bytes that were ever taken from the heap.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// checkAllocation bounds what reading a directory may take: a constant and a
// multiple of the file's bytes, since one opcode of a byte makes one value.
func checkAllocation(t *testing.T, bytes uint64, fileSize int) {
	t.Helper()
	if most := uint64(1<<20 + 300*fileSize); bytes > most {
		t.Errorf("reading %d bytes took %d bytes of memory, want at most %d", fileSize, bytes, most)
	}
}

func TestOffsetsInZipFilesAreThoseOfArchiveZip(t *testing.T) {
	for _, name := range []string{"plain.zip.pth", "tied.zip.pth", "wrapped.zip.pth"} {
		path := filepath.Join("testdata", name)
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		compareWithArchiveZip(t, content)
	}
}

// compareWithArchiveZip makes sure that Go's own reader sees the same members
// at the same bytes.
func compareWithArchiveZip(t *testing.T, content []byte) {
	t.Helper()
	r := bytes.NewReader(content)
	ours, err := zipMembers(r, int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := zip.NewReader(r, int64(len(content)))
	if err != nil {
		t.Fatalf("archive/zip: %v", err)
	}
	if len(ours) != len(theirs.File) {
		t.Fatalf("%d members, archive/zip has %d", len(ours), len(theirs.File))
	}
	for i, m := range ours {
		f := theirs.File[i]
		offset, err := f.DataOffset()
		if err != nil || m.name != f.Name || m.offset != offset || m.size != int64(f.CompressedSize64) {
			t.Errorf("member %s at %d+%d, archive/zip has %s at %d+%d (%v)", m.name, m.offset, m.size, f.Name, offset, f.CompressedSize64, err)
		}
	}
}
