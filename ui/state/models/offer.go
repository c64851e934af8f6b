package models

import (
	"slices"

	"descry/settings"
	"descry/ui/state/core"
)

// offer is what the Models page asks for before it downloads anything.
type offer struct {
	set    string // empty: one model
	models []string
}

func (o offer) open() bool { return len(o.models) > 0 }

func (a SetOffered) on(r *reduction) {
	set := r.s.inventory.Set(a.Set)
	if set.Name == "" {
		return
	}
	var missing []string
	for _, name := range set.Models {
		if m := r.s.inventory.Model(name); m.Name != "" && !r.s.available(name, m.Task) {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 { // all of it is here
		r.s.chose = true
		r.t.ChangeSettings(func(s *settings.Settings) { s.Model = set.Name })
		return
	}
	r.openOffer(offer{set: set.Name, models: missing})
}

func (a Offered) on(r *reduction) {
	if m := r.s.inventory.Model(a.Model); m.Name != "" && m.Keep != KeepReady {
		r.openOffer(offer{models: []string{a.Model}})
	}
}

// open opens the page, if it is not open.
func (r *reduction) open() {
	if r.s.Sheet() != Sheet {
		r.t.OpenSheet(Sheet)
		*r.s.State = r.s.Left().Opened(r.t)
	}
}

func (r *reduction) openOffer(o offer) {
	r.open()
	r.s.offer, r.s.licence = o, ""
}

func (OfferClosed) on(r *reduction) { r.s.offer, r.s.licence = offer{}, "" }

func (OfferTaken) on(r *reduction) {
	names := r.s.offer.models
	if len(names) == 0 || r.s.offline() {
		return
	}
	set := r.s.inventory.Set(r.s.offer.set)
	for _, name := range names {
		RemovalUndone{name}.on(r)
		r.begin(name, false)
	}
	for _, name := range set.Models { // what of the set is here already is used now; the rest as it comes
		if m := r.s.inventory.Model(name); m.Task != "" && r.s.available(name, m.Task) {
			r.assign(m.Task, name)
		}
	}
	r.s.offer, r.s.licence = offer{}, ""
}

func (a LicenceShown) on(r *reduction) {
	if r.s.inventory.Model(a.Model).Name == "" {
		return
	}
	if r.s.licence == a.Model {
		r.s.licence = ""
		return
	}
	r.open()
	r.s.licence = a.Model
}

func (CardClosed) on(r *reduction) {
	r.t.ChangeSettings(func(s *settings.Settings) { s.CardTold = true })
}

// End puts the store in order when the window closes: downloads stop, and
// go on when it opens again; what was removed goes.
func (s State) End(env Env, t *core.Turn) State {
	r := &reduction{view{&s, env}, t}
	for _, p := range r.s.pulls {
		if p.running && !p.stopping {
			r.t.Do(StopPull{Pull: p.id})
		}
	}
	for _, m := range r.s.removals {
		r.unchoose(m.model)
		r.t.Do(Remove{Model: m.model})
	}
	s.removals = nil
	return s
}

// missing lists the models of a set that are not here.
func (s view) missing(set Set) []Model {
	var all []Model
	for _, name := range set.Models {
		if m := s.inventory.Model(name); m.Name != "" && m.Keep != KeepReady {
			all = append(all, m)
		}
	}
	return all
}

// inUse reports whether each task of a set is done by it.
func (s view) inUse(set Set) bool {
	return len(set.Models) > 0 && !slices.ContainsFunc(set.Models, func(name string) bool {
		return !slices.Contains(s.using.Names[:], name)
	})
}

// coming reports whether all of the models are being downloaded.
func (s view) coming(models []Model) bool {
	for _, m := range models {
		if p := s.pull(m.Name); !p.goes || p.failure != nil {
			return false
		}
	}
	return len(models) > 0
}
