package app

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"descry/inference"
	"descry/inference/speed"
	"descry/internal/failure"
	"descry/internal/machine"
	"descry/models/catalogue"
	"descry/models/store"
	"descry/models/transfer"
	"descry/ui/state/core"
	modelstate "descry/ui/state/models"
)

// keeper does the window's effects on the store of models: it lists, fetches,
// checks, removes, takes in. Its methods block and are called from any goroutine.
type keeper struct {
	p       *program
	library string // the flag --ort
	measure *measurer

	mu      sync.Mutex
	running map[uint64]*keeping
	early   map[uint64]bool // told to stop before they had begun
	gauged  bool
}

// keeping is a download or check under way.
type keeping struct {
	model  string
	cancel context.CancelFunc
	ended  chan struct{}
}

func newKeeper(p *program, library string, m *measurer) *keeper {
	return &keeper{p: p, library: library, measure: m, running: map[uint64]*keeping{}, early: map[uint64]bool{}}
}

// keep does one effect; it reports whether it was one of the store's.
func (k *keeper) keep(ctx context.Context, e core.Effect, send func(core.Action)) bool {
	switch e := e.(type) {
	case modelstate.List:
		v := k.p.inventory()
		send(modelstate.Listed{Inventory: v})
		if e.Speed && !timed(v) && k.gauge(ctx) {
			send(modelstate.Listed{Inventory: k.p.inventory()})
		}
	case modelstate.Pull:
		k.run(ctx, e.Pull, e.Model, send, func(ctx context.Context, s *store.Store, tell func(store.Progress)) error {
			if e.Repair {
				_, err := s.Verify(ctx, []string{e.Model}, true, tell)
				return err
			}
			return s.Pull(ctx, []string{e.Model}, tell)
		})
	case modelstate.Verify:
		k.run(ctx, e.Pull, e.Model, send, func(ctx context.Context, s *store.Store, tell func(store.Progress)) error {
			return verified(s.Verify(ctx, []string{e.Model}, false, tell))
		})
	case modelstate.StopPull:
		k.stop(e.Pull)
	case modelstate.Remove:
		err := k.remove(e.Model)
		k.measure.say(measured{Event: "removed", Name: e.Model})
		send(modelstate.Removed{Model: e.Model, Failure: failure.Of(err, failure.Model)})
	case modelstate.Import:
		names, err := k.take(ctx, e.Paths)
		k.measure.say(measured{Event: "imported", Name: strings.Join(names, ",")})
		send(modelstate.Imported{Models: names, Failure: failure.Of(err, failure.Model)})
	default:
		return false
	}
	return true
}

// verified makes an error of files that are not as they should be.
func verified(verdicts []store.Verdict, err error) error {
	for _, v := range verdicts {
		if err == nil && !v.OK {
			return failure.New(failure.Model, "check", v.File, "%s: %s", v.File, v.Problem).WithHint("Repair it: only what is damaged is fetched again.")
		}
	}
	return err
}

// run does a download or check and tells how it goes, until it is over.
func (k *keeper) run(ctx context.Context, id uint64, model string, send func(core.Action), work func(context.Context, *store.Store, func(store.Progress)) error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	job := &keeping{model: model, cancel: cancel, ended: make(chan struct{})}
	k.mu.Lock()
	if k.early[id] {
		cancel()
		delete(k.early, id)
	}
	k.running[id] = job
	k.mu.Unlock()
	s, err := k.p.openStore("", false)
	if err == nil {
		var fast transfer.Meter
		err = work(ctx, s, func(p store.Progress) {
			if p.Stage == store.Done || p.Stage == store.Failed {
				return
			}
			send(modelstate.PullProgressed{Pull: id, Progress: progressOf(p, rate(&fast, p, time.Now()))})
		})
	}
	if ctx.Err() != nil && err != nil {
		err = failure.New(failure.Cancelled, "download", model, "it was stopped")
	}
	k.mu.Lock()
	delete(k.running, id)
	close(job.ended)
	k.mu.Unlock()
	f := failure.Of(err, failure.Model)
	line := measured{Event: "kept", Name: model}
	if f != nil {
		line = measured{Event: "not-kept", Name: model + ": " + f.Error()}
	}
	k.measure.say(line)
	send(modelstate.PullEnded{Pull: id, Failure: f})
}

// timed reports whether the seconds of any model are known.
func timed(v modelstate.Inventory) bool {
	return slices.ContainsFunc(v.Models, func(m modelstate.Model) bool { return m.Seconds > 0 && !m.Measured })
}

// gauge lets a second process measure what this machine computes in a second: the
// library cannot be opened twice in one. It is tried once; it reports whether it worked.
func (k *keeper) gauge(ctx context.Context) bool {
	k.mu.Lock()
	tried := k.gauged
	k.gauged = true
	k.mu.Unlock()
	exe, err := os.Executable()
	if tried || err != nil {
		return false
	}
	args := []string{gaugeCommand}
	if k.library != "" {
		args = append(args, "--ort", k.library)
	}
	if err := exec.CommandContext(ctx, exe, args...).Run(); err != nil {
		return false // then no seconds are told
	}
	return true
}

// stop ends a download or check, also one whose effect has not been begun yet.
func (k *keeper) stop(id uint64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if job, ok := k.running[id]; ok {
		job.cancel()
		return
	}
	k.early[id] = true
}

// remove waits for what runs for a model, which was told to end, and removes it.
// It is finished also while the window closes.
func (k *keeper) remove(model string) error {
	k.mu.Lock()
	var jobs []*keeping
	for _, job := range k.running {
		if job.model == model {
			job.cancel()
			jobs = append(jobs, job)
		}
	}
	k.mu.Unlock()
	for _, job := range jobs {
		<-job.ended
	}
	s, err := k.p.openStore("", true)
	if err != nil {
		return err
	}
	_, err = s.Remove(context.Background(), []string{model})
	return err
}

