// Package catalogue lists the published models that Descry can download: their
// addresses, sizes, SHA-256 sums, licences and requirements.
//
// The official entries (official.go) are BLIP of Salesforce, the detectors and
// segmenters of torchvision, Mask R-CNN of the ONNX Model Zoo and ONNX Runtime's
// library for NVIDIA cards. A JSON file can add others (Parse; the format is in
// models/README.md). Nothing here reads a disk or a network: a Catalogue is a
// value, and package store acts on it.
//
// A known sum is in File.SHA256; a file with another sum is never accepted. torchvision
// writes the first eight digits into its file names; if only those are known, they are
// in File.Starts. A file with neither is "not pinned by Descry": it is checked only
// against the hub's own record.
package catalogue

import (
	"net/url"
	"slices"
	"sort"

	"descry/models/arch"
)

// What a model is for: the tasks' keys in a descry.json, and the runtime.
const (
	ForCaption   = arch.TaskCaption
	ForInstances = arch.TaskInstances
	ForClasses   = arch.TaskClasses
	ForRuntime   = "runtime" // a library of ONNX Runtime, no model
)

// Tasks lists the tasks in the order of display.
var Tasks = []string{ForCaption, ForInstances, ForClasses}

// The roles of files: the keys of a descry.json, archive (of ForRuntime: it is
// unpacked) and extra (kept but not read).
const (
	RoleWeights      = "weights"
	RoleConfig       = "config"
	RolePreprocessor = "preprocessor"
	RoleVocabulary   = "vocabulary"
	RoleCategories   = "categories"
	RoleArchive      = "archive"
	RoleExtra        = "extra"
)

// Main is the revision of a model whose address follows a hub's main branch. It is
// replaced by the commit that the hub reports at the download.
const Main = "main"

// File is one file of a model.
type File struct {
	Name   string `json:"name"` // in the model's folder, with /
	URL    string `json:"url"`
	Role   string `json:"role,omitempty"`
	Bytes  int64  `json:"bytes,omitempty"`  // 0: unknown
	About  int64  `json:"about,omitempty"`  // the approximate size, if Bytes is 0
	SHA256 string `json:"sha256,omitempty"` // 64 hexadecimal digits; "": unknown
	Starts string `json:"starts,omitempty"` // the first digits of the sum, if only those are known
}

// Size returns the size of the file, or the approximate one if it is unknown.
func (f File) Size() int64 {
	if f.Bytes > 0 {
		return f.Bytes
	}
	return f.About
}

// Pinned reports whether the whole sum is known.
func (f File) Pinned() bool { return f.SHA256 != "" }

// Search holds the caption search options of a captioner's descry.json. The fields are
// those of models.CaptionSpec.
type Search struct {
	Prompt     string `json:"prompt,omitempty"`
	Beams      int    `json:"beams,omitempty"`
	MaxTokens  int    `json:"max_tokens,omitempty"` // new tokens, the stop included
	MinTokens  int    `json:"min_tokens,omitempty"` // new tokens before the stop is allowed
	LengthNorm string `json:"length_norm,omitempty"`
}

// Tensor is a tensor that identifies a weights file without a known sum among files of
// the same name.
type Tensor struct {
	Name  string  `json:"name"`
	Shape []int64 `json:"shape"`
}

// Model is a model or a runtime library that can be downloaded.
type Model struct {
	Name         string   `json:"name"` // "blip-base"
	Title        string   `json:"title,omitempty"`
	About        string   `json:"about,omitempty"` // one sentence: what sets it apart
	For          string   `json:"for"`             // caption, instances, classes, runtime
	Architecture string   `json:"architecture,omitempty"`
	Licence      string   `json:"licence"`                // its short name
	LicenceText  string   `json:"licence_text,omitempty"` // all of it
	Revision     string   `json:"revision,omitempty"`     // hub commit, the first 8 digits of the weights' sum, or Main
	Files        []File   `json:"files"`
	Memory       int64    `json:"memory,omitempty"` // bytes used when loaded and running; 0: unknown
	GMAC         float64  `json:"gmac,omitempty"`   // multiply-accumulates per picture, in 10⁹; 0: unknown
	Search       *Search  `json:"search,omitempty"` // captions only
	Score        *float64 `json:"score,omitempty"`  // instances only: the least score worth showing
	Tensor       *Tensor  `json:"tensor,omitempty"` // a tensor that only its weights have
	System       string   `json:"system,omitempty"` // runtimes only: GOOS/GOARCH that it is for; "": any
	Needs        string   `json:"needs,omitempty"`  // what else must be installed, for people
}

