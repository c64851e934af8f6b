package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"descry/internal/failure"
	"descry/internal/message"
	"descry/models"
	"descry/models/catalogue"
	"descry/models/store"
)

// catalogueUsage is the help of --catalogue.
const catalogueUsage = "a JSON file that adds models (else DESCRY_CATALOGUE; format in models/README.md)"

// modelsFlags are the flags common to all commands of `descry models`.
type modelsFlags struct {
	catalogue string
	offline   bool
	json      bool
}

// open returns the store for the flags.
func (f *modelsFlags) open(p *program) (*store.Store, error) {
	return p.services.ModelStore(f.catalogue, f.offline || p.services.Settings.Offline)
}

func (p *program) modelsCommand() *cobra.Command {
	var f modelsFlags
	c := &cobra.Command{
		Use:   "models",
		Short: "Download, check and remove models",
		Long: `Descry's own models know drawings. The published models, for photographs, are
fetched once and kept in the cache; what Hugging Face's or torch's caches hold
already is used there and not fetched again.

Sets: "full" is BLIP base, Mask R-CNN v2 and DeepLabV3 ResNet-101 (1.4 GB); "fast"
is BLIP base, Mask R-CNN v1 and DeepLabV3 MobileNetV3. Each model can be fetched
and used alone, and any captioner goes with any segmenter:
descry describe --model caption=blip-base,instances=maskrcnn-v1 photo.jpg`,
		Example: `  descry models list
  descry models pull full
  descry models pull blip-base maskrcnn-v1
  descry models import --in-place ~/Downloads
  descry models verify --repair`,
		Args: knownCommand,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	flags := c.PersistentFlags()
	flags.StringVar(&f.catalogue, "catalogue", "", catalogueUsage)
	flags.BoolVar(&f.offline, "offline", false, "use no network (also DESCRY_OFFLINE=1)")
	flags.BoolVar(&f.json, "json", false, "as JSON")
	c.AddCommand(p.modelsListCommand(&f), p.modelsPullCommand(&f), p.modelsImportCommand(&f), p.modelsVerifyCommand(&f),
		p.modelsRemoveCommand(&f), p.modelsPathCommand(&f), p.modelsLicenceCommand(&f))
	return c
}

// modelNames completes names of models and sets.
func (p *program) modelNames(f *modelsFlags) func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		c, _ := p.services.Catalogue(f.catalogue) // on an error, the official ones
		return c.Names(), cobra.ShellCompDirectiveNoFileComp
	}
}

// modelsListing is what `descry models list --json` prints.
type modelsListing struct {
	store.Listing
	Sets    []catalogue.Set `json:"sets"`
	Default string          `json:"default"` // the set used if none is named
	Idle    []string        `json:"idle"`    // installed models that are not in the set in use
	Folder  string          `json:"folder"`
}

func (p *program) modelsListCommand(f *modelsFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List available and installed models",
		Long: `Lists every model that can be fetched and every set that is installed. A "*"
after the size says that Descry pins no SHA-256 of it, so that the hub's own
record is all there is. MEMORY is what to expect with the model loaded, TIME what
a picture takes on this machine ("~": estimated from its speed, not measured).`,
		Example: "  descry models list\n  descry models list --json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			s, err := f.open(p)
			if err != nil {
				return err
			}
			l := p.listModels(s)
			if f.json {
				return writeJSON(p.out, l)
			}
			return l.write(p.out)
		},
	}
}

// listModels lists the store, and the installed models that the set in use does not
// need.
func (p *program) listModels(s *store.Store) modelsListing {
	dirs := p.services.ModelDirs("")
	l := modelsListing{Listing: s.List(), Sets: s.Catalogue.Sets, Default: dirs.Default(), Idle: []string{}, Folder: p.services.Dirs.Models()}
	used := p.services.Settings.Model
	if used == "" {
		used = l.Default
	}
	set, err := models.Resolve(used, dirs)
	if err != nil {
		return l // a damaged set is reported with its models
	}
	for _, i := range l.Items {
		if i.Usable() && i.Catalogued && i.For != catalogue.ForRuntime && !slices.Contains(modelsOf(set), i.Name) {
			l.Idle = append(l.Idle, i.Name)
		}
	}
	return l
}

// modelsOf returns the names of the models in a set.
func modelsOf(set *models.Set) []string {
	var names []string
	if set.Caption != nil {
		names = append(names, set.Caption.Set)
	}
	if set.Instances != nil {
		names = append(names, set.Instances.Set)
	}
	if set.Classes != nil {
		names = append(names, set.Classes.Set)
	}
	return names
}

// writeJSON writes v as indented JSON.
func writeJSON(w io.Writer, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, string(text))
	return err
}

