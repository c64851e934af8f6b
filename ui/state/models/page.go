package models

import (
	"regexp"
	"strings"

	"descry/inference"
	"descry/internal/failure"
	"descry/internal/message"
	"descry/ui/state/core"
)

// groupTitles are what is said of the models for each task.
var groupTitles = []struct {
	task  inference.Task
	title string
}{
	{inference.TaskCaption, "Captions"},
	{inference.TaskInstances, "Objects"},
	{inference.TaskClasses, "Class map"},
	{"", "Acceleration"},
}

func (s view) showModels() Page {
	sheet := Page{
		Title: "Models", Close: core.CloseButton("Done"),
		Heads:  []string{"Name", "Size", "Licence", "Time per picture", "State"},
		Disk:   s.diskText(),
		Folder: core.Button{Text: "Open folder", Tip: message.Sprintf("Open the folder of the models: %s", core.Short(s.inventory.Folder, s.Home)), Enabled: s.inventory.Folder != "", Do: FolderShown{}},
		Import: core.Button{Text: "Import file…", Tip: "Add model files from this computer; each is recognised by its content", Enabled: !s.importing, Do: ImportAsked{}},
		Offline: core.Button{Text: "Stay offline", Tip: "Never use the network; Descry needs it only to download models",
			Enabled: s.inventory.Closed == "", On: s.offline(), Do: OfflineToggled{}},
		Note: s.inventory.Closed,
	}
	switch {
	case s.licence != "":
		sheet.Licence = s.showLicence()
		sheet.Title = sheet.Licence.Title
		return sheet
	case s.offer.open():
		sheet.Offer = s.showOffer()
		sheet.Title = sheet.Offer.Title
		return sheet
	}
	if s.importing {
		sheet.Import.Text = "Importing…"
	}
	s.showTold(&sheet)
	for _, set := range s.inventory.Sets {
		sheet.Sets = append(sheet.Sets, s.showSet(set))
	}
	for _, g := range groupTitles {
		if rows := s.modelRows(g.task); len(rows) > 0 {
			sheet.Groups = append(sheet.Groups, Group{Title: g.title, Rows: rows})
		}
	}
	return sheet
}

// showTold says what has come, and what came of an import.
func (s view) showTold(sheet *Page) {
	for _, n := range s.Notices() {
		if n.About == (arrival{}) || n.About == (check{}) {
			sheet.Told = n.Text
		}
	}
	if s.importTold.text != "" {
		sheet.Told = s.importTold.text
	}
	if b := s.Again; b.Do != nil {
		if sheet.Told == "" {
			sheet.Told = "The open pictures were described with the previous models."
		}
		sheet.ToldDo = b
	}
	if f := s.importTold.failure; f != nil {
		sheet.Trouble = troubleOf(f, "")
	}
}

func (s view) diskText() string {
	if s.inventory.Free > 0 {
		return message.Sprintf("Models use %s; %s free", sizeText(s.inventory.Disk), sizeText(s.inventory.Free))
	}
	return message.Sprintf("Models use %s", sizeText(s.inventory.Disk))
}

func (s view) showSet(set Set) SetCard {
	card := SetCard{Name: set.Name, Title: set.Title, On: s.inUse(set)}
	var titles []string
	var models []Model
	for _, name := range set.Models {
		if m := s.inventory.Model(name); m.Name != "" {
			titles = append(titles, m.Title)
			models = append(models, m)
		}
	}
	card.Text = strings.Join(titles, " · ")
	card.Facts = core.JoinParts(append([]string{set.About}, s.costs(models)...))
	missing := s.missing(set)
	b := core.Button{Enabled: true, Do: SetOffered{set.Name}}
	switch {
	case card.On:
		b.Text, b.Tip, b.Enabled = "In use", "These models are in use", false
	case len(missing) == 0:
		b.Text, b.Tip = "Use these", "Use these models from now on"
	case s.coming(missing):
		b.Text, b.Tip, b.Enabled = "Downloading…", "These models are being downloaded", false
	default:
		b.Text = message.Sprintf("%s (%s)", set.Title, downloadText(missing))
		b.Tip = "See size and licence before downloading"
	}
	card.Get = b
	return card
}