// Bytes returns the size of all files.
func (m Model) Bytes() int64 {
	var n int64
	for _, f := range m.Files {
		n += f.Size()
	}
	return n
}

// Source returns the host that the weights are downloaded from.
func (m Model) Source() string {
	u, err := url.Parse(m.Weights().URL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// Pinned reports whether every file's whole sum is known.
func (m Model) Pinned() bool {
	return !slices.ContainsFunc(m.Files, func(f File) bool { return !f.Pinned() })
}

// Weights returns the model's file of weights, or the runtime's archive.
func (m Model) Weights() File {
	for _, f := range m.Files {
		if f.Role == RoleWeights || f.Role == RoleArchive {
			return f
		}
	}
	return File{}
}

// Set is a named set of models, with a list for each task. The first model of a list
// is downloaded with the set; another one replaces it if it is installed and the first
// is not.
type Set struct {
	Name   string              `json:"name"`
	Title  string              `json:"title,omitempty"`
	Models map[string][]string `json:"models"` // by task
}

// Names returns the models that are downloaded with the set, in the order of Tasks.
func (s Set) Names() []string {
	var names []string
	for _, task := range Tasks {
		if list := s.Models[task]; len(list) > 0 {
			names = append(names, list[0])
		}
	}
	return names
}

// Has reports whether the set may use a model.
func (s Set) Has(model string) bool {
	for _, list := range s.Models {
		if slices.Contains(list, model) {
			return true
		}
	}
	return false
}

// Catalogue is a list of models and sets; names are unique over both.
type Catalogue struct {
	Models []Model `json:"models"`
	Sets   []Set   `json:"sets,omitempty"`
}

// Model finds a model by name.
func (c Catalogue) Model(name string) (Model, bool) {
	i := slices.IndexFunc(c.Models, func(m Model) bool { return m.Name == name })
	if i < 0 {
		return Model{}, false
	}
	return c.Models[i], true
}

// Set finds a set by name.
func (c Catalogue) Set(name string) (Set, bool) {
	i := slices.IndexFunc(c.Sets, func(s Set) bool { return s.Name == name })
	if i < 0 {
		return Set{}, false
	}
	return c.Sets[i], true
}

// Names returns the names of all sets, then those of all models.
func (c Catalogue) Names() []string {
	var names []string
	for _, s := range c.Sets {
		names = append(names, s.Name)
	}
	for _, m := range c.Models {
		names = append(names, m.Name)
	}
	return names
}

// Expand replaces names of sets by their models and drops repetitions. unknown is the
// first name that is neither a set nor a model, or "".
func (c Catalogue) Expand(names []string) (models []string, unknown string) {
	for _, name := range names {
		list := []string{name}
		if s, ok := c.Set(name); ok {
			list = s.Names()
		} else if _, ok := c.Model(name); !ok {
			return nil, name
		}
		for _, m := range list {
			if !slices.Contains(models, m) {
				models = append(models, m)
			}
		}
	}
	return models, ""
}

// Add returns c with another catalogue's entries appended. It returns an error for a
// name that exists already.
func (c Catalogue) Add(more Catalogue) (Catalogue, error) {
	both := Catalogue{slices.Concat(c.Models, more.Models), slices.Concat(c.Sets, more.Sets)}
	if err := both.Check(); err != nil {
		return Catalogue{}, err
	}
	return both, nil
}

// SetsOf returns the names of the sets that include a model, sorted.
func (c Catalogue) SetsOf(model string) []string {
	var names []string
	for _, s := range c.Sets {
		if slices.Contains(s.Names(), model) {
			names = append(names, s.Name)
		}
	}
	sort.Strings(names)
	return names
}
