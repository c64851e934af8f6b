// Package weights reads the directories of weight files: which tensors a file
// holds, of what type and shape, and at which bytes. It never reads the tensors
// themselves unless asked for one by name (Float32s), because the runtime maps
// them straight from the file.
//
// Three containers are known:
//
//	safetensors   8 bytes of length, a JSON header, the tensors end to end
//	torch zip     PyTorch ≥ 1.6: a zip archive of stored members; data.pkl
//	              maps each tensor to a part of a member
//	torch legacy  PyTorch < 1.6: five pickles, then the storages, each
//	              behind its element count
//
// The two PyTorch containers are pickles, which in Python are programs. Here
// they are interpreted by a table of a few opcodes and a few names that can
// only build tuples, dictionaries and tensor records (pickle.go); anything else
// is refused by name.
//
// Files are treated as hostile. Every length, offset, stride and product is
// checked before memory is taken for it, so that reading a directory needs
// memory in proportion to the directory alone. Ranges that overlap or leave the
// file, duplicate keys, holes and bytes after the end are errors, and
// each error names the place.
package weights

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"descry/internal/failure"
	"descry/internal/message"
)

// DType names the type of a tensor's elements as safetensors does.
type DType string

// The types that can be computed with. Files may hold others (I32, BOOL, …):
// they are listed with their size and refused when they are used.
const (
	F32  DType = "F32"
	F16  DType = "F16"
	BF16 DType = "BF16"
	F64  DType = "F64"
	I64  DType = "I64"
)

// sizes holds the bytes of one element of every type a file may name: those of
// safetensors' README and of torch's typed storages.
var sizes = map[DType]int64{
	F32: 4, F16: 2, BF16: 2, F64: 8, I64: 8,
	"I32": 4, "I16": 2, "I8": 1, "U64": 8, "U32": 4, "U16": 2, "U8": 1, "BOOL": 1,
	"F8_E4M3": 1, "F8_E5M2": 1, "C64": 8, "C128": 16,
}

// Size returns the bytes of one element, or 0 for an unknown type.
func (d DType) Size() int64 { return sizes[d] }

// Usable reports whether tensors of this type can be computed with.
func (d DType) Usable() bool {
	switch d {
	case F32, F16, BF16, F64, I64:
		return true
	}
	return false
}

// The containers, as File.Format names them.
const (
	Safetensors = "safetensors"
	TorchZip    = "torch zip"
	TorchLegacy = "torch legacy"
)

// mostDims is the most dimensions that a tensor may have.
const mostDims = 8

// mostTensors is the most tensors that a file may hold: BLIP large has 900.
const mostTensors = 100_000

// Tensor is where one tensor lies: Length bytes at Offset in the file, little
// endian. A scalar has an empty Shape.
type Tensor struct {
	Name   string
	DType  DType
	Shape  []int64
	Offset int64 // bytes from the start of the file
	Length int64 // bytes

	// Order lists the axes of Shape as they are stored, the slowest first; nil is
	// row by row, the last one fastest. torch saves a tensor as it lies in memory:
	// transposed ones, and convolutions trained with channels_last (0, 2, 3, 1).
	Order []int
	// Gaps is why the elements cannot be read: they are not adjacent, or one is used
	// for several; nil where they can. It matters only where this tensor is used.
	Gaps error
}

// Stored returns the shape in the order of storage.
func (t Tensor) Stored() []int64 {
	if t.Order == nil {
		return t.Shape
	}
	shape := make([]int64, len(t.Order))
	for i, axis := range t.Order {
		shape[i] = t.Shape[axis]
	}
	return shape
}

// Count returns the number of elements.
func (t Tensor) Count() int64 {
	n := int64(1)
	for _, d := range t.Shape {
		n *= d // checked against the file's size when the tensor was read
	}
	return n
}

