package weights

import (
	"cmp"
	"slices"
	"sort"
	"strconv"

	"descry/internal/failure"
	"descry/internal/message"
)

// storage is a run of elements of one type; tensors are views of it.
type storage struct {
	key    string
	dtype  DType
	count  int64 // elements
	offset int64 // bytes from the start of the file, once known
	placed bool
}

// view is a tensor as _rebuild_tensor_v2 describes it, in elements.
type view struct {
	of      *storage
	skip    int64 // elements of the storage before the first
	shape   []int64
	strides []int64
	flags   bool // conjugated or negated bits: the elements are not what is stored
}

// storageTypes are torch's typed storages.
var storageTypes = map[global]DType{
	"torch.FloatStorage": F32, "torch.HalfStorage": F16, "torch.BFloat16Storage": BF16,
	"torch.DoubleStorage": F64, "torch.LongStorage": I64, "torch.IntStorage": "I32",
	"torch.ShortStorage": "I16", "torch.CharStorage": "I8", "torch.ByteStorage": "U8",
	"torch.BoolStorage": "BOOL",
}

// callables are the functions a pickle may call.
var callables = map[global]func(tuple) (any, error){
	"collections.OrderedDict":         callOrderedDict,
	"torch._utils._rebuild_tensor_v2": callRebuildTensor,
	"torch._utils._rebuild_parameter": callRebuildParameter,
	"torch.Size":                      callSize,
}

// namespace is what training scripts save with the weights.
const namespace global = "argparse.Namespace"

// allowed refuses every name that is neither a storage type nor a callable.
func allowed(g global) error {
	_, isType := storageTypes[g]
	_, isFunction := callables[g]
	switch {
	case isType || isFunction:
		return nil
	case g == namespace:
		return refused("it is a training checkpoint: beside the weights it holds the script's settings (argparse.Namespace), which are not read").
			WithHint("In Python, keep the weights alone: torch.save(checkpoint['model'], 'weights.pth').")
	}
	return refuse("the pickle names %s, which no weight file needs", quote(string(g)))
}

// refuse returns an error about something that a pickle may not do here.
func refuse(format string, args ...any) error {
	return refused(format, args...).WithHint("Such a file can run any program in Python and is not read; save the weights with torch.save(model.state_dict(), …).")
}

// callOrderedDict makes an empty dictionary; the entries follow. Python 2 wrote
// them as an argument, a list, which is not read: a list that is recalled for
// many calls would make a small file need much memory.
func callOrderedDict(args tuple) (any, error) {
	if len(args) > 0 {
		return nil, refuse("OrderedDict is called with entries, as Python 2 wrote it")
	}
	return newDict(), nil
}

// callSize is torch.Size, which is a tuple.
func callSize(args tuple) (any, error) {
	if len(args) == 1 {
		if t, ok := args[0].(tuple); ok {
			return t, nil
		}
	}
	return nil, damage("torch.Size is called with something other than a tuple")
}

// callRebuildTensor is _rebuild_tensor_v2(storage, storage_offset, size,
// stride, requires_grad, backward_hooks[, metadata]) of torch/_utils.py.
func callRebuildTensor(args tuple) (any, error) {
	if len(args) != 6 && len(args) != 7 {
		return nil, damage("_rebuild_tensor_v2 has %d arguments, not 6 or 7", len(args))
	}
	s, ok := args[0].(*storage)
	if !ok {
		return nil, damage("_rebuild_tensor_v2 is given %s instead of a storage", kind(args[0]))
	}
	skip, ok := args[1].(int64)
	if !ok || skip < 0 {
		return nil, damage("_rebuild_tensor_v2 is given the storage offset %s", word(args[1]))
	}
	shape, err := counts(args[2], "shape")
	if err != nil {
		return nil, err
	}
	strides, err := counts(args[3], "stride")
	if err != nil {
		return nil, err
	}
	if len(shape) != len(strides) {
		return nil, damage("a tensor has %d dimensions but %d strides", len(shape), len(strides))
	}
	v := &view{of: s, skip: skip, shape: shape, strides: strides}
	if len(args) == 7 {
		metadata, isDict := args[6].(*dict)
		v.flags = !isDict || len(metadata.keys) > 0
	}
	return v, nil
}

