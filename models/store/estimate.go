package store

import (
	"descry/internal/message"
	"descry/models/catalogue"
)

// Estimate is what models need, computed before they are downloaded.
type Estimate struct {
	Items    []Item  `json:"models"`
	Download int64   `json:"download"`          // bytes to download
	Cached   int64   `json:"cached"`            // bytes found in other programs' caches, not downloaded if their hashes match
	Disk     int64   `json:"disk"`              // bytes to write, including unpacked archives
	Free     int64   `json:"free"`              // bytes free on the disk; -1: unknown
	Memory   int64   `json:"memory"`            // bytes used with all of them loaded, estimated
	Total    int64   `json:"machine_memory"`    // bytes of this machine; 0: unknown
	Avail    int64   `json:"available_memory"`  // of these, available now
	Seconds  float64 `json:"seconds,omitempty"` // per picture with all of them; 0: unknown
	Measured bool    `json:"measured"`          // all of Seconds was measured with these models
}

// Estimate returns the estimate for the named models and sets. A file of the right
// name and size in a cache of another program counts as present; it is hashed only
// when it is pulled.
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
				e.Disk += 2 * i.Bytes // the unpacked files, before the archive is removed
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

// cachedBytes returns the size of the files of an absent model that seem to be in a
// cache.
func (s *Store) cachedBytes(m catalogue.Model, i Item) int64 {
	if i.State != Absent {
		return 0 // for a partial model, the caches have been searched already
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

// Lines returns the estimate for people, one fact per line.
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
