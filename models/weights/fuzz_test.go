package weights

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descry/internal/failure"
)

// seeds adds the good files, those of torch and the hostile ones of a group.
func seeds(f *testing.F, suffix string, groups ...string) {
	for name, content := range good() {
		for _, g := range groups {
			if g == name {
				f.Add(content)
			}
		}
	}
	for _, g := range groups {
		for _, h := range allHostile()[g] {
			if len(h.content) < 1<<14 {
				f.Add(h.content)
			}
		}
	}
	paths, err := filepath.Glob(filepath.Join("testdata", "*"+suffix))
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
}

// checkRead reads a directory and makes sure of what callers rely on: a
// sentence or tensors that lie in the file, for little memory.
func checkRead(t *testing.T, content []byte) *File {
	before := allocated()
	file, err := read(bytes.NewReader(content), int64(len(content)))
	checkAllocation(t, allocated()-before, len(content))
	if err != nil {
		var fail *failure.Failure
		if !errors.As(err, &fail) || fail.Message.IsZero() || fail.Hint.IsZero() || strings.Contains(fail.Message.String(), "\n") {
			t.Errorf("error %#v, want one sentence and a hint", err)
		}
		return nil
	}
	seen := map[string]bool{}
	for _, name := range file.Names() {
		x, ok := file.Get(name)
		length, fits := bytesOf(x.DType, x.Shape, int64(len(content)))
		if !ok || seen[name] || !fits || length != x.Length || x.Offset < 0 || x.Offset > int64(len(content))-x.Length {
			t.Errorf("tensor %+v does not lie in %d bytes", x, len(content))
		}
		seen[name] = true
	}
	return file
}

func FuzzSafetensors(f *testing.F) {
	seeds(f, ".safetensors", "safetensors")
	f.Fuzz(func(t *testing.T, content []byte) {
		file := checkRead(t, content)
		if file == nil || file.Format != Safetensors {
			return
		}
		var sum int64
		for _, x := range file.tensors {
			sum += x.Length
		}
		if at := int64(len(content)) - sum; at < 8 || string(content[8:9]) != "{" {
			t.Errorf("the tensors' %d bytes are more than the file has", sum)
		}
	})
}

func FuzzTorchZip(f *testing.F) {
	seeds(f, ".zip.pth", "zip", "pickle")
	f.Fuzz(func(t *testing.T, content []byte) {
		if file := checkRead(t, content); file != nil && file.Format == TorchZip {
			compareWithArchiveZip(t, content)
		}
	})
}

func FuzzTorchLegacy(f *testing.F) {
	seeds(f, ".legacy.pth", "legacy")
	f.Fuzz(func(t *testing.T, content []byte) { checkRead(t, content) })
}

// FuzzPickle hands the interpreter pickles without a container around them,
// which the other targets would have to find by chance.
func FuzzPickle(f *testing.F) {
	for _, pickle := range []string{one(""), one("N"), stateOf(), "\x80\x02](" + str("0") + "e.", "\x80\x02\x8a\x03abc.", "\x80\x02}G?\xf0\x00\x00\x00\x00\x00\x00s."} {
		f.Add([]byte(pickle))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		before := allocated()
		found := newStorages(1 << 20)
		u := newUnpickler(bytes.NewReader(content), 0, int64(len(content)))
		u.persist = found.persist
		top, err := u.load()
		if err == nil {
			for _, st := range found.order {
				st.placed = true
			}
			_, err = found.list(top)
		}
		checkAllocation(t, allocated()-before, len(content))
		var fail *failure.Failure
		if err != nil && !errors.As(err, &fail) {
			t.Errorf("error %#v, want a sentence", err)
		}
	})
}
