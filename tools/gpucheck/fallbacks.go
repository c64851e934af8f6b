package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"descry/inference/ort"
	"descry/models/arch"
	"descry/models/weights"
)

// forced is a failure that is forced in a process of its own.
type forced struct {
	name   string
	device string
	limit  int64    // of the card's memory, in bytes
	env    []string // added
	alone  bool     // the library without its provider's
	spoil  string   // a library of CUDA in whose place there is an empty file
	search bool     // limit is raised until the model is just loaded: then it cannot run
}

// forcedFailures are all of them.
var forcedFailures = []forced{
	{name: "no card visible", device: ort.DeviceAuto, env: []string{"CUDA_VISIBLE_DEVICES="}},
	{name: "no card visible, cuda by name", device: ort.DeviceCUDA, env: []string{"CUDA_VISIBLE_DEVICES="}},
	{name: "a damaged library of CUDA", device: ort.DeviceAuto, spoil: "libcublasLt.so.13"},
	{name: "library without its provider", device: ort.DeviceAuto, alone: true},
	{name: "library without it, cuda by name", device: ort.DeviceCUDA, alone: true},
	{name: "too little memory to load", device: ort.DeviceAuto, limit: 24 << 20},
	{name: "too little memory to run", device: ort.DeviceAuto, limit: 112 << 20, search: true},
	{name: "nothing forced", device: ort.DeviceAuto},
}

// What tells a child which failure it is about, and the limit of memory that is tried.
const (
	childVariable = "GPUCHECK_FORCED"
	limitVariable = "GPUCHECK_LIMIT"
)

// The search for a limit: so much more each time, so often at most.
const (
	limitStep = 16 << 20
	mostSteps = 30
)

// fallbacks forces each failure in a child and prints what it says.
func fallbacks(libPath, dir string) error {
	if name := os.Getenv(childVariable); name != "" {
		for _, f := range forcedFailures {
			if f.name == name {
				if n, err := strconv.ParseInt(os.Getenv(limitVariable), 10, 64); err == nil {
					f.limit = n
				}
				return f.happen(libPath, dir)
			}
		}
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	for _, f := range forcedFailures {
		lib := libPath
		if f.alone {
			only, err := without(libPath)
			if err != nil {
				return err
			}
			defer os.RemoveAll(only)
			lib = only
		}
		if f.spoil != "" {
			spoilt, err := os.MkdirTemp("", "gpucheck-*")
			if err != nil {
				return err
			}
			defer os.RemoveAll(spoilt)
			if err := os.WriteFile(filepath.Join(spoilt, f.spoil), nil, 0o644); err != nil { //nolint:gosec // an empty file
				return err
			}
			f.env = append(f.env, "LD_LIBRARY_PATH="+spoilt+":"+os.Getenv("LD_LIBRARY_PATH"))
		}
		out, err := f.child(self, lib, dir)
		for step := 0; f.search && step < mostSteps && strings.Contains(out, "told: during load, memory"); step++ {
			f.limit += limitStep
			out, err = f.child(self, lib, dir)
		}
		if f.limit > 0 {
			f.name += fmt.Sprintf(" (%d MB)", f.limit>>20)
		}
		fmt.Printf("%s\n  %s\n", f.name, strings.ReplaceAll(strings.TrimSpace(out), "\n", "\n  "))
		if err != nil {
			fmt.Printf("  ENDED WITH %v\n", err)
		}
	}
	return nil
}

// child lets the failure happen in a process of its own and gives what it said.
func (f forced) child(self, lib, dir string) (string, error) {
	cmd := exec.Command(self, "fallbacks", lib, dir) //nolint:gosec // this program
	cmd.Env = append(append(os.Environ(), childVariable+"="+f.name, limitVariable+"="+strconv.FormatInt(f.limit, 10)), f.env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// without copies the library alone to a folder of its own.
func without(libPath string) (string, error) {
	path, _, err := ort.Find(libPath, "", "")
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "gpucheck-*")
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	return dir, os.WriteFile(filepath.Join(dir, "libonnxruntime.so.1"), text, 0o755) //nolint:gosec // a library
}

// happen runs the detector's body where the failure leads it, twice, and once more
// on the processor to compare.
func (f forced) happen(libPath, dir string) error {
	lib, err := open(libPath)
	if err != nil {
		return err
	}
	defer lib.Close()
	lib.LimitCard(f.limit)
	file, err := weights.Open(setFile(dir, official[1]))
	if err != nil {
		return err
	}
	config, err := arch.ReadDetectorConfig("", file)
	if err != nil {
		return err
	}
	m, err := arch.MaskRCNN{Config: config, Weights: file}.FeatureGraph()
	if err != nil {
		return err
	}
	s, err := lib.NewSession(m, ort.Options{Name: official[1], Device: f.device})
	if err != nil {
		fmt.Println("error:", err)
		return nil //nolint:nilerr // it is what the case is about
	}
	defer s.Close()
	fmt.Printf("loaded on %s", s.Device())
	b := &bench{lib, "", rand.New(rand.NewPCG(3, 4))} //nolint:gosec // no secret
	in := []*ort.Tensor{b.noise(1, 3, height, width)}
	var out []*ort.Tensor
	for range 2 {
		if out, err = s.Run(context.Background(), in); err != nil {
			return err
		}
		fmt.Printf(", ran on %s", s.Device())
	}
	fmt.Println()
	for _, t := range lib.News() {
		fmt.Printf("told: during %s, %s: %s\n", t.During, t.Reason, t)
		if t.Detail != "" {
			fmt.Printf("      %s\n", t.Detail)
		}
	}
	other, _, _, err := (&bench{lib, "", nil}).time(m, ort.DeviceCPU, in)
	if err != nil {
		return err
	}
	worst := float32(0)
	for i := range out {
		for j, v := range out[i].Float32s() {
			d := v - other[i].Float32s()[j]
			worst = max(worst, d, -d)
		}
	}
	fmt.Printf("worst difference from the processor: %.2g\n", worst)
	return nil
}
