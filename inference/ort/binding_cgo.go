//go:build cgo

package ort

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"

	binding "github.com/yalue/onnxruntime_go"

	"descry/models/onnx"
)

// environment counts the openings of ONNX Runtime, of which the binding can hold
// one per process; it is global because the binding's own state is.
var environment struct {
	mu    sync.Mutex
	path  string
	probe probe
	opens int
}

// library implements nativeLibrary with the binding's environment.
type library struct{}

// openNative probes the library at path and initialises the binding with it.
func openNative(path string) (probe, nativeLibrary, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return probe{}, nil, err
	}
	environment.mu.Lock()
	defer environment.mu.Unlock()
	if environment.opens > 0 {
		if environment.path != path {
			return probe{}, nil, fmt.Errorf("another ONNX Runtime is in use: %s", environment.path)
		}
		environment.opens++
		return environment.probe, library{}, nil
	}
	p, err := probeLibrary(path)
	if err != nil {
		return probe{}, nil, err
	}
	binding.SetSharedLibraryPath(path)
	// Fatal only: errors are returned as values, and a device that cannot be used
	// would otherwise log lines of its own.
	if err := binding.InitializeEnvironment(binding.WithLogLevelFatal()); err != nil {
		return probe{}, nil, err
	}
	environment.path, environment.probe, environment.opens = path, p, 1
	return p, library{}, nil
}

func (library) close() error {
	environment.mu.Lock()
	defer environment.mu.Unlock()
	environment.opens--
	if environment.opens > 0 {
		return nil
	}
	return binding.DestroyEnvironment()
}

// levels maps each Level to the binding's name for it.
var levels = map[Level]binding.GraphOptimizationLevel{
	LevelAll:      binding.GraphOptimizationLevelEnableAll,
	LevelExtended: binding.GraphOptimizationLevelEnableExtended,
	LevelBasic:    binding.GraphOptimizationLevelEnableBasic,
	LevelOff:      binding.GraphOptimizationLevelDisableAll,
}

func (library) newSession(m onnx.Model, o Options, device string) (nativeSession, error) {
	if len(m.Proto) == 0 && m.Path == "" || len(m.Inputs) == 0 || len(m.Outputs) == 0 {
		return nil, errors.New("the graph is empty")
	}
	so, err := binding.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	defer so.Destroy()
	if err := configure(so, m, o); err != nil {
		return nil, err
	}
	if use, ok := appenders[device]; !ok {
		return nil, fmt.Errorf("there is no device %q", device)
	} else if err := use(so, o); err != nil {
		return nil, err
	}
	var s *binding.DynamicAdvancedSession
	if m.Path != "" {
		s, err = binding.NewDynamicAdvancedSession(m.Path, m.Inputs, m.Outputs, so)
	} else {
		s, err = binding.NewDynamicAdvancedSessionWithONNXData(m.Proto, m.Inputs, m.Outputs, so)
	}
	trimHeap() // the copy of the graph that the runtime optimised
	if err != nil {
		return nil, err
	}
	return &session{s}, nil
}

// withoutOptimizers names the runtime's optimisations that o leaves out.
func withoutOptimizers(o Options) []string {
	var off []string
	if o.Unfolded {
		off = append(off, "ConstantFolding")
	}
	if o.Unfused {
		off = append(off, "ConvBNFusion")
	}
	return off
}

