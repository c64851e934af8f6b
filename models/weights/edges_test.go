package weights

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// long1 is the pickle's opcode for a number of any length.
func long1(bytes string) string { return "\x8a" + string(byte(len(bytes))) + bytes }

// eight is a number as 8 bytes, little endian.
func eight(n int64) string { return string(binary.LittleEndian.AppendUint64(nil, uint64(n))) }

// readBytes reads a directory out of memory.
func readBytes(content []byte) (*File, error) {
	return read(bytes.NewReader(content), int64(len(content)))
}

// says fails unless reading content is refused with these words.
func says(t *testing.T, name string, content []byte, want string) {
	t.Helper()
	if _, err := readBytes(content); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: %v, want %q", name, err, want)
	}
}

func TestNumbersOfEachLengthAreRead(t *testing.T) {
	floats := storageOf("FloatStorage", "0", 6, "")
	for name, c := range map[string]struct{ skip, two string }{
		"of one byte":    {long1("\x01"), long1("\x02")},
		"of no byte":     {long1(""), long1("\x02\x00")},
		"of eight bytes": {long1(eight(3)), long1(eight(2))},
		"BININT1":        {"K\x01", "K\x02"},
		"BININT2":        {"M\x01\x00", "M\x02\x00"},
	} {
		pickle := stateOf(str("w"), rebuildTensor+tup(floats, c.skip, tup(c.two), tup(num(1)), "\x89", name2())+"R")
		f, err := readBytes(torchFile(pickle))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if w, _ := f.Get("w"); !slices.Equal(w.Shape, []int64{2}) {
			t.Errorf("%s: shape %v", name, w.Shape)
		}
	}
	for name, c := range map[string][2]string{
		"negative in two bytes":   {long1("\xfe\xff"), "a tensor's shape holds -2"},
		"negative in eight bytes": {long1(eight(-5)), "a tensor's shape holds -5"},
		"of nine bytes":           {long1(eight(2) + "\x00"), "a tensor's shape holds a number"},
	} {
		says(t, name, torchFile(stateOf(str("w"), rebuildTensor+tup(floats, num(0), tup(c[0]), tup(num(1)), "\x89", name2())+"R")), c[1])
	}
}

// name2 makes the empty dictionary of hooks that every tensor has.
func name2() string { return name("collections", "OrderedDict") + ")R" }

// A training checkpoint has other things beside the weights: numbers, truth
// values, lists. They are read over.
func TestAStateDictBesideOtherThingsIsFound(t *testing.T) {
	weights := strings.TrimPrefix(strings.TrimSuffix(one(""), "."), "\x80\x02")
	for _, wrapper := range wrappers {
		pickle := "\x80\x02}(" + str("lr") + "G?\xb9\x99\x99\x99\x99\x99\x9a" + str("steps") + "](G?\xf0\x00\x00\x00\x00\x00\x00\x88e" + str(wrapper) + weights + "u."
		f, err := readBytes(torchFile(pickle))
		if err != nil || len(f.Names()) != 1 || f.Names()[0] != "w" {
			t.Errorf("under %s: %v", wrapper, err)
		}
	}
}

