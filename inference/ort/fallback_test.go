package ort

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"descry/internal/failure"
	"descry/models/onnx"
)

// injector injects faults into the real library: sessions on a device other than
// the CPU are real CPU sessions that fail on demand. It covers what cannot be had
// for real without a card: a device that works first and fails later.
type injector struct {
	real    nativeLibrary
	load    error        // of each new session on a device
	run     atomic.Value // of each run on a device: an errorBox
	made    atomic.Int32 // sessions on a device
	onCPU   atomic.Int32 // sessions on the CPU
	open    atomic.Int32 // of both
	cpuLoad error        // of each new session on the CPU
	before  func()       // called as a run on a device fails
}

type errorBox struct{ err error }

func (i *injector) fail(err error) { i.run.Store(errorBox{err}) }

func (i *injector) newSession(m onnx.Model, o Options, device string) (nativeSession, error) {
	if device != DeviceCPU && i.load != nil {
		return nil, i.load
	}
	if device == DeviceCPU && i.cpuLoad != nil {
		return nil, i.cpuLoad
	}
	s, err := i.real.newSession(m, Options{Threads: o.Threads}, DeviceCPU)
	if err != nil {
		return nil, err
	}
	i.open.Add(1)
	if device == DeviceCPU {
		i.onCPU.Add(1)
		return &injected{s, i, false}, nil
	}
	i.made.Add(1)
	return &injected{s, i, true}, nil
}

func (i *injector) close() error { return nil }

type injected struct {
	nativeSession
	of   *injector
	card bool
}

func (s *injected) close() error {
	s.of.open.Add(-1)
	return s.nativeSession.close()
}

func (s *injected) newCall() (nativeCall, error) {
	c, err := s.nativeSession.newCall()
	if s.card {
		c = &injectedCall{c, s.of}
	}
	return c, err
}

type injectedCall struct {
	nativeCall
	of *injector
}

func (c *injectedCall) run(in, out []*payload) error {
	if b, ok := c.of.run.Load().(errorBox); ok && b.err != nil {
		if c.of.before != nil {
			c.of.before()
		}
		return b.err
	}
	return c.nativeCall.run(in, out)
}

// withCard returns the real library with a simulated CUDA card.
func withCard(t *testing.T) (*injector, *Library) {
	t.Helper()
	i := &injector{real: openLibrary(t).native}
	l := &Library{native: i, path: "lib", built: []string{cudaProvider, "CPUExecutionProvider"}}
	l.fakeMissing = func(d device) *Trouble {
		if d.id != DeviceCUDA && d.id != DeviceCPU {
			return newTrouble(d, ReasonSystem, "")
		}
		return nil
	}
	return i, l
}

// newSum makes a session that adds.
func newSum(t *testing.T, l *Library, device string) (*Session, error) {
	t.Helper()
	m, err := addGraph().Build()
	if err != nil {
		t.Fatal(err)
	}
	return l.NewSession(m, Options{Name: "sum", Device: device, Threads: 1})
}

