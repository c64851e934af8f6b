package cli

import (
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"sync"

	"github.com/schollz/progressbar/v3"

	"descry/describe"
	"descry/export"
	"descry/inference"
	"descry/internal/atomicfile"
	"descry/internal/failure"
	"descry/internal/message"
	"descry/picture"
)

// reporter writes the results of a run: a line per picture on standard output, errors
// and progress on standard error, and the files of --out.
type reporter struct {
	p     *program
	d     *describeRun
	bar   *progressbar.ProgressBar // nil: none
	files *export.Batch            // nil: no files
	hint  bool                     // the hint about photographs was printed
	model *failure.Failure         // the failure of a model, printed already

	unwritten int // described pictures with a file that could not be written

	mu   sync.Mutex
	lost []*inference.DeviceLost // devices given up, not reported yet
}

// newReporter returns the reporter of a run. It shows a progress bar only on a
// terminal, for more than one picture, and if the results go elsewhere.
func newReporter(p *program, d *describeRun) *reporter {
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
			progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionSetDescription(message.Sprintf("describing")))
	}
	return r
}

func (r *reporter) close() {
	if r.bar != nil {
		_ = r.bar.Finish()
	}
}

// Started implements describe.Events. It shows the name of the current picture.
func (r *reporter) Started(i int) {
	if r.bar != nil {
		r.bar.Describe(printable(filepath.Base(r.d.inputs[i].Name)))
	}
}

// Described implements describe.Events. It prints the line even if a file cannot be
// written; only an error of standard output ends the run.
func (r *reporter) Described(i int, o *describe.Outcome) error {
	r.printLost()
	err := r.done(i, o)
	var closed *outputError
	if errors.As(err, &closed) {
		return err
	}
	if err != nil {
		r.unwritten++
		r.trouble(failure.Of(err, failure.Unwritable))
	}
	return nil
}

// Failed implements describe.Events. It prints the line of a picture that could not be
// described.
func (r *reporter) Failed(i int, f *failure.Failure) {
	r.printLost()
	r.line(i, f)
	if f.Kind != failure.Cancelled && f != r.model {
		r.trouble(about(r.d.inputs[i].Name, f))
	}
	if f.Kind == failure.Model || f.Kind == failure.Memory {
		r.model = f // all following pictures have the same one, which is printed once
	}
	r.step()
}

// about returns f with a picture as its subject. The former subject, a model's file,
// goes into the message.
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
	name := r.d.inputs[i].Name
	if text, err := export.NewErrorLine(name, about(name, f)).Encode(); err == nil {
		fmt.Fprintf(r.p.out, "%s\n", text)
	}
}

func (r *reporter) trouble(err error) {
	if r.bar != nil {
		_ = r.bar.Clear()
	}
	say(r.p.err, "descry: %s", printable(oneLine(err.Error())))
}

// onDeviceLost records a lost device until the current picture is done.
func (r *reporter) onDeviceLost(l *inference.DeviceLost) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lost = append(r.lost, l)
}

// printLost reports lost devices, each once. The log of devices has ONNX Runtime's own
// messages.
func (r *reporter) printLost() {
	r.mu.Lock()
	lost := r.lost
	r.lost = nil
	r.mu.Unlock()
	for _, l := range lost {
		if !r.d.flags.quiet {
			r.trouble(failure.Worded(nil, "note: %s cannot be used: %s. Using the processor instead. %s", l.Title, l.Message, l.Hint))
		}
	}
}

func (r *reporter) step() {
	if r.bar != nil {
		_ = r.bar.Add(1)
	}
}

// done writes the line and the files of a described picture. It returns an error if a
// file cannot be written; the line is written anyway.
func (r *reporter) done(i int, o *describe.Outcome) error {
	shown := o.Found.Above(r.d.leastScore(r.p.services.Settings, o.Found.Instances))
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
	r.hintAtPhotographs(o.Picture)
	r.step()
	return r.writeFiles(i, o.Picture, shown)
}

// outputError is an error of standard output. It ends the run.
type outputError struct{ cause error }

func (e *outputError) Error() string { return message.Sprintf("standard output: %s", e.cause) }
func (e *outputError) Unwrap() error { return e.cause }

// hintAtPhotographs prints once that the built-in models know only drawings.
func (r *reporter) hintAtPhotographs(pic *picture.Picture) {
	if r.hint || r.d.flags.quiet || r.d.set.Name != "starter" || !describe.LooksLikePhoto(pic) {
		return
	}
	r.hint = true
	say(r.p.err, "descry: note: this looks like a photograph. The built-in models know drawings only, so expect mistakes; choose others with --model.")
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

// finish writes the files that cover the whole run.
func (r *reporter) finish() error {
	if r.files == nil || len(r.d.plan.Run) == 0 {
		return nil
	}
	if err := r.makeFolder(); err != nil {
		return err
	}
	return r.files.Finish()
}

// makeFolder creates the folder of --out.
func (r *reporter) makeFolder() error {
	if err := os.MkdirAll(r.d.flags.out, 0o755); err != nil {
		return failure.Wrap(failure.Unwritable, "write", r.d.flags.out, err, "Choose another folder with --out.")
	}
	return nil
}
