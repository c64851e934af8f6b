package models

import (
	"slices"
	"strings"

	"descry/inference"
	"descry/internal/failure"
	"descry/internal/message"
	"descry/settings"
	"descry/ui/state/core"
)

// pull is a model that is being downloaded or checked, was paused, or failed.
type pull struct {
	id       uint64 // of the effect under way, or the last one
	model    string
	goes     bool // it should run; false: it is paused
	verify   bool // it only checks what is here
	running  bool // an effect is under way
	stopping bool // it was told to end
	progress Progress
	failure  *failure.Failure
}

// Arrival is what a notice is about that tells of models that have come.
func Arrival(n core.Notice) bool { return n.About == (arrival{}) }

// What a notice of the models can be about, beside a removal.
type (
	arrival struct{} // models have come
	check   struct{} // a check found nothing wrong
)

// removal is a model that is removed when its notice goes.
type removal struct{ model string }

// pull returns what is under way for a model; its model is empty if nothing is.
func (s view) pull(model string) pull {
	for _, p := range s.pulls {
		if p.model == model {
			return p
		}
	}
	return pull{}
}

// leaving reports whether a model is about to be removed.
func (s view) leaving(model string) bool {
	return slices.Contains(s.removals, removal{model})
}

// changePull changes what is under way for a model, if anything is.
func (r *reduction) changePull(model string, f func(*pull)) {
	for i, p := range r.s.pulls {
		if p.model == model {
			f(&p)
			r.s.pulls = core.Replaced(r.s.pulls, i, p)
			return
		}
	}
}

// offline reports whether the network is closed, by whom ever.
func (s view) offline() bool { return s.Settings().Offline || s.inventory.Closed != "" }

// begin wants a model's download or check to run.
func (r *reduction) begin(model string, verify bool) {
	m := r.s.inventory.Model(model)
	if m.Name == "" || r.s.leaving(model) || !verify && m.Keep == KeepReady {
		return
	}
	if r.s.pull(model).model == "" {
		r.s.pulls = core.Added(r.s.pulls, pull{model: model, verify: verify, progress: Progress{Done: m.Here, Total: m.Bytes}})
	}
	r.changePull(model, func(p *pull) {
		if !p.running {
			p.verify = verify
		}
		p.goes, p.failure = true, nil
	})
}

// settlePulls starts and stops what should run and does not, or the other way.
func (r *reduction) settlePulls() {
	for _, p := range r.s.pulls {
		wanted := p.goes && p.failure == nil && (p.verify || !r.s.offline())
		switch {
		case wanted && !p.running:
			r.s.lastPull++
			id := r.s.lastPull
			r.changePull(p.model, func(p *pull) {
				p.id, p.running, p.stopping, p.progress.Stage, p.progress.PerSecond = id, true, false, StageStarting, 0
			})
			if p.verify {
				r.t.Do(Verify{Pull: id, Model: p.model})
			} else {
				r.t.Do(Pull{Pull: id, Model: p.model, Repair: r.s.inventory.Model(p.model).Keep == KeepDamaged})
			}
		case !wanted && p.running && !p.stopping:
			r.changePull(p.model, func(p *pull) { p.stopping = true })
			r.t.Do(StopPull{Pull: p.id})
		}
	}
	r.settleRemovals()
	var names []string
	for _, p := range r.s.pulls {
		if p.goes && !p.verify && p.failure == nil {
			names = append(names, p.model)
		}
	}
	if r.s.stocked && !slices.Equal(names, r.s.Settings().Pulling) {
		r.t.ChangeSettings(func(s *settings.Settings) { s.Pulling = names })
	}
}

// settleRemovals removes the models whose notice is gone: nobody can undo it any more.
func (r *reduction) settleRemovals() {
	for _, gone := range r.s.removals {
		told := slices.ContainsFunc(r.s.Notices(), func(n core.Notice) bool { return n.About == gone })
		if told || r.s.pull(gone.model).running {
			continue
		}
		r.unchoose(gone.model)
		r.s.removals = core.Without(r.s.removals, func(m removal) bool { return m == gone })
		r.s.pulls = core.Without(r.s.pulls, func(p pull) bool { return p.model == gone.model })
		r.s.inventory = r.s.inventory.changed(gone.model, func(m *Model) { m.Keep, m.Here, m.Place, m.Problem, m.Checked = KeepAbsent, 0, "", nil, false })
		r.t.Do(Remove{Model: gone.model})
	}
}

// unchoose takes a model that is gone for good out of the settings: what stands
// in for it stays.
func (r *reduction) unchoose(model string) {
	for _, t := range core.Tasks {
		if name, said := r.s.chosen(t); said && name == model {
			r.assign(t, r.s.uses().Name(t))
		}
	}
}