// costs says what models take: a picture's time, memory.
func (s view) costs(models []Model) []string {
	var parts []string
	seconds, measured, memory := sumCosts(models)
	if seconds > 0 {
		parts = append(parts, message.Sprintf("%s per picture", speedText(seconds, measured)))
	}
	if memory > 0 {
		parts = append(parts, message.Sprintf("%s of memory", sizeText(memory)))
	}
	return parts
}

// sumCosts adds up what models take when all of them run. 0: not known of one.
func sumCosts(models []Model) (seconds float64, measured bool, memory int64) {
	measured = true
	for _, m := range models {
		if m.Seconds <= 0 {
			seconds = -1
		}
		if seconds >= 0 {
			seconds += m.Seconds
		}
		measured = measured && m.Measured
		memory += m.Memory
	}
	return max(seconds, 0), measured, memory
}

// modelRows are the lines of one task: what is built in or a folder, then the catalogue.
func (s view) modelRows(t inference.Task) []Row {
	var rows []Row
	for _, o := range s.inventory.Others {
		if t == "" || !hasTask(o.Tasks, t) {
			continue
		}
		row := Row{Name: o.Spec, Title: o.Name, About: core.Sentence(o.Description), State: "Ready", Good: true, Part: -1, Use: s.useButton(o.Spec, t)}
		if o.Drawings {
			row.Size, row.About = "built in", "Knows drawings only."
		}
		if row.Use.On {
			row.State = "In use"
		}
		if n := o.Bytes[t]; n > 0 {
			row.Size = sizeText(n)
		}
		if o.Place != "" {
			row.State = message.Sprintf("%s, from %s", row.State, core.Short(o.Place, s.Home))
		}
		rows = append(rows, row)
	}
	for _, m := range s.inventory.Models {
		if m.Task == t {
			rows = append(rows, s.modelRow(m))
		}
	}
	if detector := s.using.Name(inference.TaskInstances); t == inference.TaskClasses && s.outlines(detector) {
		row := Row{Name: ObjectsOf, Title: "From the objects", About: "Made from the outlined objects; needs no model.", State: "Ready", Good: true, Part: -1, Use: s.useButton(ObjectsOf+detector, t)}
		if row.Use.On {
			row.State = "In use"
		}
		rows = append(rows, row)
	}
	return rows
}

func hasTask(all []inference.Task, t inference.Task) bool {
	for _, has := range all {
		if has == t {
			return true
		}
	}
	return false
}

// useButton chooses a model for a task.
func (s view) useButton(name string, t inference.Task) core.Button {
	if t == "" {
		return core.Button{}
	}
	here := s.available(name, t)
	b := core.Button{Text: message.Sprintf("Use %s", s.titleOf(name)), Tip: taskWords[t].use, Enabled: here, On: here && s.using.Name(t) == name, Do: Chosen{t, name}}
	if !here {
		b.Tip = "Download it first"
	}
	return b
}

// taskWords hold what is said of a task: what a choice does, and which model does
// the task.
var taskWords = map[inference.Task]struct {
	use string
	by  func(title string) message.Text
}{
	inference.TaskCaption:   {"Use this model for captions", func(title string) message.Text { return message.Of("captions by %s", title) }},
	inference.TaskInstances: {"Use this model for objects", func(title string) message.Text { return message.Of("objects by %s", title) }},
	inference.TaskClasses:   {"Use this model for the class map", func(title string) message.Text { return message.Of("class map by %s", title) }},
}

func (s view) modelRow(m Model) Row {
	row := Row{
		Name: m.Name, Title: m.Title, About: m.About, Size: sizeText(m.Bytes), Part: -1,
		Use:     s.useButton(m.Name, m.Task),
		Licence: core.Button{Text: m.Licence, Tip: "Read the licence", Enabled: m.Text != "", Do: LicenceShown{m.Name}},
	}
	if m.Bytes == 0 {
		row.Size = "–"
	}
	if m.Seconds > 0 {
		row.Speed, row.SpeedTip = speedText(m.Seconds, m.Measured), "Measured on this computer"
		if !m.Measured {
			row.SpeedTip = "Estimated from this computer's speed; measured once it has run"
		}
	}
	s.showKeep(&row, m)
	return row
}

