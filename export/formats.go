// Package export writes the description of a picture (inference.Description) to files.
// Each format has a source file and a line in Formats, the table that the command line,
// its help and completion, and the window's pages use. The names of the files are
// decided before the first is written (Plan). Package render does the drawing.
package export

import (
	"image"
	"io"
	"slices"
	"strings"

	"descry/inference"
	"descry/internal/atomicfile"
	"descry/internal/failure"
	"descry/internal/nearest"
)

// Formats lists all formats, in the order of the help and of the window's pages.
var Formats = []Format{
	pngFormat,
	jpegFormat,
	textFormat,
	jsonFormat,
	cocoFormat,
	labelMapFormat,
}

// Format is a file format. Either Write is set, for one file per picture, or Start, for
// one file per run.
type Format struct {
	ID      string           // its name on the command line and in the settings
	Suffix  string           // appended to the picture's name, also if the file of a run holds only one picture
	RunFile string           // the name of the file of a whole run
	Drawn   bool             // it holds the captioned picture; the window offers it for saving that, and all others on its export page
	Endings []string         // of Drawn formats: the file name extensions that select them
	Needs   []inference.Task // nothing is written without these parts
	Title   string           // in the window
	Tip     string           // in the window
	Help    string           // on the command line

	Write func(path string, p Picture, mode atomicfile.Mode) error
	Start func() Run
}

// Picture is a picture to export. Draw returns the captioned picture; only Drawn formats
// call it.
type Picture struct {
	inference.Description
	Draw func() (*image.RGBA, error)
}

// Run collects the pictures of a run for a format with one file per run.
type Run interface {
	Add(Picture) error
	Write(path string, mode atomicfile.Mode) error
}

// Find returns the format of an ID and reports whether there is one.
func Find(id string) (Format, bool) {
	i := slices.IndexFunc(Formats, func(f Format) bool { return f.ID == id })
	if i < 0 {
		return Format{}, false
	}
	return Formats[i], true
}

// IDs returns the IDs of all formats, in the order of the table.
func IDs() []string {
	var all []string
	for _, f := range Formats {
		all = append(all, f.ID)
	}
	return all
}

// Has reports whether a description has all that the format needs.
func (f Format) Has(d *inference.Description) bool {
	return !slices.ContainsFunc(f.Needs, func(t inference.Task) bool { return !d.Has(t) })
}

// WriteOne writes one picture to its own file, even if the format has one file per run.
func (f Format) WriteOne(path string, p Picture, mode atomicfile.Mode) error {
	if f.Start == nil {
		return f.Write(path, p, mode)
	}
	run := f.Start()
	if err := run.Add(p); err != nil {
		return err
	}
	return run.Write(path, mode)
}

// ParseFormats parses a comma-separated list of IDs and drops duplicates. The error for
// an unknown ID names the nearest one.
func ParseFormats(list string) ([]Format, error) {
	var all []Format
	ids := IDs()
	known := strings.Join(ids, ", ")
	seen := map[string]bool{}
	for _, name := range strings.Split(list, ",") {
		id := strings.ToLower(strings.TrimSpace(name))
		if id == "" {
			continue
		}
		f, ok := Find(id)
		if !ok {
			unknown := failure.New(failure.Usage, "read", "--format", "there is no format %q", valid(name))
			if meant := nearest.Word(id, ids); meant != "" {
				return nil, unknown.WithHint("Did you mean %s? The formats are %s.", meant, known)
			}
			return nil, unknown.WithHint("The formats are %s.", known)
		}
		if !seen[id] {
			seen[id], all = true, append(all, f)
		}
	}
	if len(all) == 0 {
		return nil, failure.New(failure.Usage, "read", "--format", "the list of formats is empty").WithHint("The formats are %s.", known)
	}
	return all, nil
}

// writeText writes a text and a newline to a file.
func writeText(path, text string, mode atomicfile.Mode) error {
	return atomicfile.Write(path, mode, func(w io.Writer) error {
		_, err := io.WriteString(w, text+"\n")
		return err
	})
}
