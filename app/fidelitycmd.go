package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/shirou/gopsutil/v4/process"
	"github.com/spf13/cobra"

	"descry/inference"
	"descry/inference/pipeline"
	"descry/internal/failure"
	"descry/models"
	"descry/models/catalogue"
	"descry/models/identify"
	"descry/picture"
	"descry/resources"
)

// fidelityFlags are those of descry fidelity.
type fidelityFlags struct {
	runtime       runtimeFlags
	json          bool
	noHash, noRun bool
	all           bool
}

// fidelityReport is what descry fidelity says of a file.
type fidelityReport struct {
	identify.Report
	SHA256 string     `json:"sha256,omitempty"`
	Known  *knownFile `json:"known,omitempty"` // the official file that this is
	Run    *trialRun  `json:"run,omitempty"`
}

// knownFile is an entry of the catalogue.
type knownFile struct {
	Model  string `json:"model"`
	File   string `json:"file"`
	Pinned bool   `json:"pinned"` // the whole sum is known, and not its beginning alone
}

// trialRun is one run on a built-in sample.
type trialRun struct {
	Picture     string  `json:"picture"`
	Result      string  `json:"result"`
	LoadSeconds float64 `json:"load_seconds"`
	Seconds     float64 `json:"seconds"`
	MemoryBytes uint64  `json:"memory_bytes,omitempty"` // resident, after the run, of which mapped pages of the file are a part
	Device      string  `json:"device"`
	Threads     int     `json:"threads"`
}

func (p *program) fidelityCommand() *cobra.Command {
	var f fidelityFlags
	c := &cobra.Command{
		Use:   "fidelity FILE",
		Short: "Say what a file of weights is, and run it once",
		Long: `Says what a file of weights is: its container, types and sizes, the architecture
it belongs to, tensors that are missing, of another shape or left over, and
whether it is a published file, by its SHA-256. Then it is run once on a sample
picture. Nothing of the file is executed, and nothing of it is changed.
Exit code 0 when a model can be made of it, 3 otherwise.`,
		Example: `  descry fidelity maskrcnn_resnet50_fpn_coco-bf2d0c1e.pth
  descry fidelity --no-run pytorch_model.bin
  descry fidelity --json --no-hash model.safetensors`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage(fmt.Sprintf("fidelity takes one file, not %d", len(args)), "Write descry fidelity FILE.")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return p.fidelity(f, args[0]) },
	}
	c.Flags().BoolVar(&f.json, "json", false, "as JSON, with every name")
	c.Flags().BoolVar(&f.noHash, "no-hash", false, "do not compute the SHA-256")
	c.Flags().BoolVar(&f.noRun, "no-run", false, "do not run it")
	c.Flags().BoolVar(&f.all, "all", false, "list every missing and unexpected tensor")
	f.runtime.add(c)
	return c
}

// fidelity looks at a file and tells about it.
func (p *program) fidelity(f fidelityFlags, path string) error {
	if err := f.runtime.check(); err != nil {
		return err
	}
	r := fidelityReport{}
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
		text, err := json.MarshalIndent(r, "", "  ")
		if err == nil {
			_, err = fmt.Fprintln(p.out, string(text))
		}
		if err != nil {
			return err
		}
	} else if _, err := io.WriteString(p.out, r.text(f)); err != nil {
		return err
	}
	if !r.Runs() {
		return &toldError{codeModel}
	}
	return nil
}

// hashed computes the SHA-256, with progress for somebody at a terminal.
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

// interruptible is a reader that ends with a context.
type interruptible struct {
	ctx context.Context
	io.Reader
}

// Read returns the context's error once it has ended.
func (r interruptible) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(b)
}

// knownSum finds the catalogue's file of that sum: the whole of it, or, where no
// more is known, its beginning, which torchvision writes into its file names.
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

// tryOnce makes a model of the file and shows it a built-in sample.
func (p *program) tryOnce(f runtimeFlags, r identify.Report) (*trialRun, error) {
	library, err := p.openLibrary(f)
	if err != nil {
		return nil, err
	}
	defer library.Close()
	set, done, err := trialSet(r)
	if err != nil {
		return nil, err
	}
	defer done()
	sample := resources.Samples()[0]
	pic, err := picture.Decode(p.ctx, strings.NewReader(string(sample.PNG)), int64(len(sample.PNG)), sample.Name, picture.DefaultLimits())
	if err != nil {
		return nil, err
	}
	threads := f.threads
	if threads == 0 {
		threads = runtime.NumCPU()
	}
	opener := pipeline.NewOpener(library, func(string) (*models.Set, error) { return set, nil })
	opener.Memory = f.memoryCheck()
	engine, err := opener.Open(p.ctx, r.Path, f.device, threads)
	if err != nil {
		return nil, err
	}
	defer engine.Close()
	start := time.Now()
	if err := engine.Load(p.ctx, inference.Task(r.Task)); err != nil {
		return nil, err
	}
	t := &trialRun{Picture: sample.Title, LoadSeconds: time.Since(start).Seconds()}
	start = time.Now()
	t.Result, err = runTask(p.ctx, engine, inference.Task(r.Task), inference.Picture{Name: pic.Name, Width: pic.Width, Height: pic.Height, Pix: pic.RGB})
	if err != nil {
		return nil, err
	}
	t.Seconds = time.Since(start).Seconds()
	t.Device, t.Threads = engine.Device()
	t.MemoryBytes = resident()
	return t, nil
}

// resident is this process's resident memory in bytes, 0 where it is not known.
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
