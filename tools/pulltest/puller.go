package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"descry/internal/atomicfile"
	"descry/internal/failure"
	"descry/models/arch"
	"descry/models/transfer"
	"descry/network"
)

// childVariable holds the childOrder of a process that is to pull and be killed.
const childVariable = "DESCRY_PULLTEST_CHILD"

// childOrder holds what a child is to do. It pulls several files at once.
type childOrder struct {
	Requests []transfer.Request
	Stall    time.Duration
	Retries  int
	Brisk    bool // waits are shortened to a hundredth
}

// child pulls the files of the order and prints each failure as a line of JSON. It
// returns the exit code, the number of failures.
func child(text string) int {
	var o childOrder
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		fmt.Println(err)
		return 99
	}
	through := network.New(os.Getenv)
	through.Stall = o.Stall
	c := &transfer.Client{Network: through, Retries: o.Retries}
	if o.Brisk {
		c.Wait = func(ctx context.Context, d time.Duration) error {
			return transfer.Sleep(ctx, d/100)
		}
	}
	var group errgroup.Group
	group.SetLimit(3)
	var failed atomic.Int32
	for _, req := range o.Requests {
		group.Go(func() error {
			_, err := c.Fetch(context.Background(), req, nil)
			var f *failure.Failure
			if errors.As(err, &f) {
				failed.Add(1)
				json.NewEncoder(os.Stdout).Encode(f)
			}
			return nil
		})
	}
	group.Wait() // no goroutine returns an error
	return int(failed.Load())
}

// puller starts the process that pulls the files into the folder.
type puller interface {
	command(ctx context.Context, files []*standIn) (*exec.Cmd, error)
	// place returns the final path of a file.
	place(f *standIn) string
}

// ownPuller is this program itself: package transfer without a store around it.
type ownPuller struct {
	dir, url string
	o        childOrder
}

func (p ownPuller) place(f *standIn) string { return filepath.Join(p.dir, f.name) }

func (p ownPuller) command(ctx context.Context, files []*standIn) (*exec.Cmd, error) {
	p.o.Requests = nil
	for _, f := range files {
		p.o.Requests = append(p.o.Requests, transfer.Request{URL: p.url + "/" + f.name, Path: p.place(f), Bytes: f.size, SHA256: f.sum})
	}
	text, err := json.Marshal(p.o)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), childVariable+"="+string(text))
	return cmd, nil
}

// descryPuller is the real program: descry models pull, with a catalogue of the
// stand-ins whose addresses DESCRY_MIRROR redirects to the server.
type descryPuller struct {
	binary, dir, url string
}

// model returns the catalogue's name of a stand-in's model.
func (p descryPuller) model(f *standIn) string { return fmt.Sprintf("stand-in-%d", f.seed) }

func (p descryPuller) place(f *standIn) string {
	found, _ := filepath.Glob(filepath.Join(p.dir, "*", "models", p.model(f), "*", f.name))
	if len(found) != 1 {
		return filepath.Join(p.dir, "absent", f.name)
	}
	return found[0]
}

func (p descryPuller) command(ctx context.Context, files []*standIn) (*exec.Cmd, error) {
	type file struct {
		Name   string `json:"name"`
		URL    string `json:"url"`
		Role   string `json:"role"`
		Bytes  int64  `json:"bytes"`
		SHA256 string `json:"sha256"`
	}
	type model struct {
		Name         string `json:"name"`
		For          string `json:"for"`
		Architecture string `json:"architecture"`
		Licence      string `json:"licence"`
		Files        []file `json:"files"`
	}
	var catalogue struct {
		Format int     `json:"format"`
		Models []model `json:"models"`
	}
	catalogue.Format = 1
	args := []string{"models", "pull", "--yes", "--json", "--catalogue", filepath.Join(p.dir, "catalogue.json")}
	for _, f := range files {
		catalogue.Models = append(catalogue.Models, model{
			Name: p.model(f), For: "classes", Architecture: arch.NameDeepLabV3ResNet, Licence: "unknown",
			Files: []file{{f.name, "https://weights.example/" + f.name, "weights", f.size, f.sum}},
		})
		args = append(args, p.model(f))
	}
	text, err := json.Marshal(catalogue)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(p.dir, 0o777); err != nil {
		return nil, err
	}
	write := func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	}
	// Replaced in one step, as another puller may be reading it.
	if err := atomicfile.Write(filepath.Join(p.dir, "catalogue.json"), atomicfile.Overwrite, write); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, p.binary, args...)
	cmd.Env = append(os.Environ(), "DESCRY_HOME="+p.dir, "DESCRY_MIRROR="+p.url, "HF_HOME="+p.dir+"/none", "TORCH_HOME="+p.dir+"/none")
	return cmd, nil
}
