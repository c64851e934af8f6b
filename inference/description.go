package inference

// Description is all that is known of one picture: what the models found, what a
// person wrote, and how long it took. Window, command line and exporters share
// it. A part that is nil was not asked for, or is not there yet.
type Description struct {
	Image         string // as given: a path, or the name of a picture that is no file
	Name          string // in a list of pictures
	Key           string // content hash; empty where nobody needs it
	Width, Height int    // pixels, after EXIF orientation
	Caption       *Caption
	SoFar         string  // the caption while it is being generated
	Own           *string // a person's own caption, which may be empty; nil: none
	Instances     *Instances
	Classes       *Classes
	Timings       Timings
	Device        string // what ran the last job; empty: none ran
	Threads       int
	Warnings      []string // about the picture's file
}

// Timings are milliseconds by task, model loading apart; 0: not run.
type Timings struct {
	Decode, Caption, Instances, Classes float64
}

// Set sets the time of a task.
func (t *Timings) Set(task Task, milliseconds float64) {
	switch task {
	case TaskCaption:
		t.Caption = milliseconds
	case TaskInstances:
		t.Instances = milliseconds
	case TaskClasses:
		t.Classes = milliseconds
	}
}

// Take files one event of a job of this picture. It returns the failure of a job
// that failed.
func (d *Description) Take(task Task, e Event) error {
	switch e.Kind {
	case KindToken:
		d.SoFar = e.Token.Text
	case KindCaption:
		d.Caption, d.SoFar = e.Caption, ""
	case KindInstances:
		d.Instances = e.Instances
	case KindClasses:
		d.Classes = e.Classes
	case KindDone:
		d.Timings.Set(task, e.Done.Milliseconds)
		d.Device, d.Threads = e.Done.Device, e.Done.Threads
	case KindFailed:
		return e.Failure
	}
	return nil
}

// Text returns the best caption: the person's own, else the model's best, else
// what has been generated so far.
func (d *Description) Text() string {
	switch {
	case d.Own != nil:
		return *d.Own
	case d.Caption != nil && len(d.Caption.Hypotheses) > 0:
		return d.Caption.Hypotheses[0].Text
	}
	return d.SoFar
}

// Has reports whether a task's part is there. A caption may be a person's own, or
// not complete yet.
func (d *Description) Has(task Task) bool {
	switch task {
	case TaskCaption:
		return d.Caption != nil || d.Own != nil || d.SoFar != ""
	case TaskInstances:
		return d.Instances != nil
	case TaskClasses:
		return d.Classes != nil
	}
	return false
}

// Above returns d without the objects below a score. What d holds stays as it is.
func (d Description) Above(least float32) Description {
	if d.Instances == nil {
		return d
	}
	kept := *d.Instances
	kept.Items = nil
	for _, i := range d.Instances.Items {
		if i.Score >= least {
			kept.Items = append(kept.Items, i)
		}
	}
	d.Instances = &kept
	return d
}
