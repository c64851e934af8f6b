// Command gpucheck compares a card with the processor on a machine that has one, in
// a few minutes and without network. It measures each graph of the official models
// (with random weights) on both, and the differences between their results, does
// the same for whole pictures, and checks that each forced failure of the card
// falls back to the processor. gpucheck.sh runs it.
//
//	gpucheck weights DIR          write the random weights
//	gpucheck devices LIB          list and try the devices
//	gpucheck graphs LIB DIR       graph by graph
//	gpucheck pictures LIB DIR     picture by picture, the built-in models first
//	gpucheck fallbacks LIB DIR    forced failures
//
// LIB is ONNX Runtime's library or its folder. The output is a plain text table.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"time"

	"descry/inference/ort"
	"descry/models/randomweights"
)

// official are the models that are measured.
var official = []string{"blip-base", "maskrcnn-v2", "deeplabv3-resnet101"}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "gpucheck:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	commands := map[string]func(lib, dir string) error{"devices": devices, "graphs": graphs, "pictures": pictures, "fallbacks": fallbacks}
	switch {
	case len(args) == 2 && args[0] == "weights":
		return randomweights.WriteSet(args[1], official, 1)
	case len(args) == 2 && args[0] == "devices":
		return devices(args[1], "")
	case len(args) == 3 && commands[args[0]] != nil:
		return commands[args[0]](args[1], args[2])
	}
	return errors.New("usage: gpucheck weights DIR | devices LIB | graphs LIB DIR | pictures LIB DIR | fallbacks LIB DIR")
}

// open opens the library that lib names.
func open(lib string) (*ort.Library, error) {
	path, _, err := ort.Find(lib, "", "")
	if err != nil {
		return nil, err
	}
	return ort.Open(path)
}

// card returns the best device other than the processor, "" if there is none.
func card(lib *ort.Library) string {
	for _, d := range lib.Devices() {
		if d.ID != ort.DeviceCPU && d.Trouble == nil {
			return d.ID
		}
	}
	return ""
}

// devices prints the devices, and whether an interrupt still arrives once the card
// is in use: its libraries change how signals are handled.
func devices(libPath, _ string) error {
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	lib, err := open(libPath)
	if err != nil {
		return err
	}
	defer lib.Close()
	fmt.Printf("ONNX Runtime %s  %s  %d cores\nproviders %v\n", lib.Version(), lib.Path(), runtime.NumCPU(), lib.Providers())
	auto := ""
	for _, d := range lib.Devices() {
		t := ort.Trial{Trouble: d.Trouble}
		if t.Trouble == nil {
			t = lib.Try(context.Background(), d.ID)
		}
		if t.Trouble != nil {
			fmt.Printf("  %-9s not used (%s): %s\n", d.ID, t.Trouble.Reason, t.Trouble)
			if t.Trouble.Detail != "" {
				fmt.Printf("            %s\n", t.Trouble.Detail)
			}
			continue
		}
		if auto == "" {
			auto = d.ID
		}
		fmt.Printf("  %-9s works, ready in %d ms, then %.2f ms\n", d.ID, t.Load.Milliseconds(), float64(t.Run.Microseconds())/1000)
	}
	fmt.Printf("device chosen by auto: %s\n", auto)
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Signal(os.Interrupt)
	}
	select {
	case <-interrupts:
		fmt.Println("an interrupt arrives: yes")
	case <-time.After(2 * time.Second):
		fmt.Println("an interrupt arrives: NO")
	}
	return err
}
