package export

import (
	"fmt"
	"path/filepath"
	"strings"

	"descry/internal/atomicfile"
)

// Files holds the paths of files to write, by the ID of their format.
type Files map[string]string

// Plan holds the names of all files of a run.
type Plan struct {
	Each []Files // by picture
	Run  Files   // of the whole run
}

// NewPlan chooses the names of all files of a run, OUT/STEM.SUFFIX, before the first is
// written, so that they do not depend on which pictures fail. Inputs with the same stem
// keep their extension ("a.png.descry.png"), and get a number if that is not enough. No
// file gets the name of another file or of an input; case is ignored. The input "-" has
// the stem "stdin".
func NewPlan(inputs []string, out string, formats []Format) *Plan {
	plan := &Plan{Each: make([]Files, len(inputs)), Run: Files{}}
	used := map[string]bool{}
	stems := map[string]int{}
	for _, in := range inputs {
		used[place(in)] = true
		stems[fold(stem(in))]++
	}
	for _, f := range formats {
		if f.Start != nil {
			plan.Run[f.ID] = filepath.Join(out, f.RunFile)
			used[place(plan.Run[f.ID])] = true
		}
	}
	for i, in := range inputs {
		for try := 0; ; try++ { // terminates: the number of used names is finite
			name := stem(in)
			switch {
			case try == 0 && stems[fold(name)] > 1:
				continue
			case try == 1:
				name = base(in)
			case try > 1:
				name = fmt.Sprintf("%s-%d", base(in), try)
			}
			if plan.Each[i] = files(name, out, formats); free(plan.Each[i], used) {
				break
			}
		}
		for _, path := range plan.Each[i] {
			used[place(path)] = true
		}
	}
	return plan
}

// files returns the paths of one picture's files for one name.
func files(name, out string, formats []Format) Files {
	all := Files{}
	for _, f := range formats {
		if f.Start == nil {
			all[f.ID] = filepath.Join(out, name+f.Suffix)
		}
	}
	return all
}

func free(all Files, used map[string]bool) bool {
	for _, path := range all {
		if used[place(path)] {
			return false
		}
	}
	return true
}

// base returns the last element of an input's path, and stem the same without extension.
func base(in string) string {
	if in == "-" {
		return "stdin"
	}
	return filepath.Base(in)
}

func stem(in string) string {
	b := base(in)
	if s := strings.TrimSuffix(b, filepath.Ext(b)); s != "" {
		return s
	}
	return b // the extension is the whole name, as in ".png"
}

// place returns the same text for different spellings of a path.
func place(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return fold(path)
}

func fold(s string) string { return strings.ToLower(s) }

// Batch writes the files of a plan.
type Batch struct {
	plan *Plan
	mode atomicfile.Mode
	runs map[string]Run
}

// Start returns an empty batch.
func (p *Plan) Start(mode atomicfile.Mode) *Batch {
	b := &Batch{plan: p, mode: mode, runs: map[string]Run{}}
	for _, f := range Formats {
		if _, wanted := p.Run[f.ID]; wanted {
			b.runs[f.ID] = f.Start()
		}
	}
	return b
}

// Picture writes the files of picture i and adds it to those of the run. It skips
// formats that need a part the description does not have. It returns the first error,
// but writes the other files anyway.
func (b *Batch) Picture(i int, p Picture) error {
	var first error
	for _, f := range Formats {
		var err error
		path, one := b.plan.Each[i][f.ID]
		run, all := b.runs[f.ID]
		switch {
		case !f.Has(&p.Description):
		case one:
			err = f.Write(path, p, b.mode)
		case all:
			err = run.Add(p)
		}
		if err != nil && first == nil {
			first = err
		}
	}
	return first
}

// Finish writes the files of the run and returns the first error.
func (b *Batch) Finish() error {
	var first error
	for _, f := range Formats {
		if run, wanted := b.runs[f.ID]; wanted {
			if err := run.Write(b.plan.Run[f.ID], b.mode); err != nil && first == nil {
				first = err
			}
		}
	}
	return first
}
