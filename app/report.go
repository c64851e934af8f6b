package app

import (
	"fmt"
	"image"
	"os"
	"path/filepath"
	"sync"

	"github.com/schollz/progressbar/v3"

	"descry/export"
	"descry/inference"
	"descry/internal/atomicfile"
	"descry/internal/failure"
	"descry/internal/message"
	"descry/picture"
)

// reporter writes what comes out of a run: a line a picture on standard output,
// troubles and progress on standard error, and the files of --out.
type reporter struct {
	p     *program
	d     *description
	bar   *progressbar.ProgressBar // nil: none
	files *export.Batch            // nil: no files
	hint  bool                     // the one about photographs has been given
	told  *failure.Failure         // the model's trouble that has been told
}

// newReporter shows a progress bar only to somebody at a terminal who waits for
// more than one picture and does not read the results on the same terminal.
func newReporter(p *program, d *description) *reporter {
	r := &reporter{p: p, d: d}
	if d.plan != nil {
		mode := atomicfile.Exclusive
		if d.flags.overwrite {
			mode = atomicfile.Overwrite
		}
		r.files = d.plan.Start(mode)
	}
	if !d.flags.quiet && len(d.inputs) > 1 && isTerminal(p.err) && !isTerminal(p.out) {
		r.bar = progressbar.NewOptions(len(d.inputs), progressbar.OptionSetWriter(p.err),
			progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionSetDescription("describing"))
	}
	return r
}

func (r *reporter) close() {
	if r.bar != nil {
		_ = r.bar.Finish()
	}
}

// starts says which picture is looked at now.
func (r *reporter) starts(i int) {
	if r.bar != nil {
		r.bar.Describe(printable(filepath.Base(r.d.inputs[i].name)))
	}
}

// failed writes the line of a picture that could not be described.
func (r *reporter) failed(i int, f *failure.Failure) {
	r.line(i, f)
	if f.Kind != failure.Cancelled && f != r.told {
		r.trouble(about(r.d.inputs[i].name, f))
	}
	if f.Kind == failure.Model || f.Kind == failure.Memory {
		r.told = f // the same for all that follow: once is enough
	}
	r.step()
}

// about makes a failure one of a picture. What it was about before, a model's
// file, goes into the message.
func about(name string, f *failure.Failure) *failure.Failure {
	g := *f
	if g.Subject != "" && g.Subject != name {
		g.Message = message.Of("%s: %s", g.Subject, g.Message)
	}
	g.Subject = name
	return &g
}

// line writes the JSON line of a picture that could not be described.
func (r *reporter) line(i int, f *failure.Failure) {
	if !r.d.flags.json {
		return
	}
	name := r.d.inputs[i].name
	if text, err := export.NewErrorLine(name, about(name, f)).Encode(); err == nil {
		fmt.Fprintf(r.p.out, "%s\n", text)
	}
}

func (r *reporter) trouble(err error) {
	if r.bar != nil {
		_ = r.bar.Clear()
	}
	fmt.Fprintln(r.p.err, "descry: "+printable(oneLine(err.Error())))
}

// lost tells, once, that a device was given up. The log (deviceLogName) has the
// runtime's own words.
func (r *reporter) lost() {
	for _, l := range r.d.lost {
		if !r.d.flags.quiet {
			r.trouble(fmt.Errorf("note: %s cannot be used: %s. The processor does its work. %s", l.Title, l.Message, l.Hint))
		}
	}
	r.d.lost = nil
}

func (r *reporter) step() {
	if r.bar != nil {
		_ = r.bar.Add(1)
	}
}

// done writes the line and the files of a picture that was described. Files
// that could not be written are the error; the line stands all the same.
func (r *reporter) done(i int, pic *picture.Picture, found *inference.Description) error {
	shown := found.Above(r.d.leastScore(r.p.loaded, found.Instances))
	if r.d.flags.json {
		text, err := export.NewLine(shown).Encode()
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(r.p.out, "%s\n", text); err != nil {
			return &outputError{err}
		}
	} else if err := writeForPeople(r.p.out, &shown); err != nil {
		return &outputError{err}
	}
	r.hintAtPhotographs(pic)
	r.step()
	return r.writeFiles(i, pic, shown)
}

// outputError is a standard output that takes nothing more: the run ends.
type outputError struct{ cause error }

func (e *outputError) Error() string { return "standard output: " + e.cause.Error() }
func (e *outputError) Unwrap() error { return e.cause }

// hintAtPhotographs says once, politely, what the built-in models know.
func (r *reporter) hintAtPhotographs(pic *picture.Picture) {
	if r.hint || r.d.flags.quiet || r.d.set.Name != "starter" || !looksLikePhoto(pic) {
		return
	}
	r.hint = true
	fmt.Fprintln(r.p.err, "descry: note: this looks like a photograph. The built-in models know drawings only, so take what they say of it lightly; --model names others.")
}

// writeFiles writes the files planned for picture i and returns the first error.
func (r *reporter) writeFiles(i int, pic *picture.Picture, shown inference.Description) error {
	if r.files == nil {
		return nil
	}
	if err := r.makeFolder(); err != nil {
		return err
	}
	draw := sync.OnceValues(func() (*image.RGBA, error) { return captioned(pic, &shown), nil })
	return r.files.Picture(i, export.Picture{Description: shown, Draw: draw})
}

// finish writes the files of the whole run.
func (r *reporter) finish() error {
	if r.files == nil || len(r.d.plan.Run) == 0 {
		return nil
	}
	if err := r.makeFolder(); err != nil {
		return err
	}
	return r.files.Finish()
}

// makeFolder makes the folder of --out.
func (r *reporter) makeFolder() error {
	if err := os.MkdirAll(r.d.flags.out, 0o755); err != nil {
		return failure.Wrap(failure.Unwritable, "write", r.d.flags.out, err, "Choose another folder with --out.")
	}
	return nil
}