func (a PullPaused) on(r *reduction) { r.changePull(a.Model, func(p *pull) { p.goes = false }) }

func (a PullResumed) on(r *reduction) { r.begin(a.Model, false) }

func (a VerifyAsked) on(r *reduction) {
	m := r.s.inventory.Model(a.Model)
	if m.Keep == KeepReady || m.Keep == KeepDamaged {
		r.begin(a.Model, true)
	}
}

func (a PullProgressed) on(r *reduction) {
	for _, p := range r.s.pulls {
		if p.id != a.Pull || !p.running || p.stopping { // of one that is over or about to be
			continue
		}
		r.changePull(p.model, func(p *pull) {
			if a.Progress.Total == 0 {
				a.Progress.Total = p.progress.Total
			}
			p.progress = a.Progress
		})
	}
}

func (a PullEnded) on(r *reduction) {
	for _, p := range r.s.pulls {
		if p.id == a.Pull && p.running {
			r.endPull(p, a.Failure)
			return
		}
	}
}

// endPull files how a download or check ended. One that was resumed while it
// was being stopped starts anew (settlePulls).
func (r *reduction) endPull(p pull, f *failure.Failure) {
	stopped := f != nil && f.Kind == failure.Cancelled
	r.t.Do(List{})
	switch {
	case f == nil:
		r.s.pulls = core.Without(r.s.pulls, func(q pull) bool { return q.model == p.model })
		r.s.inventory = r.s.inventory.changed(p.model, func(m *Model) { m.Keep, m.Here, m.Problem, m.Checked = KeepReady, m.Bytes, nil, false })
		if r.s.leaving(p.model) {
			return // it came too late
		}
		if p.verify {
			r.t.Notify(core.Notice{Kind: core.NoticeDone, Text: message.Sprintf("%s is undamaged.", r.s.titleOf(p.model)), About: check{}})
		} else {
			r.arrive(p.model)
		}
	case p.verify && stopped:
		r.s.pulls = core.Without(r.s.pulls, func(q pull) bool { return q.model == p.model })
	case p.verify:
		r.s.pulls = core.Without(r.s.pulls, func(q pull) bool { return q.model == p.model })
		r.s.inventory = r.s.inventory.changed(p.model, func(m *Model) {
			m.Keep, m.Problem, m.Checked = KeepDamaged, f, true
		})
	default:
		r.changePull(p.model, func(q *pull) {
			q.running, q.stopping, q.progress.Stage, q.progress.PerSecond = false, false, StageStarting, 0
			if !stopped {
				q.failure = f
			} else if !p.stopping {
				q.goes = false // ended from outside: it is not begun again by itself
			}
		})
		if !stopped && r.s.Sheet() != Sheet {
			r.t.Notify(core.Notice{Kind: core.NoticeTrouble, Text: message.Sprintf("Could not download %s.", r.s.titleOf(p.model)), Detail: core.Explain(f), Offers: core.CommandModels})
		}
	}
}

// arrive uses a model that has just come, from now on.
func (r *reduction) arrive(name string) {
	m := r.s.inventory.Model(name)
	if m.Task == "" {
		r.t.Notify(core.Notice{Kind: core.NoticeDone, Text: message.Sprintf("%s is ready.", m.Title), Detail: "Restart Descry to use it."})
		return
	}
	r.assign(m.Task, name)
	if o, built := r.s.inventory.other(r.s.uses().Name(inference.TaskClasses)); m.Task == inference.TaskInstances && built && o.Drawings && r.s.outlines(name) {
		r.assign(inference.TaskClasses, ObjectsOf+name) // better than a model that knows drawings only
	}
	n := core.Notice{Kind: core.NoticeDone, Text: message.Sprintf("%s is ready and now in use.", m.Title), About: arrival{}}
	r.t.DropNotices(func(o core.Notice) bool { return o.About == (arrival{}) })
	r.t.Notify(n)
}

func (a RemovalAsked) on(r *reduction) {
	m := r.s.inventory.Model(a.Model)
	p := r.s.pull(a.Model)
	if m.Name == "" || r.s.leaving(a.Model) || m.Keep == KeepAbsent && m.Here == 0 && p.model == "" {
		return
	}
	r.changePull(a.Model, func(p *pull) { p.goes = false })
	r.s.removals = core.Added(r.s.removals, removal{a.Model})
	r.t.DropNotices(func(n core.Notice) bool { return n.About == (arrival{}) || n.About == (check{}) }) // of what goes now, perhaps
	text := message.Sprintf("%s removed.", m.Title)
	if m.Place != "" {
		text = message.Sprintf("%s is no longer used.", m.Title)
	}
	r.t.Notify(core.Notice{Kind: core.NoticeDone, Text: text, Detail: "You can download it again.", About: removal{a.Model}, Undo: RemovalUndone(a)})
}