// callRebuildParameter is _rebuild_parameter(data, requires_grad,
// backward_hooks): an nn.Parameter is its tensor.
func callRebuildParameter(args tuple) (any, error) {
	if len(args) == 3 {
		if v, ok := args[0].(*view); ok {
			return v, nil
		}
	}
	return nil, damage("_rebuild_parameter is called with something other than a tensor, a flag and hooks")
}

// counts reads a tuple of at most mostDims integers ≥ 0.
func counts(v any, what string) ([]int64, error) {
	t, ok := v.(tuple)
	if !ok {
		return nil, damage("a tensor's %s is %s", what, kind(v))
	}
	if len(t) > mostDims {
		return nil, damage("a tensor's %s has %d dimensions; at most %d are read", what, len(t), mostDims)
	}
	list := make([]int64, len(t))
	for i, item := range t {
		n, ok := item.(int64)
		if !ok || n < 0 {
			return nil, damage("a tensor's %s holds %s", what, word(item))
		}
		list[i] = n
	}
	return list, nil
}

// storages collects what the persistent ids of a pickle declare.
type storages struct {
	byKey map[string]*storage
	order []*storage // as the pickle names them
	most  int64      // bytes of the file
	sum   int64      // bytes of all storages
}

func newStorages(fileSize int64) *storages {
	return &storages{byKey: map[string]*storage{}, most: fileSize}
}

// persist reads a persistent id: ('storage', type, key, location, count), and
// in legacy files a sixth item, None or (view key, offset, count) for a storage
// that is a part of another.
func (s *storages) persist(id any) (any, error) {
	t, ok := id.(tuple)
	if !ok || len(t) < 5 || len(t) > 6 || t[0] != any("storage") {
		return nil, damage("a storage is described by %s", word(id))
	}
	g, _ := t[1].(global)
	dtype, ok := storageTypes[g]
	if !ok {
		return nil, damage("a storage is of type %s", word(t[1]))
	}
	key, ok := t[2].(string)
	if !ok {
		return nil, damage("a storage's key is %s", word(t[2]))
	}
	count, ok := t[4].(int64)
	if !ok || count < 0 {
		return nil, damage("storage %s has %s elements", quote(key), word(t[4]))
	}
	if len(t) == 6 && t[5] != nil {
		return nil, refuse("storage %s is a view of another storage", quote(key))
	}
	if old := s.byKey[key]; old != nil {
		if old.dtype != dtype || old.count != count {
			return nil, damage("storage %s is declared twice: %d of %s and %d of %s", quote(key), old.count, old.dtype, count, dtype)
		}
		return old, nil
	}
	length, ok := bytesOf(dtype, []int64{count}, s.most-s.sum)
	if !ok {
		return nil, damage("storage %s of %d elements (%s) does not fit into the file", quote(key), count, dtype)
	}
	s.sum += length
	made := &storage{key: key, dtype: dtype, count: count}
	s.byKey[key] = made
	s.order = append(s.order, made)
	return made, nil
}

// wrappers are keys under which training scripts keep the state dict: BLIP's
// own repository uses "model", many others "state_dict".
var wrappers = []string{"model", "state_dict", "model_state_dict"}

// stateDict finds the state dict in what a pickle left: itself, or under one
// of the wrappers' keys.
func stateDict(top any) (*dict, error) {
	d, ok := top.(*dict)
	if !ok {
		return nil, refused("it holds %s instead of a state dict", kind(top)).WithHint("Save the weights with torch.save(model.state_dict(), …).")
	}
	for _, key := range wrappers {
		if inner, ok := d.values[key].(*dict); ok {
			return inner, nil
		}
	}
	return d, nil
}

// list returns the tensors of a state dict, in its order; every storage that
// they use must be placed.
func (s *storages) list(top any) ([]Tensor, error) {
	d, err := stateDict(top)
	if err != nil {
		return nil, err
	}
	if len(d.keys) > mostTensors {
		return nil, damage("it holds more than %d tensors", mostTensors)
	}
	tensors := make([]Tensor, 0, len(d.keys))
	for _, key := range d.keys {
		name, ok := key.(string)
		if !ok {
			return nil, damage("the state dict has the key %s, which is no name", word(key))
		}
		v, ok := d.values[key].(*view)
		if !ok {
			return nil, refused("%s in the state dict is %s, not a tensor", quote(name), kind(d.values[key])).WithHint("Save the weights alone, with torch.save(model.state_dict(), …).")
		}
		t, err := v.tensor(name)
		if err != nil {
			return nil, err
		}
		tensors = append(tensors, t)
	}
	return tensors, checkShared(tensors)
}

