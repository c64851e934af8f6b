package app

import (
	"cmp"
	"fmt"
	"os"
	"strings"

	"descry/internal/failure"
	"descry/internal/machine"
	"descry/models"
	"descry/models/catalogue"
	"descry/models/store"
	"descry/models/transfer"
)

// catalogueOf reads the official catalogue with what a file adds: the path given,
// else the window's --catalogue, else DESCRY_CATALOGUE.
func (p *program) catalogueOf(path string) (catalogue.Catalogue, error) {
	if path = cmp.Or(path, p.window.catalogue); path == "" {
		path = os.Getenv("DESCRY_CATALOGUE")
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
		return official, failure.New(failure.Model, "load", path, "%s", err.Error()).WithHint("Mend the file; models/README.md has the format.")
	}
	return both, nil
}

// modelDirs says where model sets are kept and which named sets there are. Where
// the file of a catalogue cannot be read, only the official ones are: whoever
// needs more is told by catalogueOf.
func (p *program) modelDirs() models.Dirs {
	c, _ := p.catalogueOf("")
	return models.Dirs{Models: p.dirs.Models(), Sets: c.Sets}
}

// modelStore is the store of models, with the network as the environment, the
// settings and the flag have it.
func (p *program) modelStore(cataloguePath string, offline bool) (*store.Store, error) {
	return p.openStore(cataloguePath, offline || p.loaded.Offline)
}

// openStore is modelStore without a look at the settings, which the window may
// have changed since they were read.
func (p *program) openStore(cataloguePath string, offline bool) (*store.Store, error) {
	c, err := p.catalogueOf(cataloguePath)
	if err != nil {
		return nil, err
	}
	client := transfer.New(os.Getenv)
	client.Offline = client.Offline || offline
	client.Free = machine.FreeDisk
	home, _ := os.UserHomeDir() // "": only the caches that variables name
	return &store.Store{
		Models: p.dirs.Models(), Runtime: p.dirs.Runtime(), Catalogue: c, Fetcher: client, Hubs: store.HubCaches(os.Getenv, home),
		Memory: machine.Memory, FreeDisk: machine.FreeDisk, Seconds: p.speeds().Seconds, Device: p.loaded.Device,
	}, nil
}

// resolve finds a model set by the word of --model, or the default: the built-in
// one is unpacked into the cache first.
func (p *program) resolve(spec string) (*models.Set, error) {
	if _, err := p.catalogueOf(""); err != nil {
		return nil, err
	}
	dirs := p.modelDirs()
	if spec == "" {
		spec = dirs.Default()
	}
	return models.Resolve(spec, dirs)
}

// licences words the licences of models, each once, for somebody who is about to
// fetch them.
func licences(items []store.Item) string {
	by := map[string][]string{}
	var order []string
	for _, i := range items {
		if by[i.Licence] == nil {
			order = append(order, i.Licence)
		}
		by[i.Licence] = append(by[i.Licence], i.Name)
	}
	var parts []string
	for _, l := range order {
		parts = append(parts, fmt.Sprintf("%s (%s)", l, strings.Join(by[l], ", ")))
	}
	return strings.Join(parts, "; ")
}