// configure applies m and o to so. The entries' names are those of
// onnxruntime_session_options_config_keys.h.
func configure(so *binding.SessionOptions, m onnx.Model, o Options) error {
	if o.Unfolded && o.Level == LevelAll {
		o.Level = LevelExtended // layout changes fold constants despite the entry below
	}
	level, ok := levels[o.Level]
	if !ok {
		return fmt.Errorf("there is no optimisation level %d", o.Level)
	}
	onOff := map[bool]string{false: "0", true: "1"}
	entries := [][2]string{
		{"session.intra_op.allow_spinning", onOff[o.Spin]},
		{"session.disable_prepacking", onOff[!o.Prepack]},
	}
	if off := withoutOptimizers(o); len(off) > 0 {
		entries = append(entries, [2]string{"optimization.disable_specified_optimizers", strings.Join(off, ";")})
	}
	if o.noFallback {
		entries = append(entries, [2]string{"session.disable_cpu_ep_fallback", "1"})
	}
	if m.Folder != "" {
		entries = append(entries, [2]string{"session.model_external_initializers_file_folder_path", m.Folder})
	}
	// No memory pattern: it plans one block for each new set of input sizes, and
	// pictures and captions have many. Mask R-CNN's body on 800×1216 pixels peaks
	// at 0.56 GB instead of 0.87 without it, and is no slower.
	errs := []error{
		so.SetIntraOpNumThreads(o.Threads), so.SetInterOpNumThreads(1),
		so.SetGraphOptimizationLevel(level), so.SetMemPattern(false),
	}
	for _, e := range entries {
		errs = append(errs, so.AddSessionConfigEntry(e[0], e[1]))
	}
	return errors.Join(errs...)
}

// session is a session of the binding.
type session struct {
	s *binding.DynamicAdvancedSession
}

func (s *session) close() error {
	defer trimHeap()
	return s.s.Destroy()
}

func (s *session) newCall() (nativeCall, error) {
	o, err := binding.NewRunOptions()
	if err != nil {
		return nil, err
	}
	return &call{s.s, o}, nil
}

// call is one run of a session.
type call struct {
	s *binding.DynamicAdvancedSession
	o *binding.RunOptions
}

func (c *call) terminate() { _ = c.o.Terminate() } // fails only on nil options
func (c *call) release()   { _ = c.o.Destroy() }

// run lends the inputs' memory to the runtime for the length of the call and
// returns copies of the outputs: the binding copies each into Go memory and frees
// the runtime's.
func (c *call) run(inputs, outputs []*payload) (err error) {
	var pins runtime.Pinner
	defer pins.Unpin()
	in, out := make([]binding.Value, 0, len(inputs)), make([]binding.Value, len(outputs))
	defer func() {
		for _, v := range append(in, out...) {
			// Where the binding cannot take an output over, it leaves a nil *Tensor.
			if v != nil && !reflect.ValueOf(v).IsNil() {
				err = errors.Join(err, v.Destroy())
			}
		}
	}()
	for _, p := range inputs {
		v, err := wrap(p, &pins)
		if err != nil {
			return err
		}
		in = append(in, v)
	}
	if err := c.s.RunWithOptions(in, out, c.o); err != nil {
		return err
	}
	for i, v := range out {
		if outputs[i], err = unwrap(v); err != nil {
			return fmt.Errorf("output %d: %w", i+1, err)
		}
	}
	return nil
}

// wrap returns a runtime value that reads p's memory.
func wrap(p *payload, pins *runtime.Pinner) (binding.Value, error) {
	switch p.kind {
	case float32s:
		return pinned(p.shape, p.floats, pins)
	case int64s:
		return pinned(p.shape, p.ints, pins)
	default:
		return pinned(p.shape, p.bytes, pins)
	}
}

func pinned[T float32 | int64 | uint8](shape []int64, data []T, pins *runtime.Pinner) (binding.Value, error) {
	if len(data) > 0 {
		pins.Pin(&data[0])
	}
	v, err := binding.NewTensor(shape, data)
	if err != nil {
		return nil, err // a nil *Tensor in a Value would not be nil
	}
	return v, nil
}

// unwrap returns an output's elements, which outlive the value.
func unwrap(v binding.Value) (*payload, error) {
	p := &payload{shape: v.GetShape()}
	switch t := v.(type) {
	case *binding.Tensor[float32]:
		p.kind, p.floats = float32s, t.GetData()
	case *binding.Tensor[int64]:
		p.kind, p.ints = int64s, t.GetData()
	case *binding.Tensor[uint8]:
		p.kind, p.bytes = uint8s, t.GetData()
	case *binding.Tensor[bool]:
		p.kind, p.bytes = uint8s, make([]uint8, len(t.GetData()))
		for i, b := range t.GetData() {
			if b {
				p.bytes[i] = 1
			}
		}
	default:
		return nil, fmt.Errorf("its element type (%T) is not one of float, int64, uint8 and bool", v)
	}
	return p, nil
}