func TestEachFileSaysWhichContainerItIs(t *testing.T) {
	for name, want := range map[string]string{"safetensors": Safetensors, "zip": TorchZip, "legacy": TorchLegacy} {
		content := good()[name]
		if f, err := readBytes(content); err != nil || f.Format != want || f.Size != int64(len(content)) {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
	}
}

// An axis of one element may have any stride: torch writes what it had before.
func TestAnAxisOfOneElementHasNoPlaceOfItsOwn(t *testing.T) {
	floats := storageOf("FloatStorage", "0", 6, "")
	three := func(a, b, c int32) string { return tup(num(a), num(b), num(c)) }
	for name, c := range map[string]struct {
		shape, strides string
		order          []int
	}{
		"in the middle": {three(2, 1, 3), three(3, 77, 1), nil},
		"first":         {three(1, 2, 3), three(99, 3, 1), nil},
		"last":          {three(2, 3, 1), three(3, 1, 0), nil},
		"turned round":  {three(3, 1, 2), three(1, 50, 3), []int{1, 2, 0}},
	} {
		f, err := readBytes(torchFile(stateOf(str("w"), tensorOf(floats, 0, c.shape, c.strides))))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if w, _ := f.Get("w"); w.Gaps != nil || !slices.Equal(w.Order, c.order) {
			t.Errorf("%s: order %v, gaps %v", name, w.Order, w.Gaps)
		}
	}
}

func TestAViewEndsWhereItsStorageEnds(t *testing.T) {
	floats := storageOf("FloatStorage", "0", 6, "")
	view := func(skip, n, stride int32) []byte {
		return torchFile(stateOf(str("w"), tensorOf(floats, skip, tup(num(n)), tup(num(stride)))))
	}
	for _, c := range [][3]int32{{0, 6, 1}, {5, 1, 1}, {3, 3, 1}, {3, 2, 2}, {6, 0, 1}, {1, 2, 4}} {
		if _, err := readBytes(view(c[0], c[1], c[2])); err != nil {
			t.Errorf("element %d, %d of them, stride %d: %v", c[0], c[1], c[2], err)
		}
	}
	for _, c := range [][3]int32{{0, 7, 1}, {6, 1, 1}, {4, 3, 1}, {3, 2, 4}, {3, 2, 3}, {7, 0, 1}, {2, 2, 4}} {
		says(t, fmt.Sprint(c), view(c[0], c[1], c[2]), "leaves its storage")
	}
}

// Empty tensors and those with gaps share bytes with others and harm nobody.
func TestWhatHasNoBytesOverlapsNothing(t *testing.T) {
	floats := storageOf("FloatStorage", "0", 6, "")
	f, err := readBytes(torchFile(stateOf(
		str("all"), tensorOf(floats, 0, tup(num(6)), tup(num(1))),
		str("none"), tensorOf(floats, 2, tup(num(0)), tup(num(1))),
		str("every second"), tensorOf(floats, 0, tup(num(3)), tup(num(2))),
	)))
	if err != nil || len(f.Names()) != 3 {
		t.Errorf("%v", err)
	}
}

// Whatever stands in a directory's last records, nothing but the whole directory
// at the very end is believed.
func TestTheEndOfAZipArchiveIsChecked(t *testing.T) {
	plain, err := os.ReadFile(filepath.Join("testdata", "plain.zip.pth")) // with 64-bit records, as torch writes
	if err != nil {
		t.Fatal(err)
	}
	const wide = lenEnd + lenLocator64 + lenEnd64 // from the end
	at := func(b []byte, fromEnd int) []byte { return b[len(b)-fromEnd:] }
	if u32(at(plain, wide)) != sigEnd64 || u32(at(plain, lenEnd+lenLocator64)) != sigLocator64 {
		t.Fatal("the file has no 64-bit records")
	}
	put16 := func(fromEnd int, v uint16) func([]byte) {
		return func(b []byte) { binary.LittleEndian.PutUint16(at(b, fromEnd), v) }
	}
	put32 := func(fromEnd int, v uint32) func([]byte) {
		return func(b []byte) { binary.LittleEndian.PutUint32(at(b, fromEnd), v) }
	}
	put64 := func(fromEnd int, v int64) func([]byte) {
		return func(b []byte) { binary.LittleEndian.PutUint64(at(b, fromEnd), uint64(v)) }
	}
	// The narrow fields say: look at the wide ones.
	open := []func([]byte){put16(lenEnd-8, 0xffff), put16(lenEnd-10, 0xffff), put32(lenEnd-12, 0xffffffff), put32(lenEnd-16, 0xffffffff)}
	for _, c := range []struct {
		name  string
		edits []func([]byte)
		want  string
	}{
		{"as torch wrote it", nil, ""},
		{"the wide fields alone", open, ""},
		{"a negative count", append(open, put64(wide-32, -1)), "claims -1 members"},
		{"a huge count", append(open, put64(wide-32, mostMembers+1)), "claims 100001 members"},
		{"a negative length", append(open, put64(wide-40, -1)), "in a directory of -1 bytes"},
		{"a huge length", append(open, put64(wide-40, mostDirectory+1)), "in a directory of 33554433 bytes"},
		{"a negative place", append(open, put64(wide-48, -1)), "does not lie at bytes -1 to"},
		{"another count", []func([]byte){put64(wide-32, 1)}, "two end records differ"},
		{"another length", []func([]byte){put64(wide-40, 1)}, "two end records differ"},
		{"another place", []func([]byte){put64(wide-48, 1)}, "two end records differ"},
		{"no end", []func([]byte){put32(lenEnd, 1)}, "truncated, or bytes follow its end"},
		{"a comment", []func([]byte){put16(lenEnd-20, 1)}, "truncated, or bytes follow its end"},
		{"the second disk", []func([]byte){put16(lenEnd-4, 1)}, "one part of several"},
		{"a directory on another disk", []func([]byte){put16(lenEnd-6, 1)}, "one part of several"},
		{"fewer members on this disk", []func([]byte){put16(lenEnd-8, 1)}, "one part of several"},
		{"no wide record", []func([]byte){put32(wide, 1)}, "64-bit end record is not where it should be"},
		{"a longer wide record", []func([]byte){put64(wide-4, lenEnd64)}, "64-bit end record is not where it should be"},
		{"a wide record elsewhere", []func([]byte){put64(lenEnd+lenLocator64-8, 1)}, "64-bit end record is not where it should be"},
	} {
		b := bytes.Clone(plain)
		for _, edit := range c.edits {
			edit(b)
		}
		if c.want != "" {
			says(t, c.name, b, c.want)
		} else if _, err := readBytes(b); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// wideMembers makes a zip archive whose members have their
// sizes and places in 64-bit extra fields.
func wideMembers(extraOf func(size, header int64) string, entries ...entry) []byte {
	var b, directory []byte
	le := binary.LittleEndian
	for _, e := range entries {
		header := int64(len(b))
		b = le.AppendUint32(b, sigLocal)
		b = append(b, make([]byte, 22)...)
		b = le.AppendUint16(b, uint16(len(e.name)))
		b = le.AppendUint16(b, 0)
		b = append(append(b, e.name...), e.content...)

		extra := extraOf(int64(len(e.content)), header)
		d := make([]byte, lenCentral)
		le.PutUint32(d, sigCentral)
		for _, field := range []int{20, 24, 42} {
			le.PutUint32(d[field:], 0xffffffff)
		}
		le.PutUint16(d[28:], uint16(len(e.name)))
		le.PutUint16(d[30:], uint16(len(extra)))
		directory = append(append(append(directory, d...), e.name...), extra...)
	}
	end := make([]byte, lenEnd)
	le.PutUint32(end, sigEnd)
	le.PutUint16(end[8:], uint16(len(entries)))
	le.PutUint16(end[10:], uint16(len(entries)))
	le.PutUint32(end[12:], uint32(len(directory)))
	le.PutUint32(end[16:], uint32(len(b)))
	return append(append(b, directory...), end...)
}

func TestSizesInWideFieldsAreRead(t *testing.T) {
	entries := []entry{{"m/data.pkl", one("")}, {"m/data/0", strings.Repeat("\x00\x00\x80\x3f", 6)}}
	field := func(id uint16, content string) string {
		le := binary.LittleEndian
		return string(le.AppendUint16(le.AppendUint16(nil, id), uint16(len(content)))) + content
	}
	full := func(size, header int64) string { return field(1, eight(size)+eight(size)+eight(header)) }
	for name, c := range map[string]struct {
		extra func(size, header int64) string
		want  string
	}{
		"alone":                    {full, ""},
		"after another field":      {func(s, h int64) string { return field(7, "seven") + full(s, h) }, ""},
		"before another field":     {func(s, h int64) string { return full(s, h) + field(7, "") }, ""},
		"absent":                   {func(s, h int64) string { return "" }, "begins outside the archive"},
		"cut off":                  {func(s, h int64) string { return full(s, h)[:27] }, "begins outside the archive"},
		"a negative size":          {func(s, h int64) string { return field(1, eight(s)+eight(-1)+eight(h)) }, "has impossible sizes"},
		"a negative size unpacked": {func(s, h int64) string { return field(1, eight(-1)+eight(s)+eight(h)) }, "has impossible sizes"},
		"a negative place":         {func(s, h int64) string { return field(1, eight(s)+eight(s)+eight(-1)) }, "has impossible sizes"},
		"a size too large":         {func(s, h int64) string { return field(1, eight(1<<40)+eight(1<<40)+eight(h)) }, "leaves the archive"},
	} {
		content := wideMembers(c.extra, entries...)
		if c.want != "" {
			says(t, name, content, c.want)
			continue
		}
		f, err := readBytes(content)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if w, _ := f.Get("w"); w.Length != 24 || w.Offset != int64(bytes.Index(content, []byte("\x00\x00\x80\x3f"))) {
			t.Errorf("%s: %+v", name, w)
		}
	}
}

// failing is a file whose disk fails.
type failing struct{ err error }

func (f failing) ReadAt([]byte, int64) (int, error) { return 0, f.err }

func TestADiskThatFailsIsNoDamagedFile(t *testing.T) {
	broken := errors.New("the disk is on fire")
	if _, err := read(failing{broken}, 100); !errors.Is(err, broken) || !strings.Contains(err.Error(), "cannot be read at byte 0") {
		t.Errorf("%v", err)
	}
	if _, err := read(bytes.NewReader(make([]byte, 5)), 100); err == nil || !strings.Contains(err.Error(), "the file ends within the first bytes (byte 5)") {
		t.Errorf("%v", err)
	}
	for _, content := range []string{"", "\x80", "G\x00"} { // shorter than was said
		u := newUnpickler(strings.NewReader(content), 0, 100)
		if _, err := u.load(); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("the file ends within the pickle (byte %d)", len(content))) {
			t.Errorf("%q: %v", content, err)
		}
	}
}

func TestWhatIsWrongIsSaidWithItsPlace(t *testing.T) {
	says(t, "a mark at the bottom", torchFile("\x80\x02(t."), "a tuple instead of a state dict")
	says(t, "a list that was never opened", torchFile("\x80\x02Nt."), "(pickle, byte ")
	says(t, "the shortest header", safeFile("{", 0), "its header ends in the middle of the JSON (byte 9)")
	says(t, "an endless string", safeFile(`{"`+strings.Repeat("x", mostToken+9)+`":1}`, 0), fmt.Sprintf("(byte %d)", 8+2+mostToken+1))
	long := strings.Repeat("x", 120)
	for name, want := range map[string]string{long: `"` + long + `"`, long + "y": `"` + long + `"… (121 bytes)`} {
		if got := quote(name); got != want {
			t.Errorf("%q is quoted %q", name, got)
		}
	}
}

func TestJustAsMuchAsIsAllowedIsRead(t *testing.T) {
	name := strings.Repeat("n", mostString)
	state := func(name string) []byte {
		return torchFile(stateOf(str(name), tensorOf(storageOf("FloatStorage", "0", 6, ""), 0, ")", ")")))
	}
	if f, err := readBytes(state(name)); err != nil || f.Names()[0] != name {
		t.Errorf("a long name: %v", err)
	}
	says(t, "a longer name", state(name+"n"), "a string of 65537 bytes")
	says(t, "a string just as long as allowed", safeFile(`{"`+strings.Repeat("x", mostToken-1)+`":1}`, 0), "1 stands at byte")
	few := `{"__metadata__":{` + manyKeys(mostTensors-1) + `},"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`
	if _, err := readBytes(safeFile(few, 1)); err != nil {
		t.Errorf("as many entries as allowed: %v", err)
	}
}

func TestBytesOfAShapeAreCountedWithoutOverflow(t *testing.T) {
	for _, c := range []struct {
		dtype DType
		shape []int64
		most  int64
		want  int64
		ok    bool
	}{
		{F32, nil, 4, 4, true}, {F32, nil, 3, 4, false},
		{F32, []int64{5}, 20, 20, true}, {F32, []int64{5}, 19, 0, false}, {F32, []int64{3, 7}, 84, 84, true}, {F32, []int64{3, 7}, 83, 0, false},
		{F32, []int64{0, 1 << 62}, 0, 0, true}, {F32, []int64{-1}, 100, 0, false}, {"F12", []int64{1}, 100, 0, false},
		{F64, []int64{1 << 62, 4}, 1<<63 - 1, 0, false}, {"U8", []int64{1 << 31, 1 << 31}, 1<<63 - 1, 1 << 62, true},
		{"U8", []int64{1, 1, 1, 1, 1, 1, 1, 1}, 1, 1, true}, {"U8", []int64{1, 1, 1, 1, 1, 1, 1, 1, 1}, 1, 0, false},
	} {
		if got, ok := bytesOf(c.dtype, c.shape, c.most); ok != c.ok || ok && got != c.want {
			t.Errorf("%s %v within %d: %d, %v", c.dtype, c.shape, c.most, got, ok)
		}
	}
}

// A file that was changed is known by its size or by its time, whichever differs.
func TestAChangeOfTimeOrOfSizeIsNoticed(t *testing.T) {
	text, err := os.ReadFile("testdata/plain.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(path string, was time.Time) error{
		"the time": func(path string, was time.Time) error { return os.Chtimes(path, was, was.Add(time.Hour)) },
		"the size": func(path string, was time.Time) error {
			return errors.Join(os.WriteFile(path, append(text, 0), 0o600), os.Chtimes(path, was, was))
		},
	} {
		path := filepath.Join(t.TempDir(), "model.safetensors")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		f, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := change(path, info.ModTime()); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Float32s("conv.weight"); err == nil || !strings.Contains(err.Error(), "changed while it was in use") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAStorageIsDescribedByFiveThings(t *testing.T) {
	id := func(items ...string) string { return tup(items...) + "Q" }
	kind, key, place := name("torch", "FloatStorage"), str("0"), str("cpu")
	for _, storage := range []string{
		str("0") + "Q", id(), id(str("storage")), id(str("storage"), kind, key, place), id(str("storage"), kind, key, place, num(6), "N", "N"), id(str("module"), kind, key, place, num(6)),
	} {
		says(t, storage, torchFile(stateOf(str("w"), tensorOf(storage, 0, tup(num(6)), tup(num(1))))), "a storage is described by")
	}
	for wanted, storage := range map[string]string{
		"a storage is of type":      id(str("storage"), str("float"), key, place, num(6)),
		"a storage's key is 0":      id(str("storage"), kind, num(0), place, num(6)),
		`storage "0" has "six"`:     id(str("storage"), kind, key, place, str("six")),
		`storage "0" has -1 elemen`: id(str("storage"), kind, key, place, num(-1)),
	} {
		says(t, storage, torchFile(stateOf(str("w"), tensorOf(storage, 0, tup(num(6)), tup(num(1))))), wanted)
	}
}

func TestAsManyDimensionsAsAllowed(t *testing.T) {
	dims := func(n int) (shape, strides string) {
		all := slices.Repeat([]string{num(1)}, n)
		return tup(append(slices.Clone(all[1:]), num(6))...), tup(all...)
	}
	shape, strides := dims(mostDims)
	f, err := readBytes(torchFile(stateOf(str("w"), tensorOf(storageOf("FloatStorage", "0", 6, ""), 0, shape, strides))))
	if err != nil {
		t.Fatal(err)
	}
	if w, _ := f.Get("w"); len(w.Shape) != mostDims || w.Length != 24 {
		t.Errorf("%+v", w)
	}
	shape, strides = dims(mostDims + 1)
	says(t, "one more", torchFile(stateOf(str("w"), tensorOf(storageOf("FloatStorage", "0", 6, ""), 0, shape, strides))), "has 9 dimensions")
}
