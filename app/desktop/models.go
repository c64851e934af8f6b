package desktop

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"descry/app/services"
	"descry/internal/failure"
	"descry/models/store"
	"descry/models/transfer"
	"descry/ui/state/core"
	modelstate "descry/ui/state/models"
)

// modelEffects performs the window's effects on the store of models: list, download,
// verify, remove, import. Its methods block and may be called from any goroutine.
type modelEffects struct {
	services *services.Services
	options  services.WindowOptions
	timeline *timeline

	mu      sync.Mutex
	running map[uint64]*transferJob
	early   map[uint64]bool // stopped before they had begun
	timed   bool            // measuring the speed was tried
}

// transferJob is a download or check under way.
type transferJob struct {
	model  string
	cancel context.CancelFunc
	ended  chan struct{}
}

func newModelEffects(s *services.Services, o services.WindowOptions, t *timeline) *modelEffects {
	return &modelEffects{services: s, options: o, timeline: t, running: map[uint64]*transferJob{}, early: map[uint64]bool{}}
}

// handlers returns the handlers.
func (k *modelEffects) handlers() []handler {
	return []handler{
		on(k.list), on(k.pull), on(k.verify),
		on(func(_ context.Context, e modelstate.StopPull, _ func(core.Action)) { k.stop(e.Pull) }),
		on(func(_ context.Context, e modelstate.Remove, send func(core.Action)) {
			err := k.remove(e.Model)
			k.timeline.note(moment{Event: "removed", Name: e.Model})
			send(modelstate.Removed{Model: e.Model, Failure: failure.Of(err, failure.Model)})
		}),
		on(func(ctx context.Context, e modelstate.Import, send func(core.Action)) {
			names, err := k.importFiles(ctx, e.Paths)
			k.timeline.note(moment{Event: "imported", Name: strings.Join(names, ",")})
			send(modelstate.Imported{Models: names, Failure: failure.Of(err, failure.Model)})
		}),
	}
}

// list sends the inventory, and again once the speed has been measured.
func (k *modelEffects) list(ctx context.Context, e modelstate.List, send func(core.Action)) {
	v := inventory(k.services, k.options)
	send(modelstate.Listed{Inventory: v})
	if e.Speed && !secondsKnown(v) && k.measureSpeed(ctx) {
		send(modelstate.Listed{Inventory: inventory(k.services, k.options)})
	}
}

// pull downloads a model, or only its damaged files.
func (k *modelEffects) pull(ctx context.Context, e modelstate.Pull, send func(core.Action)) {
	k.run(ctx, e.Pull, e.Model, send, func(ctx context.Context, s *store.Store, tell func(store.Progress)) error {
		if e.Repair {
			_, err := s.Verify(ctx, []string{e.Model}, true, tell)
			return err
		}
		return s.Pull(ctx, []string{e.Model}, tell)
	})
}

// verify checks a model's files.
func (k *modelEffects) verify(ctx context.Context, e modelstate.Verify, send func(core.Action)) {
	k.run(ctx, e.Pull, e.Model, send, func(ctx context.Context, s *store.Store, tell func(store.Progress)) error {
		return verified(s.Verify(ctx, []string{e.Model}, false, tell))
	})
}

// verified returns an error if a file failed verification.
func verified(verdicts []store.Verdict, err error) error {
	for _, v := range verdicts {
		if err == nil && !v.OK {
			return failure.New(failure.Model, "check", v.File, "%s: %s", v.File, v.Problem).WithHint("Repair it: only the damaged files are downloaded again.")
		}
	}
	return err
}

// run does a download or check and sends its progress and its end.
func (k *modelEffects) run(ctx context.Context, id uint64, model string, send func(core.Action), work func(context.Context, *store.Store, func(store.Progress)) error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	job := &transferJob{model: model, cancel: cancel, ended: make(chan struct{})}
	k.mu.Lock()
	if k.early[id] {
		cancel()
		delete(k.early, id)
	}
	k.running[id] = job
	k.mu.Unlock()
	s, err := k.services.ModelStore(k.options.Runtime.Catalogue, false)
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
	line := moment{Event: "kept", Name: model}
	if f != nil {
		line = moment{Event: "not-kept", Name: model + ": " + f.Error()}
	}
	k.timeline.note(line)
	send(modelstate.PullEnded{Pull: id, Failure: f})
}

// secondsKnown reports whether the time of any model is known that has never run.
func secondsKnown(v modelstate.Inventory) bool {
	return slices.ContainsFunc(v.Models, func(m modelstate.Model) bool { return m.Seconds > 0 && !m.Measured })
}

// measureSpeed measures the speed of this machine in a second process, because the
// library cannot be opened twice in one. It is tried only once, and reports whether
// it succeeded.
func (k *modelEffects) measureSpeed(ctx context.Context) bool {
	k.mu.Lock()
	tried := k.timed
	k.timed = true
	k.mu.Unlock()
	if tried {
		return false
	}
	_, err := runSelf(ctx, k.options.Runtime.Library, services.MeasureSpeedCommand)
	return err == nil // without it no times are shown
}

// stop ends a download or check, even if it has not begun yet.
func (k *modelEffects) stop(id uint64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if job, ok := k.running[id]; ok {
		job.cancel()
		return
	}
	k.early[id] = true
}

// remove cancels the jobs of a model, waits for them, and removes the model. Closing
// the window does not interrupt it.
func (k *modelEffects) remove(model string) error {
	k.mu.Lock()
	var jobs []*transferJob
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
	s, err := k.services.ModelStore(k.options.Runtime.Catalogue, true)
	if err != nil {
		return err
	}
	_, err = s.Remove(context.Background(), []string{model})
	return err
}

// importFiles copies files into the store and returns the names of their models.
func (k *modelEffects) importFiles(ctx context.Context, paths []string) ([]string, error) {
	s, err := k.services.ModelStore(k.options.Runtime.Catalogue, true)
	if err != nil {
		return nil, err
	}
	report, err := s.Import(ctx, paths, false, nil)
	if f := failure.Of(err, failure.Model); f != nil {
		if slices.ContainsFunc(report.Models, func(m store.Imported) bool { return len(m.Missing) > 0 }) {
			f = f.WithHint("Import it too, or press Resume in the model's row: only what is missing is downloaded.")
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
		return nil, failure.New(failure.Model, "import", strings.Join(paths, ", "), "this is not a file of a known model").WithHint("Choose the published weights, with the model's other files next to them. descry inspect FILE tells what a file is.")
	}
	return names, nil
}

// stages maps the store's stages to the window's.
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

// rate records the progress of a transfer and returns its speed in bytes a second. It
// is 0 until there are enough samples, and while nothing is received.
func rate(m *transfer.Meter, p store.Progress, now time.Time) float64 {
	if p.Stage != store.Receiving {
		m.Pause()
		return 0
	}
	m.Add(now, p.Done)
	return m.Speed()
}
