package store

import (
	"descry/internal/message"
	"descry/models/catalogue"
)

// Estimate says what models need before they are fetched.
type Estimate struct {
	Items    []Item  `json:"models"`
	Download int64   `json:"download"`          // bytes still to come
	Cached   int64   `json:"cached"`            // bytes that lie in caches of other programs, and need not come if they are the right ones
	Disk     int64   `json:"disk"`              // bytes still to be written, the unpacking of archives included
	Free     int64   `json:"free"`              // bytes free on the disk; -1: not known
	Memory   int64   `json:"memory"`            // bytes to expect with all of them loaded
	Total    int64   `json:"machine_memory"`    // bytes of this machine; 0: not known
	Avail    int64   `json:"available_memory"`  // of these, available now
	Seconds  float64 `json:"seconds,omitempty"` // of one picture with all of them; 0: not known
	Measured bool    `json:"measured"`          // all of Seconds was measured with these models
}

// Estimate looks at models and sets by name. A file of the right name and size in
// a cache of another program counts as there; whether it is the right one shows
// when it is hashed.
func (s *Store) Estimate(names []string) (Estimate, error) {
	list, err := s.expand(names)
	if err != nil {
		return Estimate{}, err
	}
	e := Estimate{Free: -1, Measured: true}
	for _, m := range list {
		i := s.item(m)
		e.Items = append(e.Items, i)
		if !i.Usable() {
			cached := s.cachedBytes(m, i)
			e.Cached += cached
			e.Download += i.Bytes - i.Done - cached
			e.Disk += i.Bytes - i.Done - cached
			if m.For == catalogue.ForRuntime {
				e.Disk += 2 * i.Bytes // unpacked, before the archive goes
			}
		}
		e.Memory += i.Memory
		e.Seconds += i.Seconds
		e.Measured = e.Measured && (i.Measured || i.GMAC == 0)
	}
	if s.FreeDisk != nil {
		if free, err := s.FreeDisk(s.Models); err == nil {
			e.Free = int64(free)
		}
	}
	if s.Memory != nil {
		if total, available, err := s.Memory(); err == nil {
			e.Total, e.Avail = int64(total), int64(available)
		}
	}
	return e, nil
}

// cachedBytes sums the files of an absent model that seem to lie in a cache.
func (s *Store) cachedBytes(m catalogue.Model, i Item) int64 {
	if i.State != Absent {
		return 0 // what is partial has looked there already
	}
	whole, _ := s.Hubs.snapshotOf(m)
	var n int64
	for _, f := range m.Files {
		if f.SHA256 == "" && f.Starts == "" && whole == "" {
			continue
		}
		if len(s.Hubs.find(f)) > 0 {
			n += f.Size()
		}
	}
	return n
}

// Lines returns an estimate as people read it, one fact a line.
func (e Estimate) Lines() []string {
	lines := []string{message.Sprintf("to download: %s", Size(e.Download))}
	if e.Cached > 0 {
		lines[0] = message.Sprintf("to download: %s; %s more are in other programs' caches and are used there if they are right", Size(e.Download), Size(e.Cached))
	}
	if e.Free >= 0 {
		lines = append(lines, message.Sprintf("on the disk: %s of %s free", Size(e.Disk), Size(e.Free)))
	}
	if e.Memory > 0 {
		line := message.Sprintf("in memory: about %s", Size(e.Memory))
		if e.Total > 0 {
			line = message.Sprintf("in memory: about %s (this machine has %s, %s available now)", Size(e.Memory), Size(e.Total), Size(e.Avail))
		}
		lines = append(lines, line)
	}
	if e.Seconds > 0 {
		line := message.Sprintf("time per picture: about %.2g s (estimated from this machine's speed)", e.Seconds)
		if e.Measured {
			line = message.Sprintf("time per picture: about %.2g s (measured)", e.Seconds)
		}
		lines = append(lines, line)
	}
	return lines
}
