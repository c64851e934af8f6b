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

// Catalogue returns the official catalogue together with the models of the catalogue
// file at path, or of the one named by DESCRY_CATALOGUE if path is empty. If that
// file cannot be read or added, it returns the official catalogue and the error.
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
		return official, failure.Wrap(failure.Model, "load", path, err, "Correct the file; models/README.md describes its format.")
	}
	return both, nil
}

// ModelDirs returns the folder of model sets and the named sets. If the catalogue
// file cannot be read, these are only the official ones; Catalogue returns the error.
func (s *Services) ModelDirs(cataloguePath string) models.Dirs {
	c, _ := s.Catalogue(cataloguePath)
	return models.Dirs{Models: s.Dirs.Models(), Sets: c.Sets}
}

// ModelStore returns the store of models. It uses the network unless offline is set
// or the environment forbids it; callers check the setting Offline themselves.
func (s *Services) ModelStore(cataloguePath string, offline bool) (*store.Store, error) {
	c, err := s.Catalogue(cataloguePath)
	if err != nil {
		return nil, err
	}
	through := network.New(s.getenv)
	through.Offline = through.Offline || offline
	client := &transfer.Client{Network: through, Free: machine.FreeDisk}
	home, _ := os.UserHomeDir() // if "", only the caches named by variables are searched
	return &store.Store{
		Models: s.Dirs.Models(), Runtime: s.Dirs.Runtime(), Catalogue: c, Fetcher: client, Hubs: store.HubCaches(s.getenv, home),
		Memory: machine.Memory, FreeDisk: machine.FreeDisk, Seconds: s.Seconds, Device: s.Settings.Device,
	}, nil
}

// Resolve finds the model set for a value of --model, or the default one if it is
// empty. The built-in set is first unpacked into the cache.
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