// showKeep says how far a model is and what can be done with it.
func (s view) showKeep(row *Row, m Model) {
	p := s.pull(m.Name)
	act := func(text, tip string, do core.Action, enabled bool) {
		row.Acts = append(row.Acts, core.Button{Text: text, Tip: tip, Enabled: enabled, Do: do})
	}
	switch {
	case s.leaving(m.Name):
		row.State = "Removed"
		act("Undo", message.Sprintf("Keep %s", m.Title), RemovalUndone{m.Name}, true)
	case p.model != "":
		s.showPull(row, m, p)
	case m.Keep == KeepReady:
		row.State, row.Good = "Ready", true
		if len(s.usedFor(m.Name)) > 0 {
			row.State = "In use"
		}
		if m.Place != "" {
			row.State = message.Sprintf("%s, from %s", row.State, m.Place)
		}
		act("Verify", "Compare every file with the published one", VerifyAsked{m.Name}, true)
		act("Remove", "Remove it; you can download it again", RemovalAsked{m.Name}, true)
	case m.Keep == KeepDamaged:
		row.State = "Damaged"
		row.Trouble = &Trouble{Text: "A file differs from the published one."}
		if m.Problem != nil {
			row.Trouble = troubleOf(m.Problem, m.Name)
		}
		act("Repair", "Download the damaged files again", PullResumed{m.Name}, !s.offline())
		act("Remove", "Remove it; you can download it again", RemovalAsked{m.Name}, true)
	case m.Keep == KeepPartial:
		row.State, row.Part = partText(m.Here, m.Bytes, "Paused"), part(m.Here, m.Bytes)
		act("Resume", "Download the rest", PullResumed{m.Name}, !s.offline())
		act("Remove", "Delete what has been downloaded", RemovalAsked{m.Name}, true)
	default:
		row.State = "Not downloaded"
		tip := "See size and licence before downloading"
		if s.offline() {
			tip = "Turn off Stay offline first, or import it from a file"
		}
		act("Download…", tip, Offered{m.Name}, !s.offline())
	}
}

// showPull says how far a download or check is.
func (s view) showPull(row *Row, m Model, p pull) {
	row.Part = part(p.progress.Done, p.progress.Total)
	row.Moving = p.failure == nil && p.goes && (p.verify || !s.offline())
	act := func(text, tip string, do core.Action, enabled bool) {
		row.Acts = append(row.Acts, core.Button{Text: text, Tip: tip, Enabled: enabled, Do: do})
	}
	switch {
	case p.failure != nil:
		row.State = partText(p.progress.Done, p.progress.Total, "Stopped")
		row.Trouble = troubleOf(p.failure, m.Name)
		act("Retry", "Try again; what has been downloaded is kept", PullResumed{m.Name}, !s.offline())
		act("Remove", "Delete what has been downloaded", RemovalAsked{m.Name}, true)
	case p.verify:
		row.State = partText(p.progress.Done, p.progress.Total, "Checking")
		act("Stop", "Stop checking", PullPaused{m.Name}, p.goes)
	case !p.goes:
		row.State = partText(p.progress.Done, p.progress.Total, "Paused")
		act("Resume", "Download the rest", PullResumed{m.Name}, !s.offline())
		act("Remove", "Delete what has been downloaded", RemovalAsked{m.Name}, true)
	case s.offline():
		row.State = partText(p.progress.Done, p.progress.Total, "Waiting: offline")
		act("Pause", "Do not resume automatically", PullPaused{m.Name}, true)
	default:
		row.State = pullText(p)
		act("Pause", "Stop for now; what has been downloaded is kept", PullPaused{m.Name}, true)
	}
}

// longHash is a hash as programs write it; people compare its first digits.
var longHash = regexp.MustCompile(`\b([0-9a-f]{8})[0-9a-f]{24,}\b`)

