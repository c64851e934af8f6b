package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"descry/export"
	"descry/internal/failure"
	"descry/internal/message"
	"descry/models/weights"
	"descry/picture"
)

// inspectFlags are the flags of descry inspect.
type inspectFlags struct {
	runtime       runtimeFlags
	json          bool
	noHash, noRun bool
	all           bool
}

func (p *program) inspectCommand() *cobra.Command {
	var f inspectFlags
	c := &cobra.Command{
		Use:     "inspect FILE…",
		Aliases: []string{"fidelity"},
		Short:   "Identify a picture or a weights file",
		Long: `Says what files are, by their content and not their names.

Of a picture: its format, size, orientation and colour profile, and the SHA-256 of
its pixels as the models see them (upright, 8-bit RGB, without transparency). With
--json that is one object per line, in the order of the arguments; a picture that
cannot be read has the line that describe prints.

Of a file of weights: its container, types and sizes, the architecture it belongs
to, tensors that are missing, of another shape or left over, and whether it is a
published file, by its SHA-256. Then it is run once on a sample picture. Nothing
of the file is executed, and nothing of it is changed.

Exit codes: 0 all can be read, 1 a picture cannot, 3 no model can be made of
a file of weights.`,
		Example: `  descry inspect harbour.png
  descry inspect --json *.jpg > pictures.jsonl
  descry inspect maskrcnn_resnet50_fpn_coco-bf2d0c1e.pth
  descry inspect --no-run pytorch_model.bin
  descry inspect --json --no-hash model.safetensors`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return usage("no file named").WithHint("Write descry inspect FILE.")
			case slices.Contains(args, "-"):
				return usage("inspect does not read standard input").WithHint("Save the picture to a file and name that.")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return p.inspect(f, args) },
	}
	c.Flags().BoolVar(&f.json, "json", false, "as JSON: one object per line for pictures, with every name for weights")
	c.Flags().BoolVar(&f.noHash, "no-hash", false, "do not compute the SHA-256 of weights")
	c.Flags().BoolVar(&f.noRun, "no-run", false, "do not run weights")
	c.Flags().BoolVar(&f.all, "all", false, "list every missing and unexpected tensor")
	f.runtime.add(c)
	return c
}

// inspect inspects each file. It reports a bad one on standard error and goes on.
func (p *program) inspect(f inspectFlags, paths []string) error {
	if err := f.runtime.check(); err != nil {
		return err
	}
	code := codeDone
	for _, path := range paths {
		err := p.inspectFile(f, path)
		if err == nil {
			continue
		}
		if p.ctx.Err() != nil {
			return err
		}
		code = max(code, p.finish(err))
	}
	if code != codeDone {
		return &reportedError{code}
	}
	return nil
}

// inspectFile inspects one file as a picture or as weights, by its content. For a
// file of which that tells nothing, the name decides. With --json a picture that
// cannot be read has a line too, as of describe.
func (p *program) inspectFile(f inspectFlags, path string) error {
	if weighs(path) {
		return p.inspectWeights(f, path)
	}
	r, err := inspectPicture(p.ctx, path, p.limits(0))
	if err != nil {
		if f.json {
			if line, bad := export.NewErrorLine(path, err).Encode(); bad == nil {
				fmt.Fprintf(p.out, "%s\n", line)
			}
		}
		return err
	}
	if !f.json {
		_, err = io.WriteString(p.out, r.text(path))
		return err
	}
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.out, "%s\n", line)
	return err
}

// weightsEndings are the usual endings of weights.
var weightsEndings = []string{".safetensors", ".bin", ".pth", ".pt", ".onnx"}

// weighs reports whether path is to be inspected as weights: a file that begins as
// weights do, or one that is not a picture by content or name. What is not a file,
// or cannot be read, is a picture that cannot be read.
func weighs(path string) bool {
	info, err := os.Stat(path)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist) && slices.Contains(weightsEndings, strings.ToLower(filepath.Ext(path)))
	}
	if !info.Mode().IsRegular() {
		return false
	}
	return weights.Recognise(path) || !picture.Recognise(path) && !picture.IsPictureName(path)
}

// pictureReport is the report of descry inspect on a picture.
type pictureReport struct {
	Format      string   `json:"format"` // "jpeg", "png", …
	Width       int      `json:"width"`  // upright
	Height      int      `json:"height"`
	Orientation int      `json:"orientation"` // as stored in the file, 1 to 8
	Profile     string   `json:"profile"`     // the description of the ICC profile
	Warnings    []string `json:"warnings"`
	RGB         string   `json:"rgb_sha256"`
}

// inspectPicture decodes a picture as for the models and reads its profile.
func inspectPicture(ctx context.Context, path string, l picture.Limits) (*pictureReport, error) {
	pic, err := picture.Open(ctx, path, l)
	if err != nil {
		return nil, err
	}
	name, embedded, err := picture.ProfileName(ctx, path)
	if err != nil {
		return nil, failure.Of(err, failure.Unreadable)
	}
	sum := sha256.Sum256(pic.RGB)
	r := &pictureReport{Format: strings.ToLower(pic.Format), Width: pic.Width, Height: pic.Height, Orientation: max(1, pic.Orientation),
		Profile: name, Warnings: []string{}, RGB: hex.EncodeToString(sum[:])}
	if embedded && name == "" {
		r.Warnings = append(r.Warnings, message.Sprintf("the embedded colour profile has no name that can be read"))
	}
	return r, nil
}

// text returns the report for people.
func (r *pictureReport) text(path string) string {
	var b strings.Builder
	line := func(name, text string) { fmt.Fprintf(&b, "%-12s %s\n", name, printable(text)) }
	line(message.Sprintf("file"), short(path))
	line(message.Sprintf("format"), r.Format)
	line(message.Sprintf("size"), message.Sprintf("%d × %d pixels", r.Width, r.Height))
	line(message.Sprintf("orientation"), strconv.Itoa(r.Orientation))
	if r.Profile != "" {
		line(message.Sprintf("profile"), r.Profile)
	}
	for _, w := range r.Warnings {
		line(message.Sprintf("warning"), w)
	}
	line("RGB SHA-256", r.RGB)
	return b.String()
}
