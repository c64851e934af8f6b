package services

import (
	"os"

	"descry/internal/failure"
	"descry/internal/machine"
	"descry/models"
	"descry/models/catalogue"
	"descry/models/store"
	"descry/models/transfer"
	"descry/network"
)

// Catalogue returns the official catalogue with what a file adds: the one named,
// else the one of DESCRY_CATALOGUE. Where that file cannot be read or added, the
// official catalogue is returned with the error.
func (s *Services) Catalogue(path string) (catalogue.Catalogue, error) {
	if path == "" {
		path = s.getenv("DESCRY_CATALOGUE")
	}
	official := catalogue.Official()
	if path == "" {
		return official, nil
	}
	more, err := catalogue.Load(path)
	if err != nil {
		return official, err
	}
	both, err := official.Add(more)
	if err != nil {
		return official, failure.New(failure.Model, "load", path, "%s", err.Error()).WithHint("Correct the file; models/README.md describes the format.")
	}
	return both, nil
}

// ModelDirs says where model sets are kept and which named sets there are. Where
// the file of a catalogue cannot be read, only the official ones are;
// Catalogue returns the reason.
func (s *Services) ModelDirs(cataloguePath string) models.Dirs {
	c, _ := s.Catalogue(cataloguePath)
	return models.Dirs{Models: s.Dirs.Models(), Sets: c.Sets}
}

// ModelStore returns the store of models. It uses the network unless offline or
// the environment says otherwise; whether the settings do is the caller's to ask.
func (s *Services) ModelStore(cataloguePath string, offline bool) (*store.Store, error) {
	c, err := s.Catalogue(cataloguePath)
	if err != nil {
		return nil, err
	}
	through := network.New(s.getenv)
	through.Offline = through.Offline || offline
	client := &transfer.Client{Network: through, Free: machine.FreeDisk}
	home, _ := os.UserHomeDir() // "": only the caches that variables name
	return &store.Store{
		Models: s.Dirs.Models(), Runtime: s.Dirs.Runtime(), Catalogue: c, Fetcher: client, Hubs: store.HubCaches(s.getenv, home),
		Memory: machine.Memory, FreeDisk: machine.FreeDisk, Seconds: s.Seconds, Device: s.Settings.Device,
	}, nil
}

// Resolve finds a model set by the word of --model, or the default: the built-in
// one is unpacked into the cache first.
func (s *Services) Resolve(spec, cataloguePath string) (*models.Set, error) {
	if _, err := s.Catalogue(cataloguePath); err != nil {
		return nil, err
	}
	dirs := s.ModelDirs(cataloguePath)
	if spec == "" {
		spec = dirs.Default()
	}
	return models.Resolve(spec, dirs)
}