// troubleOf says an error in the row of its model, which need not be named again.
func troubleOf(f *failure.Failure, model string) *Trouble {
	subject := f.Subject
	if model != "" {
		subject = strings.TrimLeft(strings.TrimPrefix(subject, model), ", /")
	}
	return &Trouble{Text: shortHashes(core.ExplainOf(f, subject)), Hint: shortHashes(f.Hint.String())}
}

// shortHashes cuts the hashes in a text.
func shortHashes(text string) string {
	text = longHash.ReplaceAllString(text, "$1…")
	if rest, twice := strings.CutSuffix(text, "…."); twice {
		return message.Sprintf("%s…", rest)
	}
	return text
}

// pullText says what a running download does.
func pullText(p pull) string {
	switch p.progress.Stage {
	case StageChecking:
		return partText(p.progress.Done, p.progress.Total, "Checking")
	case StageCopying:
		return partText(p.progress.Done, p.progress.Total, "Copying")
	case StageLooking:
		return "Looking on this computer…"
	case StageUnpacking:
		return "Unpacking…"
	case StageRetrying:
		return noted("Retrying soon", p.progress.Note)
	case StageWaiting:
		return noted("Waiting for another Descry window", p.progress.Note)
	case StageReceiving:
		return progressText(p.progress)
	}
	return "Connecting…"
}

func noted(text, note string) string {
	if note == "" {
		return text
	}
	return message.Sprintf("%s: %s", text, note)
}

// showCard says on the start page what the built-in models do not know.
func (s view) showCard() *Card {
	set, ok := s.offeredSet()
	if !ok || s.Settings().CardTold || !s.model().Drawings || s.coming(s.missing(set)) {
		return nil
	}
	return &Card{
		Text:  "The built-in models know drawings only.",
		Get:   core.Button{Text: message.Sprintf("Get the %s (%s) to describe photographs", strings.ToLower(set.Title), downloadText(s.missing(set))), Tip: "See size and licence before downloading", Enabled: true, Do: SetOffered{set.Name}},
		Close: core.Button{Text: "Not now", Tip: "Dismiss; find them under Models", Enabled: true, Do: CardClosed{}},
	}
}

// Better returns what helps somebody whom the built-in models do not serve: a
// button that offers the best set, none while that is coming, and whether there
// are other models to choose from.
func (s *State) Better(env Env) (get core.Button, others bool) {
	v := view{s, env}
	set, ok := v.offeredSet()
	if ok && !v.coming(v.missing(set)) {
		get = core.Button{Text: v.getText(set), Tip: "See size and licence before downloading", Enabled: true, Do: SetOffered{set.Name}}
	}
	return get, ok || len(s.inventory.Others) > 1
}

// offeredSet is the best set, if there is any of which something is not here.
func (s view) offeredSet() (Set, bool) {
	if len(s.inventory.Sets) == 0 {
		return Set{}, false
	}
	set := s.inventory.Sets[0]
	return set, len(s.missing(set)) > 0
}

// getText asks for a set by name and size.
func (s view) getText(set Set) string {
	return message.Sprintf("Get the %s (%s)", strings.ToLower(set.Title), downloadText(s.missing(set)))
}

// Downloads tells of the downloads that run.
type Downloads struct {
	N       int
	Titles  []string // of the models
	Percent string   // of all of them; empty: not known
	Text    string   // "37 % · 12 MB/s · 2 min left"
	Part    float64  // 0 … 1
}

// Downloads returns what is to be said of the downloads that run.
func (s *State) Downloads(env Env) Downloads {
	v := view{s, env}
	sum, n := v.pulling()
	d := Downloads{N: n}
	if n > 0 {
		d.Text, d.Part = progressText(sum), part(sum.Done, sum.Total)
	}
	if sum.Total > 0 {
		d.Percent = percentText(sum.Done, sum.Total)
	}
	for _, p := range s.pulls {
		if p.goes && !p.verify && p.failure == nil {
			d.Titles = append(d.Titles, v.titleOf(p.model))
		}
	}
	return d
}
