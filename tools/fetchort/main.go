// Command fetchort downloads ONNX Runtime's shared library for this system to a
// folder: from the official release, else from the npm package onnxruntime-node. A
// library is kept only if its SHA-256 is the pinned one.
//
//	go run ./tools/fetchort -out bin [-cache DIR]
//
// With -cache the library is also kept there, and copied from there the next time.
// The command needs only Go's standard library, so it runs before anything is
// installed.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"time"
)

func main() {
	out := flag.String("out", "bin", "folder that gets the library")
	cache := flag.String("cache", "", "folder where a copy is kept")
	release := flag.String("release", releaseBase, "address of the official releases")
	timeout := flag.Duration("timeout", 10*time.Minute, "time for the whole fetch")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, *timeout)
	defer cancel()
	system := runtime.GOOS + "/" + runtime.GOARCH
	if err := fetch(ctx, system, *out, *cache, *release, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "fetchort:", err)
		os.Exit(1)
	}
}

// fetch puts system's library into out. It looks for it, in this order, in out
// itself, in cache, at the release address and at npm.
func fetch(ctx context.Context, system, out, cache, release string, log *os.File) error {
	lib, ok := libraries[system]
	if !ok {
		return fmt.Errorf("no ONNX Runtime is pinned for %s. Build or install version 1.24 or newer and name it with --ort or DESCRY_ORT", system)
	}
	target := filepath.Join(out, lib.name)
	if lib.known(target) {
		return nil
	}
	kept := ""
	if cache != "" {
		kept = filepath.Join(cache, lib.name)
		if lib.known(kept) {
			return copyFile(kept, target)
		}
	}
	fmt.Fprintf(log, "Fetching ONNX Runtime for %s from %s …\n", system, release)
	err := lib.fromRelease(ctx, release, target)
	if err != nil {
		fmt.Fprintf(log, "  %v\nFetching it from the npm package %s instead …\n", err, npmPackage)
		if nerr := lib.fromNPM(ctx, target); nerr != nil {
			return fmt.Errorf("ONNX Runtime could not be fetched.\n  From the release: %v\n  From npm: %v\nInstall npm (Debian, Ubuntu: apt-get install npm) or name a library of version 1.24 or newer with DESCRY_ORT", err, nerr)
		}
	}
	if kept != "" {
		if err := copyFile(target, kept); err != nil {
			fmt.Fprintf(log, "  no copy kept: %v\n", err)
		}
	}
	fmt.Fprintf(log, "ONNX Runtime is in %s\n", target)
	return nil
}
