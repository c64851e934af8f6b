// Package export writes what is known of a picture to files, a writer for every
// format of the command line, and decides the files' names before the first is
// written. What is drawn is drawn by package render.
package export

import (
	"fmt"
	"path/filepath"
	"strings"

	"descry/internal/failure"
	"descry/internal/nearest"
)

// Format is a kind of file that a run can write, by its name on the command line.
type Format string

// The formats.
const (
	FormatPNG      Format = "png"
	FormatJPEG     Format = "jpeg"
	FormatText     Format = "txt"
	FormatJSON     Format = "json"
	FormatCOCO     Format = "coco"
	FormatLabelMap Format = "labelmap"
)

// FormatInfo says what a format is. Suffix follows the picture's name; COCO has
// one file for the whole run.
type FormatInfo struct {
	Format Format
	Suffix string // "" for COCO
	Help   string
}

// Formats are all formats, in the order of the help.
var Formats = []FormatInfo{
	{FormatPNG, ".descry.png", "the annotated picture as PNG"},
	{FormatJPEG, ".descry.jpg", "the annotated picture as JPEG"},
	{FormatText, ".txt", "the caption as text"},
	{FormatJSON, ".json", "everything found, as describe --json prints it"},
	{FormatCOCO, "", "the objects of the whole run in one coco.json"},
	{FormatLabelMap, ".labelmap.png", "the class of every pixel, as a palette PNG"},
}

// COCOName is the name of the file of FormatCOCO.
const COCOName = "coco.json"

// ParseFormats reads a list of format names with commas between; double ones
// count once. The error for an unknown one names the nearest.
func ParseFormats(list string) ([]Format, error) {
	var all []Format
	var names []string
	for _, f := range Formats {
		names = append(names, string(f.Format))
	}
	seen := map[Format]bool{}
	for _, name := range strings.Split(list, ",") {
		f := Format(strings.ToLower(strings.TrimSpace(name)))
		if f == "" {
			continue
		}
		if !isFormat(f) {
			hint := "The formats are " + strings.Join(names, ", ") + "."
			if meant := nearest.Word(string(f), names); meant != "" {
				hint = "Did you mean " + meant + "? " + hint
			}
			return nil, failure.New(failure.Usage, "read", "--format", "there is no format %q", valid(name)).WithHint("%s", hint)
		}
		if !seen[f] {
			seen[f], all = true, append(all, f)
		}
	}
	if len(all) == 0 {
		return nil, failure.New(failure.Usage, "read", "--format", "the list of formats is empty").WithHint("The formats are %s.", strings.Join(names, ", "))
	}
	return all, nil
}

func isFormat(f Format) bool {
	for _, known := range Formats {
		if known.Format == f {
			return true
		}
	}
	return false
}

// Files are the paths of the files to write for one picture, by format. COCO's
// is the same for all pictures.
type Files map[Format]string

// Plan decides the names of all files of a run before the first is written, so
// that they do not depend on which picture fails: OUT/STEM.SUFFIX. Inputs that
// share a stem keep their extension in it ("a.png.descry.png"), and if that is
// not enough a number. No file gets the name of another or of an input, letter
// case aside. The input "-" has the stem "stdin".
func Plan(inputs []string, out string, formats []Format) []Files {
	taken := map[string]bool{}
	stems := map[string]int{}
	for _, in := range inputs {
		taken[place(in)] = true
		stems[fold(stem(in))]++
	}
	if wants(formats, FormatCOCO) {
		taken[place(filepath.Join(out, COCOName))] = true
	}
	plan := make([]Files, len(inputs))
	for i, in := range inputs {
		for try := 0; ; try++ { // ends: only so many names are taken
			name := stem(in)
			switch {
			case try == 0 && stems[fold(name)] > 1:
				continue
			case try == 1:
				name = base(in)
			case try > 1:
				name = fmt.Sprintf("%s-%d", base(in), try)
			}
			if plan[i] = files(name, out, formats); free(plan[i], taken) {
				break
			}
		}
		for f, path := range plan[i] {
			if f != FormatCOCO {
				taken[place(path)] = true
			}
		}
	}
	return plan
}

func wants(formats []Format, f Format) bool {
	for _, g := range formats {
		if f == g {
			return true
		}
	}
	return false
}

// files returns the paths for one name.
func files(name, out string, formats []Format) Files {
	all := Files{}
	for _, info := range Formats {
		switch {
		case !wants(formats, info.Format):
		case info.Format == FormatCOCO:
			all[info.Format] = filepath.Join(out, COCOName)
		default:
			all[info.Format] = filepath.Join(out, name+info.Suffix)
		}
	}
	return all
}

func free(all Files, taken map[string]bool) bool {
	for f, path := range all {
		if f != FormatCOCO && taken[place(path)] {
			return false
		}
	}
	return true
}

// base is the last element of an input's path, stem the same without extension.
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
	return b // ".png" is a name, not an extension
}

// place makes two spellings of one file equal.
func place(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return fold(path)
}

func fold(s string) string { return strings.ToLower(s) }