func (a RemovalUndone) on(r *reduction) {
	r.s.removals = core.Without(r.s.removals, func(m removal) bool { return m.model == a.Model })
	r.t.DropNotices(func(n core.Notice) bool { return n.About == (removal{a.Model}) })
}

func (a Removed) on(r *reduction) {
	if a.Failure != nil {
		r.t.Notify(core.Notice{Kind: core.NoticeTrouble, Text: message.Sprintf("Could not remove %s.", r.s.titleOf(a.Model)), Detail: core.Explain(a.Failure)})
	}
	r.t.Do(List{})
}

func (a Listed) on(r *reduction) {
	others := r.s.inventory.Others
	next := a.Inventory
	for _, m := range r.s.inventory.Models { // a look at the folder does not see what a check of every byte saw
		if m.Keep == KeepDamaged && m.Checked && next.Model(m.Name).Keep == KeepReady {
			next = next.changed(m.Name, func(n *Model) { n.Keep, n.Problem, n.Checked = m.Keep, m.Problem, true })
		}
	}
	r.s.inventory = next
	if len(a.Inventory.Others) == 0 {
		r.s.inventory.Others = others
	}
	if r.s.stocked {
		return
	}
	r.s.stocked = true
	for _, name := range r.s.Settings().Pulling {
		if m := r.s.inventory.Model(name); m.Keep == KeepAbsent || m.Keep == KeepPartial {
			r.begin(name, false)
		}
	}
	r.tellMissing()
}

// tellMissing says which chosen models are not here any more.
func (r *reduction) tellMissing() {
	var missing []string
	for _, t := range core.Tasks {
		name, said := r.s.chosen(t)
		if said && name != "" && !r.s.available(name, t) && !slices.ContainsFunc(r.s.pulls, func(p pull) bool { return p.model == name }) {
			missing = append(missing, r.s.titleOf(name))
		}
	}
	if len(missing) > 0 {
		names := strings.Join(missing, ", ")
		text := core.Plural(len(missing), message.Of("%s is not on this computer.", names), message.Of("%s are not on this computer.", names))
		r.t.Notify(core.Notice{Kind: core.NoticeHint, Text: text, Detail: "Other models are used instead.", Offers: core.CommandModels})
	}
}

func (OfflineToggled) on(r *reduction) {
	r.t.ChangeSettings(func(s *settings.Settings) { s.Offline = !s.Offline })
}

func (ImportAsked) on(r *reduction) { r.t.Do(AskImport{Folder: r.s.Settings().Folder}) }

func (a ImportChosen) on(r *reduction) {
	var paths []string
	for _, p := range a.Paths {
		if p = settings.Sound(p); p != "" {
			paths = append(paths, p)
		}
	}
	if len(paths) > 0 && !r.s.importing {
		r.s.importing, r.s.importTold = true, importTold{}
		r.t.Do(Import{Paths: paths})
	}
}

func (a Imported) on(r *reduction) {
	r.s.importing = false
	r.s.importTold = importTold{failure: a.Failure}
	var titles []string
	for _, name := range a.Models {
		if r.s.inventory.Model(name).Name == "" {
			continue
		}
		titles = append(titles, r.s.titleOf(name))
		r.s.pulls = core.Without(r.s.pulls, func(p pull) bool { return p.model == name && !p.running })
		r.s.inventory = r.s.inventory.changed(name, func(m *Model) { m.Keep, m.Here, m.Problem, m.Checked = KeepReady, m.Bytes, nil, false })
		r.arrive(name)
	}
	if len(titles) > 0 {
		r.s.importTold.text = message.Sprintf("Imported: %s.", strings.Join(titles, ", "))
	}
	r.t.Do(List{})
}

func (FolderShown) on(r *reduction) {
	if dir := r.s.inventory.Folder; dir != "" {
		r.t.Do(core.OpenFolder{Path: dir})
	}
}

// pulling sums the downloads that run, checks apart.
func (s view) pulling() (sum Progress, n int) {
	known := true
	if s.offline() {
		return Progress{}, 0
	}
	for _, p := range s.pulls {
		if !p.goes || p.verify || p.failure != nil {
			continue
		}
		n++
		known = known && p.progress.Total > 0
		sum.Done += min(p.progress.Done, p.progress.Total)
		sum.Total += p.progress.Total
		sum.PerSecond += p.progress.PerSecond
	}
	if !known {
		sum.Total = 0
	}
	return sum, n
}

// usedFor lists the tasks that a model is used for.
func (s view) usedFor(name string) []inference.Task {
	var all []inference.Task
	for i, used := range s.using.Names {
		if used == name {
			all = append(all, core.Tasks[i])
		}
	}
	return all
}
