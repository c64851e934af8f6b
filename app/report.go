package app

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/schollz/progressbar/v3"

	"descry/export"
	"descry/inference"
	"descry/internal/atomicfile"
	"descry/internal/failure"
	"descry/internal/message"
)

// reporter writes what comes out of a run: a line a picture on standard output,
// troubles and progress on standard error, and the files of --out.
type reporter struct {
	p    *program
	d    *description
	bar  *progressbar.ProgressBar // nil: none
	coco *export.COCO             // nil: not asked for
	mode atomicfile.Mode
	hint bool             // the one about photographs has been given
	told *failure.Failure // the model's trouble that has been told
}

// newReporter shows a progress bar only to somebody at a terminal who waits for
// more than one picture and does not read the results on the same terminal.
func newReporter(p *program, d *description) *reporter {
	r := &reporter{p: p, d: d, mode: atomicfile.Exclusive}
	if d.flags.overwrite {
		r.mode = atomicfile.Overwrite
	}
	if d.cocoPath() != "" {
		r.coco = export.NewCOCO()
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
func (r *reporter) done(i int, o *outcome) error {
	name := r.d.inputs[i].name
	o.keepAbove(r.d.leastScore(r.p.loaded, o))
	line := export.NewLine(o.result(name))
	if r.d.flags.json {
		text, err := line.Encode()
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(r.p.out, "%s\n", text); err != nil {
			return &outputError{err}
		}
	} else if err := writeForPeople(r.p.out, name, o); err != nil {
		return &outputError{err}
	}
	r.hintAtPhotographs(o)
	r.step()
	return r.writeFiles(i, o, line)
}

// outputError is a standard output that takes nothing more: the run ends.
type outputError struct{ cause error }

func (e *outputError) Error() string { return "standard output: " + e.cause.Error() }
func (e *outputError) Unwrap() error { return e.cause }

// hintAtPhotographs says once, politely, what the built-in models know.
func (r *reporter) hintAtPhotographs(o *outcome) {
	if r.hint || r.d.flags.quiet || r.d.set.Name != "starter" || !looksLikePhoto(o.picture) {
		return
	}
	r.hint = true
	fmt.Fprintln(r.p.err, "descry: note: this looks like a photograph. The built-in models know drawings only, so take what they say of it lightly; --model names others.")
}

// writeFiles writes the files planned for picture i. What could not be written
// is told; the first trouble is given back.
func (r *reporter) writeFiles(i int, o *outcome, line export.Line) error {
	if r.d.files == nil {
		return nil
	}
	if err := os.MkdirAll(r.d.flags.out, 0o755); err != nil {
		return failure.Wrap(failure.Unreadable, "write", r.d.flags.out, err, "Choose another folder with --out.")
	}
	var first error
	var drawn drawing
	for _, info := range export.Formats {
		path, wanted := r.d.files[i][info.Format]
		if !wanted {
			continue
		}
		if err := r.write(info.Format, path, o, line, &drawn); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// write writes one file; a part that was not asked of the models has none.
func (r *reporter) write(f export.Format, path string, o *outcome, line export.Line, drawn *drawing) error {
	switch f {
	case export.FormatPNG, export.FormatJPEG:
		return export.WritePicture(path, drawn.captioned(o), r.mode)
	case export.FormatText:
		if o.caption == nil {
			return nil
		}
		return export.WriteText(path, bestText(o.caption), r.mode)
	case export.FormatJSON:
		return export.WriteLine(path, line, r.mode)
	case export.FormatLabelMap:
		if o.classes == nil {
			return nil
		}
		return export.WriteLabelMap(path, o.classes, r.mode)
	case export.FormatCOCO:
		if o.instances != nil {
			r.coco.Add(line.Image, o.picture.Width, o.picture.Height, o.instances)
		}
	}
	return nil
}

// finish writes what belongs to the whole run.
func (r *reporter) finish() error {
	if r.coco == nil {
		return nil
	}
	if err := os.MkdirAll(r.d.flags.out, 0o755); err != nil {
		return failure.Wrap(failure.Unreadable, "write", r.d.flags.out, err, "Choose another folder with --out.")
	}
	return r.coco.Write(r.d.cocoPath(), r.mode)
}

// keepAbove drops objects below the least score.
func (o *outcome) keepAbove(least float32) {
	if o.instances == nil {
		return
	}
	kept := *o.instances
	kept.Items = nil
	for _, i := range o.instances.Items {
		if i.Score >= least {
			kept.Items = append(kept.Items, i)
		}
	}
	o.instances = &kept
}

// result is the outcome in the form that the JSON line is made of.
func (o *outcome) result(name string) export.Result {
	return export.Result{
		Image: name, Width: o.picture.Width, Height: o.picture.Height,
		Caption: o.caption, Instances: o.instances, Classes: o.classes,
		Timings: export.LineTimings{
			Decode:    o.timings["decode"],
			Caption:   o.timings[string(inference.TaskCaption)],
			Instances: o.timings[string(inference.TaskInstances)],
			Classes:   o.timings[string(inference.TaskClasses)],
		},
	}
}