// take takes files into the store and names the models that they gave.
func (k *keeper) take(ctx context.Context, paths []string) ([]string, error) {
	s, err := k.p.openStore("", true)
	if err != nil {
		return nil, err
	}
	report, err := s.Import(ctx, paths, false, nil)
	if f := failure.Of(err, failure.Model); f != nil {
		if slices.ContainsFunc(report.Models, func(m store.Imported) bool { return len(m.Missing) > 0 }) {
			f = f.WithHint("Import it too, or press Resume in the model's row: only what is missing is fetched.")
		}
		return nil, f
	}
	var names []string
	for _, m := range report.Models {
		if m.Item.Usable() {
			names = append(names, m.Item.Name)
		}
	}
	if len(names) == 0 {
		return nil, failure.New(failure.Model, "import", strings.Join(paths, ", "), "this holds no weights of a model in the list").WithHint("Choose the weights as they were published, with the model's other files beside them; descry fidelity FILE says what a file is.")
	}
	return names, nil
}

// stages are the store's stages as the window knows them.
var stages = map[store.Stage]modelstate.Stage{
	store.Waiting: modelstate.StageWaiting, store.Looking: modelstate.StageLooking, store.Receiving: modelstate.StageReceiving,
	store.Checking: modelstate.StageChecking, store.Retrying: modelstate.StageRetrying, store.Copying: modelstate.StageCopying, store.Unpacking: modelstate.StageUnpacking,
}

func progressOf(p store.Progress, perSecond float64) modelstate.Progress {
	s := modelstate.Progress{Stage: stages[p.Stage], Done: p.Done, Total: p.Total, PerSecond: perSecond}
	if s.Stage == modelstate.StageRetrying {
		s.Note = oneLine(p.Note)
	}
	return s
}

// rate notes how far a transfer is and gives its speed in bytes a second; 0
// until there is enough to tell, and while nothing is received.
func rate(m *transfer.Meter, p store.Progress, now time.Time) float64 {
	if p.Stage != store.Receiving {
		m.Pause()
		return 0
	}
	m.Add(now, p.Done)
	return m.Speed()
}

// inventory tells the window what models there are, what is here, and what room
// the machine has.
func (p *program) inventory() modelstate.Inventory {
	c, _ := p.catalogueOf("") // what is wrong with the file is said below
	v := modelstate.Inventory{Others: p.ownSets(p.loaded.Model, c), Folder: p.dirs.Models()}
	s, err := p.openStore("", false)
	if err != nil { // the catalogue file is at fault: nothing is fetched until it is mended
		v.Closed = oneLine(err.Error())
		return v
	}
	if off := os.Getenv("DESCRY_OFFLINE"); off != "" && off != "0" {
		v.Closed = "DESCRY_OFFLINE is set, so nothing is downloaded."
	}
	s.Seconds = p.seconds
	list := s.List()
	v.Disk = list.OnDisk
	for _, i := range list.Items {
		if m, ok := s.Catalogue.Model(i.Name); ok && i.Catalogued && s.RunsHere(m) {
			v.Models = append(v.Models, storedModel(m, i))
		}
	}
	for _, set := range s.Catalogue.Sets {
		title, about, _ := strings.Cut(set.Title, ":")
		if about == "" {
			title = ""
		}
		v.Sets = append(v.Sets, modelstate.Set{Name: set.Name, Title: strings.ToUpper(set.Name[:1]) + set.Name[1:] + " models", About: title, Models: set.Names()})
	}
	if free, err := machine.FreeDisk(v.Folder); err == nil {
		v.Free = int64(min(free, 1<<62))
	}
	if _, free, err := machine.Memory(); err == nil {
		v.Memory = int64(min(free, 1<<62))
	}
	return v
}

// seconds is the book of speeds, with what another process has measured since.
func (p *program) seconds(model string, gmac float64, device string) (float64, bool) {
	if s, measured := p.speeds().Seconds(model, gmac, device); s > 0 {
		return s, measured
	}
	book, err := speed.Open(p.dirs.Speed())
	if err != nil {
		return 0, false
	}
	return book.Seconds(model, gmac, device)
}

// storedModel is a catalogue entry and what is here of it, as the window tells it.
func storedModel(m catalogue.Model, i store.Item) modelstate.Model {
	keeps := map[store.State]modelstate.Keep{store.Partial: modelstate.KeepPartial, store.Ready: modelstate.KeepReady, store.InPlace: modelstate.KeepReady, store.Damaged: modelstate.KeepDamaged}
	x := modelstate.Model{
		Name: m.Name, Title: strings.TrimSuffix(i.Title, " (boxes only)"), About: i.About, Licence: m.Licence, Text: m.LicenceText, Source: i.Source,
		Revision: i.Revision, Bytes: i.Bytes, Pinned: i.Pinned, Memory: i.Memory, Seconds: i.Seconds, Measured: i.Measured,
		Keep: modelstate.KeepAbsent, Here: i.Done, Disk: i.OnDisk,
	}
	x.Boxes = strings.HasPrefix(m.Architecture, "fasterrcnn")
	if m.For != catalogue.ForRuntime {
		x.Task = inference.Task(m.For)
	}
	if keep, ok := keeps[i.State]; ok {
		x.Keep = keep
	}
	if x.About == "" {
		x.About = "From a catalogue file."
	}
	if i.State == store.InPlace {
		x.Place = i.Place
	}
	if i.State == store.Damaged {
		x.Problem = failure.New(failure.Model, "load", m.Name, "%s", i.Problem).WithHint("Repair it: only what is damaged is fetched again.")
	}
	return x
}