// File is the directory of a weight file. It holds no open file and may be
// used from several goroutines at once.
type File struct {
	Path   string // absolute, links resolved
	Format string // Safetensors, TorchZip or TorchLegacy
	Size   int64  // bytes

	tensors  []Tensor
	index    map[string]int
	modified time.Time
}

// Get returns the tensor of that name.
func (f *File) Get(name string) (Tensor, bool) {
	i, ok := f.index[name]
	if !ok {
		return Tensor{}, false
	}
	return f.tensors[i], true
}

// Names returns the tensors' names in the order in which the file lists them.
func (f *File) Names() []string {
	names := make([]string, len(f.tensors))
	for i, t := range f.tensors {
		names[i] = t.Name
	}
	return names
}

// Source returns the file's path.
func (f *File) Source() string { return f.Path }

// Use returns the tensor of that name and the file's path. A tensor that is absent,
// has another shape or cannot be computed with is a *failure.Failure.
func (f *File) Use(name string, shape []int64) (Tensor, string, error) {
	wrong := func(format string, args ...any) *failure.Failure {
		return failure.New(failure.Model, "build", f.Path, format, args...)
	}
	t, ok := f.Get(name)
	switch {
	case !ok:
		return t, "", wrong("tensor %q is not in the file", name).WithHint("Check that the file belongs to this model.")
	case !slices.Equal(t.Shape, shape):
		return t, "", wrong("tensor %q has shape %v, expected %v", name, t.Shape, shape).WithHint("Check that the file belongs to this model and its configuration.")
	case !t.DType.Usable():
		return t, "", wrong("tensor %q has type %s, which cannot be computed with", name, t.DType)
	case t.Gaps != nil:
		return t, "", failure.Wrap(failure.Model, "build", f.Path, t.Gaps, gapsHint)
	case len(shape) > 0 && (shape[0] == 0 || t.Length%shape[0] != 0):
		return t, "", wrong("tensor %q of shape %v has %d bytes", name, t.Shape, t.Length)
	}
	return t, f.Path, nil
}

// Open reads the directory of the weight file at path; the container is
// recognised by the first bytes, not by the name. Errors are *failure.Failure of kind
// Model with the path as their subject.
func Open(path string) (*File, error) {
	real, err := resolve(path)
	if err != nil {
		return nil, explain(path, err)
	}
	// Before it is opened: opening a pipe would wait for ever.
	info, err := os.Stat(real)
	if err == nil && !info.Mode().IsRegular() {
		err = refused("it is a folder or a device, not a weight file").WithHint("Name the file of weights itself.")
	}
	if err != nil {
		return nil, explain(path, err)
	}
	r, err := os.Open(real)
	if err != nil {
		return nil, explain(path, err)
	}
	defer r.Close()
	if info, err = r.Stat(); err != nil {
		return nil, explain(path, err)
	}
	f, err := read(r, info.Size())
	if err != nil {
		return nil, explain(path, err)
	}
	f.Path, f.modified = real, info.ModTime()
	return f, nil
}

// resolve makes path absolute and follows every link: the runtime will not
// follow a link out of the weights' folder (a Hugging Face snapshot is one).
func resolve(path string) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	return filepath.Abs(real)
}

// legacyMagic begins a legacy file: the pickle of 0x1950a86a20f9469cfc6c
// (MAGIC_NUMBER in torch/serialization.py).
var legacyMagic = []byte{0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, '.'}

// lookalikes are the first bytes of files that are often taken for weights.
var lookalikes = []struct {
	start string
	err   *failure.Failure
}{
	{"version https://git-lfs", refused("it is a Git LFS pointer, not the weights themselves").WithHint("Fetch the file itself (git lfs pull).")},
	{"<!DOCTYPE", refused("it is a web page, not a weight file").WithHint("Download the file again by its direct address.")},
	{"<html", refused("it is a web page, not a weight file").WithHint("Download the file again by its direct address.")},
	{"\x1f\x8b", refused("it is compressed (gzip)").WithHint("Unpack it first.")},
	{"GGUF", refused("it is a GGUF file, which is not read").WithHint("Choose the .safetensors, .bin or .pth file of the same model.")},
	{"\x89HDF", refused("it is an HDF5 file, which is not read").WithHint("Choose the .safetensors, .bin or .pth file of the same model.")},
	{"\x80\x02", refused("it is a pickle, but not one of torch.save").WithHint("Save the weights with torch.save(model.state_dict(), …).")},
}