// checkSum runs a session and checks its output.
func checkSum(t *testing.T, s *Session) {
	t.Helper()
	out, err := s.Run(context.Background(), []*Tensor{rows(2), rows(2)})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := out[0].Float32s(), []float32{0, 2, 4, 6, 8, 10, 12, 14}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// errNoMemory is the runtime's message when a card has no memory left.
var errNoMemory = errors.New("non-zero status code returned while running Conv node. bfc_arena.cc:359 AllocateRawInternal Failed to allocate memory for requested buffer of size 1048576")

func TestADeviceThatFailsInARunIsReplacedByTheCPU(t *testing.T) {
	i, l := withCard(t)
	first, err := newSum(t, l, DeviceAuto)
	if err != nil {
		t.Fatal(err)
	}
	second, err := newSum(t, l, DeviceCUDA)
	if err != nil {
		t.Fatal(err)
	}
	checkSum(t, first)
	if first.Device() != DeviceCUDA || len(l.News()) != 0 {
		t.Fatalf("it runs on %q before anything failed", first.Device())
	}
	i.fail(errNoMemory)
	checkSum(t, first) // with the same inputs, on the CPU
	if first.Device() != DeviceCPU {
		t.Errorf("it stays on %q", first.Device())
	}
	news := l.News()
	if len(news) != 1 || news[0].Device != DeviceCUDA || news[0].Reason != ReasonMemory || news[0].During != DuringRun || !strings.Contains(news[0].Detail, "bfc_arena") {
		t.Fatalf("News returns %+v", news)
	}
	checkSum(t, second) // also if it was requested by name
	if second.Device() != DeviceCPU || len(l.News()) != 0 {
		t.Errorf("the second session is on %q, or the failure is reported again", second.Device())
	}
	made := i.made.Load()
	for _, device := range []string{DeviceAuto, DeviceCUDA, ""} {
		s, err := newSum(t, l, device)
		if err != nil {
			t.Fatal(err)
		}
		checkSum(t, s)
		if s.Device() != DeviceCPU || i.made.Load() != made {
			t.Errorf("%q tried the device again", device)
		}
		s.Close()
	}
	for _, s := range []*Session{first, second} {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if n := i.open.Load(); n != 0 {
		t.Errorf("%d sessions stay open", n)
	}
	if d := l.Devices(); len(d) == 0 || d[0].ID != DeviceCUDA || d[0].Trouble == nil || d[0].Trouble.Reason != ReasonMemory {
		t.Errorf("Devices returns %+v", d)
	}
}

func TestADeviceIsNotBlamedForWhatTheCPUCannotDoEither(t *testing.T) {
	i, l := withCard(t)
	s, err := newSum(t, l, DeviceAuto)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Run(context.Background(), []*Tensor{rows(1), NewFloat32([]int64{1, 3}, make([]float32, 3))}); err == nil {
		t.Error("inputs of other sizes were taken")
	}
	if s.Device() != DeviceCUDA || len(l.News()) != 0 || i.open.Load() != 1 {
		t.Errorf("the device is blamed; %d sessions are open", i.open.Load())
	}
	ctx, cancel := context.WithCancel(context.Background())
	i.before = cancel
	i.fail(errors.New("terminated"))
	onCPU := i.onCPU.Load()
	_, err = s.Run(ctx, []*Tensor{rows(1), rows(1)})
	if i.onCPU.Load() != onCPU {
		t.Error("a cancelled run loads the model on the CPU")
	}
	if f := failure.Of(err, failure.Model); f == nil || f.Kind != failure.Cancelled || s.Device() != DeviceCUDA || len(l.News()) != 0 {
		t.Errorf("a cancelled run: %v, on %q", err, s.Device())
	}
	i.before, i.cpuLoad = nil, errors.New("no room")
	if _, err = s.Run(context.Background(), []*Tensor{rows(1), rows(1)}); err == nil || !strings.Contains(err.Error(), "terminated") || !strings.Contains(err.Error(), "no room") {
		t.Errorf("error %v", err)
	}
	i.cpuLoad, i.load = errors.New("a bad graph"), errors.New("a bad graph, says CUDA")
	if _, err := newSum(t, l, DeviceAuto); err == nil || len(l.News()) != 0 {
		t.Errorf("a graph that no device can load: %v, and CUDA is blamed", err)
	}
}

func TestADeviceThatFailsAtLoad(t *testing.T) {
	i, l := withCard(t)
	i.load = errors.New("CUDA failure 100: no CUDA-capable device is detected")
	_, err := newSum(t, l, DeviceCUDA)
	f := failure.Of(err, failure.Model)
	if f == nil || f.Kind != failure.Model || f.Op != "load" || !strings.Contains(f.Message.String(), "no card that this library can use") || !strings.Contains(f.Hint.String(), "--device cpu") {
		t.Errorf("asked for by name: %#v", f)
	}
	if len(l.News()) != 0 {
		t.Error("an error is reported by News as well")
	}
	s, err := newSum(t, l, DeviceAuto)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	checkSum(t, s)
	news := l.News()
	if s.Device() != DeviceCPU || len(news) != 1 || news[0].Reason != ReasonCard || news[0].During != DuringLoad {
		t.Errorf("on %q, News returns %+v", s.Device(), news)
	}
	i.load = nil
	again, err := newSum(t, l, DeviceAuto)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if again.Device() != DeviceCPU || len(l.News()) != 0 {
		t.Error("a device that was given up is tried or reported again")
	}
	if _, err := newSum(t, l, DeviceCUDA); err == nil {
		t.Error("a device that was given up at load is used when it is asked for by name")
	}
}

func TestManyCallsThatFailAtOnceFallBackOnce(t *testing.T) {
	i, l := withCard(t)
	s, err := newSum(t, l, DeviceAuto)
	if err != nil {
		t.Fatal(err)
	}
	i.fail(errNoMemory)
	const calls = 8
	var all sync.WaitGroup // each goroutine waits until all have failed
	all.Add(calls)
	i.before = func() { all.Done(); all.Wait() }
	ended := make(chan error, calls)
	for range calls {
		go func() {
			_, err := s.Run(context.Background(), []*Tensor{rows(2), rows(2)})
			ended <- err
		}()
	}
	for range calls {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if n := len(l.News()); n != 1 || i.onCPU.Load() != 1 || i.open.Load() != 0 {
		t.Errorf("%d reports, %d sessions made on the CPU, %d left open", n, i.onCPU.Load(), i.open.Load())
	}
}

// TestMissingProvidersFail injects no fault: every device passes the
// check for missing parts, so each provider is really requested, and fails.
func TestMissingProvidersFail(t *testing.T) {
	l := openLibrary(t)
	for _, d := range devices {
		if d.id != DeviceCPU && l.missing(d) == nil {
			t.Skipf("%s works here", d.id)
		}
	}
	all := func(device) *Trouble { return nil }
	l = &Library{native: l.native, path: l.path, built: l.built, fakeMissing: all}
	s, err := newSum(t, l, DeviceAuto)
	if err != nil {
		t.Fatal(err)
	}
	checkSum(t, s)
	want := map[string][]Reason{
		DeviceCUDA: {ReasonFile, ReasonProvider, ReasonLibrary, ReasonDriver}, DeviceDirectML: {ReasonProvider}, DeviceCoreML: {ReasonProvider},
	}
	news := l.News()
	for _, n := range news {
		t.Log(n.Device, n.Reason, n.Detail)
		if !slices.Contains(want[n.Device], n.Reason) || n.During != DuringLoad || strings.Contains(n.Message, "%") {
			t.Errorf("%s: %+v", n.Device, n)
		}
	}
	if s.Device() != DeviceCPU || len(news) != 3 {
		t.Errorf("on %q, %d reports", s.Device(), len(news))
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	l = &Library{native: l.native, path: l.path, built: l.built, fakeMissing: all}
	for id := range want {
		if _, err := newSum(t, l, id); err == nil {
			t.Errorf("%s is given where it is not", id)
		}
		if r := l.Try(context.Background(), id); r.Trouble == nil || !slices.Contains(want[id], r.Trouble.Reason) {
			t.Errorf("%s, tried alone: %+v", id, r)
		}
	}
}

func TestTheTrialReallyRuns(t *testing.T) {
	l := openLibrary(t)
	r := l.Try(context.Background(), DeviceCPU)
	if r.Trouble != nil || r.Load <= 0 || r.Run <= 0 {
		t.Errorf("the CPU: %+v", r)
	}
	if r := l.Try(context.Background(), "abacus"); r.Trouble == nil {
		t.Error("a device that is none works")
	}
	i, card := withCard(t)
	if r := card.Try(context.Background(), DeviceCUDA); r.Trouble != nil {
		t.Errorf("a card that works: %+v", r.Trouble)
	}
	i.fail(errNoMemory)
	if r := card.Try(context.Background(), DeviceCUDA); r.Trouble == nil || r.Trouble.Reason != ReasonMemory {
		t.Errorf("a card that fails: %+v", r)
	}
	if s, err := newSum(t, card, DeviceAuto); err != nil || s.Device() != DeviceCUDA {
		t.Errorf("a trial turned the device off: %v", err)
	} else {
		s.Close()
	}
	if i.open.Load() != 0 {
		t.Errorf("%d sessions are left open", i.open.Load())
	}
}
