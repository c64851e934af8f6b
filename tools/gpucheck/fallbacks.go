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

// forced is a failure that is forced in a child process.
type forced struct {
	name   string
	device string
	limit  int64    // of the card's memory, in bytes
	env    []string // added
	alone  bool     // the library without its provider's library
	spoil  string   // a CUDA library that is replaced by an empty file
	search bool     // raise limit until the model just loads: then it cannot run
}

// forcedFailures lists all forced failures.
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

// Environment variables that pass the failure and the memory limit to a child.
const (
	childVariable = "GPUCHECK_FORCED"
	limitVariable = "GPUCHECK_LIMIT"
)

// The search for a limit: the step, and the maximum number of steps.
const (
	limitStep = 16 << 20
	maxSteps  = 30
)

// fallbacks forces each failure in a child process and prints its output.
func fallbacks(libPath, dir string) error {
	if name := os.Getenv(childVariable); name != "" {
		for _, f := range forcedFailures {
			if f.name == name {
				if n, err := strconv.ParseInt(os.Getenv(limitVariable), 10, 64); err == nil {
					f.limit = n
				}
				return f.run(libPath, dir)
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
			only, err := libraryOnly(libPath)
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
		for step := 0; f.search && step < maxSteps && strings.Contains(out, "told: during load, memory"); step++ {
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

// child runs the failure in a child process and returns its output.
func (f forced) child(self, lib, dir string) (string, error) {
	cmd := exec.Command(self, "fallbacks", lib, dir) //nolint:gosec // this program
	cmd.Env = append(append(os.Environ(), childVariable+"="+f.name, limitVariable+"="+strconv.FormatInt(f.limit, 10)), f.env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// libraryOnly copies the library, without its providers, to a new folder.
func libraryOnly(libPath string) (string, error) {
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

// run runs the detector's body on whatever device the failure leaves, twice, and
// once more on the processor to compare.
func (f forced) run(libPath, dir string) error {
	lib, err := open(libPath)
	if err != nil {
		return err
	}
	defer lib.Close()
	lib.LimitCard(f.limit)
	file, err := weights.Open(weightsFile(dir, official[1]))
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
		return nil //nolint:nilerr // this failure is the expected outcome
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
