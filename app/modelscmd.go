package app

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"descry/models"
)

// installedSet is one model set as `descry models list` shows it.
type installedSet struct {
	Name        string   `json:"name"`
	Description string   `json:"description"`
	License     string   `json:"license"`
	Tasks       []string `json:"tasks"`
	Dir         string   `json:"directory"`
	Bytes       int64    `json:"bytes"`
	Problem     string   `json:"problem,omitempty"`
}

func (p *program) modelsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "models",
		Short:   "The model sets on this machine",
		Example: "  descry models list\n  descry models list --json",
		Args:    knownCommand,
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(p.modelsListCommand())
	return c
}

func (p *program) modelsListCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "list",
		Short:   "List the model sets, where they lie and what they can do",
		Example: "  descry models list\n  descry models list --json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			sets := p.installed()
			if asJSON {
				text, err := json.MarshalIndent(sets, "", "  ")
				if err != nil {
					return err
				}
				_, err = fmt.Fprintln(p.out, string(text))
				return err
			}
			w := tabwriter.NewWriter(p.out, 0, 4, 2, ' ', 0)
			fmt.Fprintln(w, "NAME\tFOR\tSIZE\tLICENCE\tWHERE")
			for _, s := range sets {
				state := strings.Join(s.Tasks, ", ")
				if s.Problem != "" {
					state = "damaged: " + oneLine(s.Problem)
				}
				fmt.Fprintf(w, "%s\t%s\t%.1f MB\t%s\t%s\n", s.Name, state, float64(s.Bytes)/1e6, s.License, short(s.Dir))
			}
			return w.Flush()
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return c
}

// installed resolves the built-in set and those in the models folder.
func (p *program) installed() []installedSet {
	var all []installedSet
	for _, name := range p.modelDirs().Installed() {
		all = append(all, p.look(name))
	}
	return all
}

// look resolves one set; what is wrong with it stands in Problem.
func (p *program) look(spec string) installedSet {
	set, err := p.resolve(spec)
	if err != nil {
		return installedSet{Name: spec, Dir: spec, Problem: err.Error(), Tasks: []string{}}
	}
	return installedSet{
		Name: set.Name, Description: set.Description, License: set.License, Dir: set.Dir,
		Tasks: setTasks(set), Bytes: folderSize(set.Dir),
	}
}

// setTasks names what a set can do.
func setTasks(set *models.Set) []string {
	names := []string{}
	for i, has := range []bool{set.Caption != nil, set.Instances != nil, set.Classes != nil} {
		if has {
			names = append(names, string(tasks[i]))
		}
	}
	return names
}

// folderSize sums the files below dir.
func folderSize(dir string) int64 {
	var n int64
	_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if info, err := d.Info(); err == nil {
			n += info.Size()
		}
		return nil
	})
	return n
}
