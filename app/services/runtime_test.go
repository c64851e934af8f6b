package services

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"descry/inference"
	"descry/inference/speed"
	"descry/internal/failure"
	"descry/models"
)

// newServices returns services over the test's own folder.
func newServices(t *testing.T, env map[string]string) *Services {
	t.Helper()
	home := t.TempDir()
	return New(func(name string) string {
		if value, ok := env[name]; ok {
			return value
		}
		return map[string]string{"DESCRY_HOME": home, "DESCRY_OFFLINE": "1"}[name]
	})
}

func TestALibraryThatIsNotThereIsToldByWhoeverNeedsIt(t *testing.T) {
	absent := filepath.Join(t.TempDir(), "absent")
	for name, c := range map[string]struct {
		env     map[string]string
		options RuntimeOptions
	}{
		"named by the options":     {nil, RuntimeOptions{Library: absent}},
		"named by the environment": {map[string]string{"DESCRY_ORT": absent}, RuntimeOptions{}},
		"the options come first":   {map[string]string{"DESCRY_ORT": "another"}, RuntimeOptions{Library: absent}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServices(t, c.env)
			r := s.NewRuntime(c.options)
			defer r.Close()
			_, err := r.Open()
			if f := failure.Of(err, ""); f == nil || f.Kind != failure.Model || f.Subject != absent {
				t.Errorf("Open: %v", err)
			}
			if _, err := r.TryDevices(t.Context(), true); failure.Of(err, "") == nil {
				t.Error("devices were tried without a library")
			}
			r.MeasureSpeed(t.Context())
			if _, err := os.Stat(s.Dirs.Speed()); err == nil {
				t.Error("a speed was noted without a library")
			}
			events := make(chan inference.Event, 1)
			id := r.Submit(inference.Request{Task: inference.TaskCaption}, func(e inference.Event) { events <- e })
			if e := <-events; e.ID != id || e.Kind != inference.KindFailed || e.Failure.Subject != absent {
				t.Errorf("a job: %+v", e)
			}
		})
	}
}

