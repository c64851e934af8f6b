package picture

import "descry/inference"

// Held is an open picture, for those who check the state.
type Held struct {
	ID       PictureID
	Name     string
	Key      string // empty: not decoded
	Source   Source
	Released bool // its decoding was stopped
}

// Held returns the pictures that are decoded or being decoded.
func (s *State) Held() []Held {
	var all []Held
	for _, p := range s.pictures {
		all = append(all, Held{p.id, p.name, p.key, p.source, p.released})
	}
	return all
}

// Job is a request that the worker has not ended, for those who check the state.
type Job struct {
	ID      inference.JobID
	Picture PictureID
	Slot    Slot
}

// Jobs returns the open jobs.
func (s *State) Jobs() []Job {
	var all []Job
	for _, j := range s.jobs {
		all = append(all, Job{j.id, j.picture, j.slot})
	}
	return all
}

// EditOf returns a person's own text for a picture's content.
func (s *State) EditOf(key string) (Edit, bool) {
	if i := s.draftAt(key); i >= 0 {
		return s.drafts[i].edit, true
	}
	return Edit{}, false
}

// View returns which part of the visible picture is seen.
func (s *State) View() View { return s.view }

// Hover returns the object under the pointer, −1 for none.
func (s *State) Hover() int { return s.hover }

// Selected returns the object that is selected, −1 for none.
func (s *State) Selected() int { return s.selected }
