// Command fidelity compares Descry with the official code, at full size: it runs
// every model that tools/reference/full has built on the same pictures, compares
// each stage with the reference, and prints one table. It fails if any difference
// exceeds its bound.
//
//	go run ./tools/fidelity [-dir build/fidelity] [-out docs/fidelity.md] [MODEL …]
//
// Results are stored next to the references and reused by the next run, unless the
// program or the reference has changed.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"descry/inference"
	"descry/inference/ort"
	"descry/inference/pipeline"
	"descry/internal/atomicfile"
	"descry/models"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "fidelity:", err)
		os.Exit(1)
	}
}

// harness is one run of the comparison.
type harness struct {
	dir     string
	build   string // hash of this program
	lib     *ort.Library
	threads int
	fresh   bool

	anyBuild bool
	keptOnly bool
}

func run(ctx context.Context) error {
	h := &harness{}
	library := flag.String("ort", os.Getenv("DESCRY_ORT"), "the ONNX Runtime library, or its folder")
	out := flag.String("out", "", "also write the table to this file, as Markdown")
	flag.StringVar(&h.dir, "dir", filepath.Join("build", "fidelity"), "where tools/reference/full has put models and references")
	flag.IntVar(&h.threads, "threads", 2, "threads")
	flag.BoolVar(&h.anyBuild, "any-build", false, "take up what another build of this program compared, too")
	flag.BoolVar(&h.keptOnly, "kept", false, "compare nothing anew: the table of what was compared")
	flag.BoolVar(&h.fresh, "fresh", false, "compare again what was compared by this very program already")
	flag.Parse()
	path, _, err := ort.Find(*library, "bin", "")
	if err != nil {
		return err
	}
	if h.lib, err = ort.Open(path); err != nil {
		return err
	}
	defer h.lib.Close()
	if h.build, err = programHash(); err != nil {
		return err
	}
	table, err := h.compareAll(ctx, flag.Args())
	if err != nil {
		return err
	}
	if err := table.write(os.Stdout); err != nil {
		return err
	}
	if *out != "" {
		err := atomicfile.Write(*out, atomicfile.Overwrite, func(w io.Writer) error { return table.document(w, h.dir) })
		if err != nil {
			return err
		}
	}
	if n := table.over(); n > 0 {
		return fmt.Errorf("%d comparisons are over their bounds", n)
	}
	return nil
}

// programHash returns a hash of the running program: results of another build are
// not reused.
func programHash() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil))[:16], nil
}

// compareAll compares every container of every model found, or of those named.
func (h *harness) compareAll(ctx context.Context, only []string) (*table, error) {
	folders, err := filepath.Glob(filepath.Join(h.dir, "models", "*", "*", models.SetFile))
	if err != nil || len(folders) == 0 {
		return nil, errors.Join(err, fmt.Errorf("%s holds no models; tools/reference/full/build.py makes them", h.dir))
	}
	pictures, err := readPictures(h.dir)
	if err != nil {
		return nil, err
	}
	t, before := &table{}, ""
	for _, file := range folders {
		folder := filepath.Dir(file)
		model, container := filepath.Base(filepath.Dir(folder)), filepath.Base(folder)
		if len(only) > 0 && !slices.Contains(only, model) {
			continue
		}
		references, err := filepath.Glob(filepath.Join(h.dir, "reference", model, "*.json"))
		if err != nil {
			return nil, err
		}
		if model == before { // the same numbers in another container
			references = references[:min(len(references), picturesAgain)]
		}
		s := subject{model, container, folder, model == before}
		if err := h.container(ctx, t, s, references, pictures); err != nil {
			return nil, err
		}
		before = model
	}
	if slices.Contains(t.models(), "blip-base-fp16") && len(only) == 0 {
		return t, h.halves(t)
	}
	return t, nil
}

// subject is one container of one model.
type subject struct {
	model, container, folder string
	again                    bool // another container of this model was compared in full
}

// picturesAgain is the number of pictures for the second container of a model.
const picturesAgain = 2

// container compares one container on all pictures that have a reference.
func (h *harness) container(ctx context.Context, t *table, s subject, references []string, pictures map[string]testPicture) error {
	runner := &runner{harness: h, subject: s, pictures: pictures}
	defer runner.close()
	for _, reference := range references {
		name := strings.TrimSuffix(filepath.Base(reference), ".json")
		stored := filepath.Join(h.dir, "results", s.model, s.container, name+".json")
		if r, ok := h.loadResult(stored, reference); ok {
			t.add(s, r)
			continue
		}
		if h.keptOnly {
			continue
		}
		start := time.Now()
		r := result{Form: resultForm, Build: h.build, Picture: name}
		if err := runner.compare(ctx, reference, &r); err != nil {
			if ctx.Err() != nil {
				return err
			}
			r.Failed = err.Error()
		}
		r.Seconds = time.Since(start).Seconds()
		t.add(s, r)
		fmt.Fprintf(os.Stderr, "%s %s %s: %.1f s%s\n", s.model, s.container, name, r.Seconds, r.summary())
		if err := saveResult(stored, r); err != nil {
			return err
		}
	}
	return nil
}

// loadResult returns a stored result of this program, if it is newer than its reference.
func (h *harness) loadResult(path, reference string) (result, bool) {
	var r result
	made, err := os.Stat(reference)
	if err != nil || h.fresh {
		return r, false
	}
	info, err := os.Stat(path)
	if err != nil || info.ModTime().Before(made.ModTime()) || readJSON(path, &r) != nil {
		return r, false
	}
	return r, r.Form == resultForm && (r.Build == h.build || h.anyBuild)
}

func saveResult(path string, r result) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return atomicfile.Write(path, atomicfile.Overwrite, func(w io.Writer) error { return json.NewEncoder(w).Encode(r) })
}

func readJSON(path string, into any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// runner runs one container; the engine is opened for the first picture that needs
// it.
type runner struct {
	*harness
	subject
	pictures map[string]testPicture
	engine   inference.Engine
	set      *models.Set
}

func (r *runner) close() {
	if r.engine != nil {
		_ = r.engine.Close()
	}
}

// compare runs one picture and fills in into.
func (r *runner) compare(ctx context.Context, reference string, into *result) error {
	if r.engine == nil {
		set, err := models.LoadSet(r.folder)
		if err != nil {
			return err
		}
		opener := pipeline.NewOpener(r.lib, func(string) (*models.Set, error) { return set, nil })
		if r.engine, err = opener.Open(ctx, r.folder, ort.DeviceCPU, r.threads); err != nil {
			return err
		}
		r.set = set
	}
	p, ok := r.pictures[into.Picture]
	if !ok {
		return fmt.Errorf("there is no picture %s", into.Picture)
	}
	c, err := newComparison(ctx, r, p, reference, into)
	if err != nil {
		return err
	}
	switch {
	case r.set.Caption != nil:
		return c.caption()
	case r.set.Instances != nil:
		return c.instances()
	}
	return c.classes()
}