func TestATrialHasOneSetAndKeepsNoTimes(t *testing.T) {
	s := newServices(t, nil)
	set := &models.Set{Name: "the file"}
	r := s.NewRuntime(RuntimeOptions{Trial: set})
	defer r.Close()
	if got, err := r.resolve("whatever"); got != set || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	if r.record.book != nil {
		t.Error("its times are kept")
	}
	usual := s.NewRuntime(RuntimeOptions{})
	defer usual.Close()
	if got, err := usual.resolve("starter"); err != nil || got.Name != "starter" {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := usual.resolve("no such set"); err == nil {
		t.Error("a set that is not there was found")
	}
}

func TestTimesAndLostDevicesAreRecorded(t *testing.T) {
	s := newServices(t, nil)
	r := s.NewRuntime(RuntimeOptions{})
	var told []string
	r.OnDeviceLost(func(d *inference.DeviceLost) { told = append(told, d.Device) })
	r.OnDeviceLost(func(d *inference.DeviceLost) { told = append(told, d.Device+" again") })
	for _, e := range []inference.Event{
		{ID: 1, Kind: inference.KindCaption, Caption: &inference.Caption{Model: "m"}},
		{ID: 2, Kind: inference.KindInstances, Instances: &inference.Instances{Model: "n"}},
		{Kind: inference.KindDevice, Device: &inference.DeviceLost{Device: "cuda", Used: "cpu", During: "run", Reason: "driver", Message: "none was found"}},
		{ID: 1, Kind: inference.KindDone, Done: &inference.Done{Milliseconds: 1500, Device: "cpu"}},
		{ID: 2, Kind: inference.KindFailed, Failure: failure.New(failure.Model, "", "", "x")},
		{ID: 3, Kind: inference.KindClasses, Classes: &inference.Classes{Model: "o"}},
		{ID: 3, Kind: inference.KindDone, Done: &inference.Done{Milliseconds: 500, Device: "cpu"}},
	} {
		r.onEvent(e)
	}
	if len(r.record.results) != 0 {
		t.Errorf("left over: %v", r.record.results)
	}
	r.Close()
	if len(told) != 2 || told[0] != "cuda" || told[1] != "cuda again" {
		t.Errorf("told %q", told)
	}
	book, err := speed.Open(s.Dirs.Speed())
	if err != nil {
		t.Fatal(err)
	}
	for model, want := range map[string]float64{"m": 1.5, "n": 0, "o": 0.5} {
		if got, measured := book.Seconds(model, 0, "cpu"); got != want || measured != (want > 0) {
			t.Errorf("%s takes %v s, %v", model, got, measured)
		}
	}
	text, err := os.ReadFile(filepath.Join(s.Dirs.State, deviceLogName))
	if err != nil || !strings.Contains(string(text), `"device":"cuda","used":"cpu","during":"run","reason":"driver","message":"none was found"`) {
		t.Errorf("the log: %s, %v", text, err)
	}
}

// TestSecondsOfAnotherProcessAreSeen: the speed is measured by a second one.
func TestSecondsOfAnotherProcessAreSeen(t *testing.T) {
	s := newServices(t, nil)
	if seconds, _ := s.Seconds("m", 10, "cpu"); seconds != 0 {
		t.Fatalf("%v s are known of nothing", seconds)
	}
	other, err := speed.Open(s.Dirs.Speed())
	if err != nil {
		t.Fatal(err)
	}
	other.Note("m", "caption", "cpu", 2)
	if err := other.Save(); err != nil {
		t.Fatal(err)
	}
	if seconds, _ := s.Seconds("m", 10, "cpu"); seconds != 0 {
		t.Errorf("the book that is open has %v s", seconds)
	}
	if seconds, measured := s.SecondsNow("m", 10, "cpu"); seconds != 2 || !measured {
		t.Errorf("%v s, %v", seconds, measured)
	}
}

func TestTheDeviceLogIsBoundedAndItsLinesAreWhole(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	l := NewDeviceLog(dir)
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("there", 3600))
	l.now = func() time.Time { return at }
	path := filepath.Join(dir, deviceLogName)
	l.Lost(&inference.DeviceLost{Device: "cuda", Used: "cpu", Reason: "memory", Message: "two\nlines", Detail: strings.Repeat("x", maxDeviceLog)})
	l.Lost(&inference.DeviceLost{Device: "coreml", Used: "cpu", Reason: "failed"})
	old, err := os.ReadFile(path + ".old")
	if err != nil {
		t.Fatal(err)
	}
	now, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range [][]byte{old, now} {
		var e deviceEntry
		if err := json.Unmarshal(text, &e); err != nil || strings.Count(string(text), "\n") != 1 || !e.Time.Equal(at) || e.Used != "cpu" || e.Device != []string{"cuda", "coreml"}[i] {
			t.Errorf("file %d: %v, %v %s", i, err, e.Time, e.Device)
		}
	}
	unwritable := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(unwritable, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	NewDeviceLog(unwritable).Lost(&inference.DeviceLost{Device: "cuda"}) // must not fail
}

func TestACrashFileIsLeftOnlyByACrash(t *testing.T) {
	state := t.TempDir()
	done := KeepCrashFile(state)
	files, err := filepath.Glob(filepath.Join(state, "crashes", "*.txt"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	done()
	if _, err := os.Stat(files[0]); err == nil {
		t.Error("an empty file is left over")
	}
	done = KeepCrashFile(state)
	files, _ = filepath.Glob(filepath.Join(state, "crashes", "*.txt"))
	if err := os.WriteFile(files[0], []byte("panic: x"), 0o600); err != nil {
		t.Fatal(err)
	}
	done()
	if _, err := os.Stat(files[0]); err != nil {
		t.Error("the reason of a crash was removed")
	}
	file := filepath.Join(state, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	KeepCrashFile(file)() // must not fail
}
