package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"descry/inference"
	"descry/inference/ort"
	"descry/inference/pipeline"
	"descry/models"
)

// allGraphs names the row of all graphs at once, through the program's own engine.
const allGraphs = "all"

// runChild measures one row and prints it.
func runChild(text, library string) error {
	var r row
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return err
	}
	path, _, err := ort.Find(library, "", "")
	if err != nil {
		return err
	}
	lib, err := ort.Open(path)
	if err != nil {
		return err
	}
	before, err := private()
	if err != nil {
		return err
	}
	start := time.Now()
	var loaded func() error
	if r.Graph == allGraphs {
		loaded, err = openEngine(lib, r.File)
	} else {
		loaded, err = openGraph(lib, r)
	}
	if err != nil {
		return err
	}
	r.Load = time.Since(start).Seconds()
	if r.Private, r.Peak, err = memoryUse(before); err != nil {
		return err
	}
	start = time.Now()
	if err := loaded(); err != nil {
		return err
	}
	r.Run = time.Since(start).Seconds()
	if r.PrivateIn, r.PeakIn, err = memoryUse(before); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}

// openGraph makes one session and returns a function that runs it.
func openGraph(lib *ort.Library, r row) (func() error, error) {
	g, err := graphOf(r.File, r.Graph)
	if err != nil {
		return nil, err
	}
	s, err := lib.NewSession(g.model, ort.Options{Name: r.File, Device: ort.DeviceCPU, Prepack: r.Prepack})
	if err != nil {
		return nil, err
	}
	return func() error {
		_, err := s.Run(context.Background(), g.inputs())
		return err
	}, nil
}

// openEngine opens the file as a model set of one task, loads it, and returns a
// function that describes a picture.
func openEngine(lib *ort.Library, path string) (func() error, error) {
	task, spec, err := setOf(path)
	if err != nil {
		return nil, err
	}
	opener := pipeline.NewOpener(lib, func(string) (*models.Set, error) { return spec, nil })
	ctx := context.Background()
	engine, err := opener.Open(ctx, "measured", ort.DeviceCPU, 0)
	if err != nil {
		return nil, err
	}
	if err := engine.Load(ctx, task); err != nil {
		return nil, err
	}
	p := inference.Picture{Name: "measured", Width: 640, Height: 480, Pix: make([]byte, 3*640*480)}
	for i := range p.Pix {
		p.Pix[i] = byte(i * 31)
	}
	return func() error {
		var err error
		switch task {
		case inference.TaskCaption:
			_, err = engine.Caption(ctx, p, inference.CaptionOptions{Preset: inference.PresetPaper}, nil)
		case inference.TaskInstances:
			_, err = engine.Instances(ctx, p, inference.InstanceOptions{})
		default:
			_, err = engine.Classes(ctx, p)
		}
		return err
	}, nil
}

// memoryUse returns the private bytes above before, and the peak of resident bytes.
func memoryUse(before int64) (own, peak int64, err error) {
	if peak, err = field("/proc/self/status", "VmHWM:"); err != nil {
		return 0, 0, err
	}
	own, err = private()
	return own - before, peak, err
}

// private returns the private bytes of the process that no file backs, without Go's
// garbage.
func private() (int64, error) {
	debug.FreeOSMemory()
	dirty, err := field("/proc/self/smaps_rollup", "Private_Dirty:")
	if err != nil {
		return 0, err
	}
	swapped, err := field("/proc/self/smaps_rollup", "Swap:")
	return dirty + swapped, err
}

// field reads a number of kB from one of Linux's /proc files.
func field(path, name string) (int64, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return 0, errors.New("only Linux reports a process's memory in /proc")
	}
	if err != nil {
		return 0, err
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if rest, ok := strings.CutPrefix(s.Text(), name); ok {
			n, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return n << 10, err
		}
	}
	return 0, fmt.Errorf("%s has no %s", path, name)
}