// tensor checks the view against its storage and returns its byte range.
func (v *view) tensor(name string) (Tensor, error) {
	where := message.Of("tensor %s", quote(name))
	if v.flags {
		return Tensor{}, damage("%s is conjugated, negated or otherwise not what its storage holds", where)
	}
	size := v.of.dtype.Size()
	length, ok := bytesOf(v.of.dtype, v.shape, v.of.count*size)
	if !ok || v.skip > v.of.count || length > (v.of.count-v.skip)*size || length > 0 && !v.within(v.of.count-v.skip) {
		return Tensor{}, damage("%s of shape %v from element %d on leaves its storage %s of %d elements", where, v.shape, v.skip, quote(v.of.key), v.of.count)
	}
	if !v.of.placed {
		return Tensor{}, damage("%s: its storage %s is not in the file", where, quote(v.of.key))
	}
	t := Tensor{Name: name, DType: v.of.dtype, Shape: v.shape, Offset: v.of.offset + v.skip*size, Length: length}
	if length > 0 {
		if t.Order, ok = v.order(); !ok {
			t.Gaps = failure.Worded(nil, "%s of shape %v has strides %v: its elements do not lie side by side", where, v.shape, v.strides)
		}
	}
	return t, nil
}

// within reports whether the last element of a view, not empty, is one of n.
func (v *view) within(n int64) bool {
	last := int64(0)
	for i, d := range v.shape {
		if v.strides[i] > 0 && d-1 > (n-1-last)/v.strides[i] {
			return false
		}
		last += (d - 1) * v.strides[i]
	}
	return true
}

// order returns the axes as they are stored, the slowest first, and nil where that
// is row by row; ok is false where elements lie apart or are used twice. Axes of
// size 1 have no place of their own.
func (v *view) order() (axes []int, ok bool) {
	var long []int
	for i, d := range v.shape {
		if d > 1 {
			long = append(long, i)
		} else {
			axes = append(axes, i)
		}
	}
	byStride := slices.Clone(long)
	slices.SortStableFunc(byStride, func(a, b int) int { return cmp.Compare(v.strides[b], v.strides[a]) })
	want := int64(1)
	for _, i := range slices.Backward(byStride) {
		if v.strides[i] != want {
			return nil, false
		}
		want *= v.shape[i]
	}
	if slices.Equal(byStride, long) {
		return nil, true
	}
	return append(axes, byStride...), true
}

// checkShared makes sure that two tensors share all of their bytes (tied
// weights do) or none.
func checkShared(tensors []Tensor) error {
	order := make([]Tensor, 0, len(tensors))
	for _, t := range tensors {
		if t.Length > 0 && t.Gaps == nil { // of one with gaps nothing is read
			order = append(order, t)
		}
	}
	sort.SliceStable(order, func(a, b int) bool { return order[a].Offset < order[b].Offset })
	for i := 1; i < len(order); i++ {
		a, b := order[i-1], order[i]
		same := a.Offset == b.Offset && a.Length == b.Length
		if !same && b.Offset < a.Offset+a.Length {
			return damage("tensor %s overlaps %s in part (byte %d)", quote(b.Name), quote(a.Name), b.Offset)
		}
	}
	return nil
}

// kind words what sort of value v is, for an error.
func kind(v any) string {
	switch v := v.(type) {
	case nil:
		return message.Sprintf("nothing")
	case bool:
		return message.Sprintf("a truth value")
	case int64, long:
		return message.Sprintf("a number")
	case float64:
		return message.Sprintf("a number")
	case string:
		return message.Sprintf("a string")
	case tuple:
		return message.Sprintf("a tuple")
	case *list:
		return message.Sprintf("a list")
	case *dict:
		return message.Sprintf("a dictionary")
	case mark:
		return message.Sprintf("a mark")
	case *storage:
		return message.Sprintf("a storage")
	case *view:
		return message.Sprintf("a tensor")
	case global:
		return string(v)
	}
	return message.Sprintf("something else")
}

// word returns v itself where it is short, else its kind.
func word(v any) string {
	switch v := v.(type) {
	case int64:
		return decimal(v)
	case string:
		return quote(v)
	}
	return kind(v)
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
