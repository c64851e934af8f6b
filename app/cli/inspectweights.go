package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"strings"

	"github.com/schollz/progressbar/v3"
	"github.com/shirou/gopsutil/v4/process"

	"descry/describe"
	"descry/inference"
	"descry/internal/failure"
	"descry/models/catalogue"
	"descry/models/identify"
	"descry/picture"
	"descry/resources"
)

// weightsReport is the report of descry inspect on a file of weights.
type weightsReport struct {
	identify.Report
	SHA256 string     `json:"sha256,omitempty"`
	Known  *knownFile `json:"known,omitempty"` // the official file with the same sum
	Run    *trialRun  `json:"run,omitempty"`
}

// knownFile is an entry of the catalogue.
type knownFile struct {
	Model  string `json:"model"`
	File   string `json:"file"`
	Pinned bool   `json:"pinned"` // the whole sum is known, not only its first digits
}

// trialRun is one run on a built-in sample.
type trialRun struct {
	Picture     string  `json:"picture"`
	Result      string  `json:"result"`
	LoadSeconds float64 `json:"load_seconds"`
	Seconds     float64 `json:"seconds"`
	MemoryBytes uint64  `json:"memory_bytes,omitempty"` // resident after the run, including mapped pages of the file
	Device      string  `json:"device"`
	Threads     int     `json:"threads"`
}

// inspectWeights prints the report on a file of weights.
func (p *program) inspectWeights(f inspectFlags, path string) error {
	r := weightsReport{}
	var err error
	if r.Report, err = identify.Identify(path); err != nil {
		return err
	}
	if !f.noHash {
		if r.SHA256, err = p.hashed(path, r.Bytes); err != nil {
			return err
		}
		r.Known = knownSum(catalogue.Official(), r.SHA256)
	}
	if r.Runs() && !f.noRun {
		if r.Run, err = p.tryOnce(f.runtime, r.Report); err != nil {
			return err
		}
	}
	if f.json {
		if err := writeJSON(p.out, r); err != nil {
			return err
		}
	} else if _, err := io.WriteString(p.out, r.text(f)); err != nil {
		return err
	}
	if !r.Runs() {
		return &reportedError{codeModel}
	}
	return nil
}

// hashed returns the SHA-256 of a file. It shows a progress bar on a terminal.
func (p *program) hashed(path string, size int64) (string, error) {
	in, err := os.Open(path)
	if err != nil {
		return "", failure.Wrap(failure.Model, "read", path, err, "")
	}
	defer in.Close()
	sum := sha256.New()
	var to io.Writer = sum
	if isTerminal(p.err) && size > 64<<20 {
		bar := progressbar.NewOptions64(size, progressbar.OptionSetWriter(p.err), progressbar.OptionShowBytes(true),
			progressbar.OptionClearOnFinish(), progressbar.OptionSetDescription("SHA-256"))
		defer bar.Finish()
		to = io.MultiWriter(sum, bar)
	}
	if _, err := io.Copy(to, interruptible{p.ctx, in}); err != nil {
		return "", failure.Wrap(failure.Model, "read", path, err, "")
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// interruptible is a reader that stops when its context ends.
type interruptible struct {
	ctx context.Context
	io.Reader
}

// Read returns the context's error once the context has ended.
func (r interruptible) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(b)
}

// knownSum returns the catalogue's file with a given sum, or nil. It compares the
// whole sum, or its first digits if only those are known (torchvision writes them
// into its file names).
func knownSum(c catalogue.Catalogue, sum string) *knownFile {
	for _, m := range c.Models {
		for _, f := range m.Files {
			if f.SHA256 == sum {
				return &knownFile{m.Name, f.Name, true}
			}
			if f.SHA256 == "" && f.Starts != "" && strings.HasPrefix(sum, f.Starts) {
				return &knownFile{m.Name, f.Name, false}
			}
		}
	}
	return nil
}

// tryOnce runs the file as a model on a built-in sample.
func (p *program) tryOnce(f runtimeFlags, r identify.Report) (*trialRun, error) {
	set, done, err := trialSet(r)
	if err != nil {
		return nil, err
	}
	defer done()
	options := f.options()
	options.Trial = set
	runtime := p.services.NewRuntime(options)
	defer runtime.Close()
	if _, err := runtime.Open(); err != nil {
		return nil, err
	}
	task, none := inference.Task(r.Task), ""
	runner := describe.Runner{Worker: runtime, Options: describe.Options{
		Tasks: []inference.Task{task}, Model: r.Path, Device: f.device, Threads: f.threadsOrAll(),
		Caption: inference.CaptionOptions{Prompt: &none}, Limits: picture.DefaultLimits(),
	}}
	o, err := runner.Describe(p.ctx, describe.Samples()[0])
	if err != nil {
		return nil, err
	}
	t := o.Found.Timings
	return &trialRun{
		Picture: resources.Samples()[0].Title, Result: trialResult(&o.Found), LoadSeconds: o.LoadMS / 1000, Seconds: (t.Caption + t.Instances + t.Classes) / 1000,
		Device: o.Found.Device, Threads: o.Found.Threads, MemoryBytes: resident(),
	}, nil
}

// resident returns this process's resident memory in bytes, or 0 if it is unknown.
func resident() uint64 {
	self, err := process.NewProcess(int32(os.Getpid()))
	if err != nil {
		return 0
	}
	info, err := self.MemoryInfo()
	if err != nil {
		return 0
	}
	return info.RSS
}
