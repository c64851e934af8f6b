// Command memory measures the memory use of a model's graphs over a weights file,
// each graph and each setting in a child process:
//
//	go run ./tools/memory FILE…
//
// FILE contains BLIP, Mask R-CNN or a segmentation network, in any container; the
// architecture is recognised by its tensors. The output is a Markdown table.
// Megabytes are 10⁶ bytes. "private" is what the process wrote itself and no file
// backs (Private_Dirty of /proc/self/smaps_rollup, minus the value with the runtime
// open and nothing loaded), "peak" is the maximum that was resident at once, mapped
// pages of the file included (VmHWM). The file is in the page cache before a row is
// measured, so "load" is a second start.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"descry/models/weights"
)

// row is one measurement, sent to a child process and back.
type row struct {
	File    string
	Graph   string // one of graphNames, or allGraphs: as the program opens them
	Prepack bool

	Private   int64 // bytes, after loading
	PrivateIn int64 // after running
	Peak      int64 // maximum resident bytes, after loading
	PeakIn    int64 // after running
	Load      float64
	Run       float64 // seconds of one pass
	Note      string
}

func main() {
	child := flag.String("child", "", "")
	library := flag.String("ort", "bin", "ONNX Runtime's library or its folder")
	flag.Usage = func() { fmt.Fprintln(os.Stderr, "usage: memory [-ort PATH] FILE…") }
	flag.Parse()
	if *child != "" {
		fail(runChild(*child, *library))
		return
	}
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	fmt.Println("| file | graph | prepacking | load s | private MB | after a run | peak MB | after a run | peak / file | after a run | run s |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|---|---|")
	over := false
	for _, path := range flag.Args() {
		tooMuch, err := measure(path, *library)
		fail(err)
		over = over || tooMuch
	}
	if over {
		fail(fmt.Errorf("to load as the program does may take at most twice the file resident"))
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "memory:", err)
		os.Exit(1)
	}
}

// measure prints the rows of one file. over reports whether loading as the program
// does takes more than twice the file.
func measure(path, library string) (over bool, err error) {
	f, err := weights.Open(path)
	if err != nil {
		return false, err
	}
	if err := warm(f.Path); err != nil {
		return false, err
	}
	names, err := graphNames(f)
	if err != nil {
		return false, err
	}
	rows := []row{}
	for _, name := range names {
		rows = append(rows, row{File: path, Graph: name}, row{File: path, Graph: name, Prepack: true})
	}
	for _, r := range append(rows, row{File: path, Graph: allGraphs}) {
		got, err := spawn(r, library)
		if err != nil {
			return false, fmt.Errorf("%s, %s: %w", path, r.Graph, err)
		}
		printRow(got, f.Size)
		over = over || r.Graph == allGraphs && got.Peak > 2*f.Size
	}
	return over, nil
}

// warm reads the file into the page cache.
func warm(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(io.Discard, f)
	return err
}

// spawn measures one row in a child process.
func spawn(r row, library string) (row, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return r, err
	}
	self, err := os.Executable()
	if err != nil {
		return r, err
	}
	c := exec.Command(self, "-ort", library, "-child", string(text))
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(out, &r)
}

func printRow(r row, size int64) {
	prepack := map[bool]string{false: "off", true: "on"}[r.Prepack]
	if r.Graph == allGraphs {
		prepack = "as chosen"
	}
	mb := func(n int64) string { return fmt.Sprintf("%.0f", float64(n)/1e6) }
	fmt.Printf("| %s (%s MB) | %s | %s | %.2f | %s | %s | %s | %s | %.2f | %.2f | %.2f |\n", strings.ReplaceAll(filepath.Base(r.File), "|", "_"), mb(size),
		r.Graph, prepack, r.Load, mb(r.Private), mb(r.PrivateIn), mb(r.Peak), mb(r.PeakIn), float64(r.Peak)/float64(size), float64(r.PeakIn)/float64(size), r.Run)
}