// read reads a directory from any reader of size bytes.
func read(r io.ReaderAt, size int64) (*File, error) {
	if size == 0 {
		return nil, damage("it is empty")
	}
	head := make([]byte, min(size, 32))
	if err := readAt(r, head, 0, message.Of("the first bytes")); err != nil {
		return nil, err
	}
	f := &File{Size: size}
	var err error
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		f.Format = TorchZip
		f.tensors, err = readZip(r, size)
	case bytes.HasPrefix(head, legacyMagic):
		f.Format = TorchLegacy
		f.tensors, err = readLegacy(r, size)
	default:
		for _, l := range lookalikes {
			if bytes.HasPrefix(head, []byte(l.start)) {
				return nil, l.err
			}
		}
		if len(head) < 9 || head[8] != '{' {
			return nil, refused("it is not a weight file: neither safetensors nor written by torch.save").WithHint("Choose a .safetensors, .bin or .pth file.")
		}
		f.Format = Safetensors
		f.tensors, err = readSafetensors(r, size, binary.LittleEndian.Uint64(head))
	}
	if err != nil {
		return nil, err
	}
	return f, f.fill()
}

// fill makes the index of names.
func (f *File) fill() error {
	if len(f.tensors) == 0 {
		return damage("it holds no tensors")
	}
	f.index = make(map[string]int, len(f.tensors))
	for i, t := range f.tensors {
		if _, twice := f.index[t.Name]; twice {
			return damage("the tensor %s stands twice", quote(t.Name))
		}
		f.index[t.Name] = i
	}
	return nil
}

// bytesOf returns the bytes of a tensor of that shape, or false where the shape
// is none or the product is beyond most.
func bytesOf(d DType, shape []int64, most int64) (int64, bool) {
	n := d.Size()
	if n == 0 || len(shape) > mostDims {
		return 0, false
	}
	for _, s := range shape {
		if s < 0 {
			return 0, false
		}
	}
	if slices.Contains(shape, 0) {
		return 0, true
	}
	for _, s := range shape {
		if n > most/s {
			return 0, false
		}
		n *= s
	}
	return n, n <= most
}

// readAt fills b from offset; what names the part for the error.
func readAt(r io.ReaderAt, b []byte, offset int64, what message.Text) error {
	n, err := r.ReadAt(b, offset)
	if n == len(b) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return damage("the file ends within %s (byte %d)", what, offset+int64(n))
	}
	return failure.Worded(err, "%s cannot be read at byte %d: %s", what, offset, err)
}

// refused returns what is wrong with a file whose path is not known here: explain
// adds it.
func refused(format string, args ...any) *failure.Failure {
	return failure.New(failure.Model, "load", "", format, args...)
}

// damage returns a failure whose remedy is to fetch the file again.
func damage(format string, args ...any) error {
	return refused(format, args...).WithHint("The file is damaged or was changed: fetch it again.")
}

// quote quotes a name out of a file, shortened.
func quote(name string) string {
	const most = 120
	if len(name) > most {
		return fmt.Sprintf("%q… (%d bytes)", name[:most], len(name))
	}
	return fmt.Sprintf("%q", name)
}

// explain makes err the failure that Open returns.
func explain(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return failure.New(failure.Model, "load", path, "the weight file is absent").WithHint("Check the path in descry.json, or fetch the model again.")
	case errors.Is(err, fs.ErrPermission):
		return failure.New(failure.Model, "load", path, "the weight file may not be read").WithHint("Check the file's permissions.")
	}
	return failure.Wrap(failure.Model, "load", path, err, "Check the file and its folder.")
}