// write prints the list for people.
func (l modelsListing) write(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	say(w, "NAME\tFOR\tSTATE\tSIZE\tMEMORY\tTIME\tLICENCE\tWHAT")
	for _, i := range l.Items {
		fmt.Fprintln(w, strings.Join(listColumns(i), "\t"))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(out)
	for _, s := range l.Sets {
		fmt.Fprintf(out, "%s: %s\n", s.Name, strings.Join(s.Names(), ", "))
	}
	for _, i := range l.Items {
		if !i.Problem.IsZero() {
			fmt.Fprintf(out, "%s: %s\n", i.Name, printable(oneLine(i.Problem.String())))
		}
	}
	_, err := fmt.Fprintln(out, l.summary())
	return err
}

// summary returns the last line of the list: the size and place of all models.
func (l modelsListing) summary() string {
	onDisk := message.Sprintf("on disk %s", store.Size(l.OnDisk))
	if l.Unused > 0 {
		onDisk = message.Sprintf("on disk %s, of which %s is unused (descry models remove --unused)", store.Size(l.OnDisk), store.Size(l.Unused))
	}
	parts := []string{onDisk}
	if l.Elsewhere > 0 {
		parts = append(parts, message.Sprintf("used in place %s", store.Size(l.Elsewhere)))
	}
	if len(l.Idle) > 0 {
		parts = append(parts, message.Sprintf("downloaded but not in use: %s", strings.Join(l.Idle, ", ")))
	}
	parts = append(parts, message.Sprintf("default: %s", l.Default), message.Sprintf("in %s", printable(short(l.Folder))))
	return strings.Join(parts, "; ")
}

// listColumns returns the columns of one model in the list.
func listColumns(i store.Item) []string {
	size, memory, seconds := store.Size(i.Bytes), "-", "-"
	if i.Catalogued && !i.Pinned {
		size += " *"
	}
	if i.Memory > 0 {
		memory = store.Size(i.Memory)
	}
	if i.Seconds > 0 {
		seconds = message.Sprintf("%.2g s", i.Seconds)
		if !i.Measured {
			seconds = "~" + seconds
		}
	}
	return []string{i.Name, i.For, itemState(i), size, memory, seconds, i.Licence, i.Title}
}

// itemState describes the state of a model in a few words.
func itemState(i store.Item) string {
	if i.State == store.Partial && i.Bytes > 0 {
		return message.Sprintf("%d %% here", 100*i.Done/i.Bytes)
	}
	return string(i.State)
}

func (p *program) modelsPathCommand(f *modelsFlags) *cobra.Command {
	return &cobra.Command{
		Use:               "path [NAME]",
		Short:             "Print the folder of an installed model, or of all of them",
		Example:           "  descry models path\n  descry models path blip-base",
		Args:              atMost(1),
		ValidArgsFunction: p.modelNames(f),
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := f.open(p)
			if err != nil {
				return err
			}
			dir := p.services.Dirs.Models()
			if len(args) == 1 {
				if dir, err = s.Path(args[0]); err != nil {
					return err
				}
			}
			if f.json {
				return writeJSON(p.out, map[string]string{"path": dir})
			}
			_, err = fmt.Fprintln(p.out, dir)
			return err
		},
	}
}

// atMost returns a check for at most n arguments.
func atMost(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) > n {
			return usage("%s takes at most %d name, and %d are given", c.CommandPath(), n, len(args))
		}
		return nil
	}
}

// modelLicence is one model's licence as JSON.
type modelLicence struct {
	Model   string `json:"model"`
	Licence string `json:"licence"`
	Text    string `json:"text"`
}

func (p *program) modelsLicenceCommand(f *modelsFlags) *cobra.Command {
	return &cobra.Command{
		Use:               "licence NAME…",
		Aliases:           []string{"license"},
		Short:             "Print the full licence of models",
		Example:           "  descry models licence blip-base\n  descry models licence full",
		ValidArgsFunction: p.modelNames(f),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("no model named").WithHint("Name models or sets: descry models list.")
			}
			s, err := f.open(p)
			if err != nil {
				return err
			}
			list, err := licenceTexts(s.Catalogue, args)
			if err != nil {
				return err
			}
			if f.json {
				return writeJSON(p.out, list)
			}
			return writeLicences(p.out, list)
		},
	}
}

// licenceTexts returns the licences of the named models and sets.
func licenceTexts(c catalogue.Catalogue, args []string) ([]modelLicence, error) {
	names, unknown := c.Expand(args)
	if unknown != "" {
		return nil, meant(failure.New(failure.Usage, "find", unknown, "the catalogue has no such model"), unknown, c.Names())
	}
	var list []modelLicence
	for _, name := range names {
		m, _ := c.Model(name) // Expand found it
		text := m.LicenceText
		if text == "" {
			text = "The catalogue has no text of this licence: ask the publisher of the model.\n"
		}
		list = append(list, modelLicence{name, m.Licence, text})
	}
	return list, nil
}

// writeLicences prints each text once, under the names of its models.
func writeLicences(w io.Writer, list []modelLicence) error {
	for i, l := range list {
		var names []string
		first := true
		for k, other := range list {
			if other.Text == l.Text {
				names = append(names, other.Model)
				first = first && k >= i
			}
		}
		if !first {
			continue
		}
		if _, err := fmt.Fprintf(w, "%s: %s\n\n%s\n", strings.Join(names, ", "), l.Licence, l.Text); err != nil {
			return err
		}
	}
	return nil
}

// installedSet is a model set, for the doctor.
type installedSet struct {
	Name        string
	Description string
	Dir         string
	Problem     string
}

// installed resolves the built-in set and those in the models folder.
func (p *program) installed() []installedSet {
	var all []installedSet
	for _, name := range p.services.ModelDirs("").Installed() {
		set, err := p.services.Resolve(name, "")
		if err != nil {
			all = append(all, installedSet{Name: name, Dir: filepath.Join(p.services.Dirs.Models(), name), Problem: err.Error()})
			continue
		}
		all = append(all, installedSet{Name: name, Description: set.Description, Dir: set.Dir})
	}
	return all
}
