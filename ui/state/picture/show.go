package picture

import (
	"descry/inference/words"
	"descry/internal/message"
	"descry/settings"
	"descry/ui/state/core"
)

// Content is what the page shows.
type Content struct {
	Canvas Canvas
	Panel  Panel
}

// Show returns the page.
func (s Scene) Show() Content { return Content{s.showCanvas(), s.showPanel()} }

// Name returns what the visible picture is called; empty on the start page.
func (s Scene) Name() string { return s.visible().name }

// Place says where the visible picture stands among those that can be walked
// through: "2 of 30"; empty where it is the only one.
func (s Scene) Place() string {
	if n := s.walk.count; n > 1 {
		return message.Sprintf("%d of %d", s.walk.at+1, n)
	}
	return ""
}

// Percent returns how much of the work on the visible picture is done, once that
// takes a while.
func (s Scene) Percent() (percent int, busy bool) {
	total, done := s.progress()
	return 100 * done / max(total, 1), s.shownBusy() && total > 0
}

// StaleHere reports whether the panel says that the visible picture was described
// by other models.
func (s Scene) StaleHere() bool {
	return s.current != 0 && !s.Settings().PanelHidden && s.anyStale(s.visible().key)
}

// NoticeButtons returns what can be done about a notice of the pictures.
func (s Scene) NoticeButtons(n core.Notice) (all []core.Button) {
	if stop, stopped := n.About.(blocked); stopped {
		tip := core.Plural(len(stop.replaces), message.Of("Overwrite the existing file"), message.Of("Overwrite the existing files"))
		all = append(all, core.Button{Text: "Replace", Tip: tip, Enabled: true, Do: Replaced{n.ID}})
	}
	return all
}

// progress counts the steps of the visible picture: decoding, and one for each
// task that the model set has.
func (s Scene) progress() (total, done int) {
	p := s.visible()
	res := s.found()
	total = 1
	if p.phase != decoding {
		done = 1
	}
	for at := range SlotAlternatives {
		if !s.canRun(SlotTasks[at]) {
			continue
		}
		total++
		if p.phase == ready && (res.has(at) || res.failure[at] != nil) {
			done++
		}
	}
	return total, done
}

// taskWords are what is said of each slot: while it runs, and short for the status bar.
var taskWords = [Slots]struct{ running, short, title string }{
	{"Writing a caption…", "caption", "Could not write a caption"},
	{"Looking for objects…", "objects", "Could not look for objects"},
	{"Making the class map…", "classes", "Could not make the class map"},
	{"Looking for alternatives…", "alternatives", ""},
}

// StatusText tells what runs, else how long it took.
func (s Scene) StatusText() string {
	p := s.visible()
	switch {
	case p.id == 0:
		return "Ready"
	case p.phase == decoding:
		return message.Sprintf("Opening %s…", p.name)
	case p.phase == failed:
		return "Not opened"
	}
	var parts []string
	res := s.found()
	for at := range SlotAlternatives {
		word := taskWords[at].short
		switch d := res.done[at]; {
		case s.running(p.key, at):
			parts = append(parts, message.Sprintf("%s…", word))
		case d != nil && res.has(at):
			parts = append(parts, message.Sprintf("%s %s", word, seconds(d.Milliseconds)))
		case res.failure[at] != nil:
			parts = append(parts, message.Sprintf("no %s", word))
		}
	}
	if s.running(p.key, SlotAlternatives) {
		parts = append(parts, message.Sprintf("%s…", taskWords[SlotAlternatives].short))
	}
	if n := s.ahead(); n > 0 {
		parts = append(parts, core.Plural(n, message.Of("preparing the next picture"), message.Of("preparing the next %d pictures", n)))
	}
	return core.JoinParts(parts)
}

// ahead counts the neighbours that are being decoded or described.
func (s Scene) ahead() int {
	n := 0
	for _, p := range s.pictures {
		if p.id != s.current && s.wants(p, false) {
			n++
		}
	}
	return n
}

// showCanvas says what stands in the middle.
func (s Scene) showCanvas() Canvas {
	f := s.frame()
	c := Canvas{
		Hover: s.hover, Selected: s.selected, View: s.view, Zoom: zoomText(s.view, f),
		ZoomIn: s.Rest.Command(core.CommandZoomIn, "+"), ZoomOut: s.Rest.Command(core.CommandZoomOut, "−"),
		Fit: s.Rest.Command(core.CommandFit, "Fit"), Actual: s.Rest.Command(core.CommandActual, "1:1"),
		Opacity: Slider{Label: "Opacity", Tip: "How strongly objects and classes are coloured", Text: words.Percent(s.Settings().Opacity),
			Value: s.Settings().Opacity, Least: 0, Most: 1, Step: 0.01, Enabled: s.HasPixels()},
		Score: Slider{Label: "Minimum confidence", Tip: "Show only objects the model is at least this sure of", Text: words.Percent(s.score()),
			Value: s.score(), Least: settings.LeastScore, Most: settings.MostScore, Step: 0.01, Enabled: s.HasPixels()},
		Busy: s.showBusy(),
	}
	p := s.visible()
	switch p.phase {
	case ready:
		c.Picture, c.Width, c.Height = p.id, p.width, p.height
		c.Items = s.items()
		if classes := s.shownClasses(); classes != nil {
			c.Classes, c.HideClass, c.Pointed = classes, s.found().hideClass, s.showPointed()
		}
	case failed:
		c.Failure = s.showDecodeFailure(p)
	}
	c.Style = s.style(c.Items)
	return c
}

// shownBusy reports whether what runs has taken long enough to be told.
func (s Scene) shownBusy() bool {
	return s.Busy() && !s.busySince.IsZero() && s.Now().Sub(s.busySince) >= busyAfter
}

func (s Scene) showBusy() *Busy {
	if !s.shownBusy() {
		return nil
	}
	b := &Busy{Elapsed: message.Sprintf("%.1f s", s.Now().Sub(s.busySince).Seconds()), Stop: s.Rest.Command(core.CommandStop, "")}
	if p := s.visible(); p.phase == decoding {
		b.Text = message.Sprintf("Opening %s…", p.name)
		return b
	}
	loading := false
	for _, j := range s.jobs {
		if j.picture == s.current {
			loading = loading || j.loading
			if b.Text == "" || j.slot == SlotCaption {
				b.Text = taskWords[j.slot].running
			}
		}
	}
	if loading {
		b.Text = "Loading the models…"
	}
	return b
}
