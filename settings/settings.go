// Package settings holds what a person has chosen and what is remembered between
// runs, as a plain value with its defaults and bounds. A value that is out of its
// bounds is repaired, never refused: no setting is worth not starting.
package settings

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"descry/render"
)

// Version is the version of the settings file that this program writes.
const Version = 1

// Bounds of what can be chosen.
const (
	LeastScore, MostScore   = 0.05, 0.99
	LeastPanel, MostPanel   = 280, 560  // dp
	LeastWindow, MostWindow = 320, 8192 // dp
	mostThreads             = 256
	leastMillions           = 1
	mostMillions            = 2000
	MostRecent              = 12
	mostPulling             = 32
	mostFormats             = 64
	mostText                = 4096 // of a path or a name, in bytes
)

// Theme is light, dark, or as the system is.
type Theme string

// The themes.
const (
	ThemeSystem Theme = "system"
	ThemeLight  Theme = "light"
	ThemeDark   Theme = "dark"
)

// Sort is the order of the list of objects.
type Sort string

// The orders.
const (
	SortSize  Sort = "size"
	SortScore Sort = "score"
	SortName  Sort = "name"
)

// Layer is something drawn over the picture.
type Layer string

// The layers.
const (
	LayerMasks    Layer = "masks"
	LayerOutlines Layer = "outlines"
	LayerBoxes    Layer = "boxes"
	LayerLabels   Layer = "labels"
	LayerClasses  Layer = "classes"
)

// Layers says which layers are on.
type Layers struct {
	Masks    bool `json:"masks"`
	Outlines bool `json:"outlines"`
	Boxes    bool `json:"boxes"`
	Labels   bool `json:"labels"`
	Classes  bool `json:"classes"`
}

// Settings are what survives the end of the program. Fields that a file does
// not have keep their default; bad values are repaired.
type Settings struct {
	Version         int         `json:"version"`
	Window          Size        `json:"window"`
	PanelWidth      float32     `json:"panel_width"` // dp; 0: by the window's width
	PanelHidden     bool        `json:"panel_hidden"`
	Layers          Layers      `json:"layers"`
	Opacity         float64     `json:"opacity"`           // of fills, 0 … 1
	Score           float64     `json:"score"`             // least score shown; 0: the model set's own
	ShowSecondNames bool        `json:"show_second_names"` // several names for the same object
	Sort            Sort        `json:"sort"`              // of the list of objects
	Theme           Theme       `json:"theme"`             //
	Model           string      `json:"model"`             // a model set; empty: the program's choice
	Device          string      `json:"device"`            // "auto", "cpu", …
	Threads         int         `json:"threads"`           // 0: the program's choice
	MegaPixels      int         `json:"megapixels"`        // limit of a picture
	Recent          []string    `json:"recent"`            // paths, newest first
	Folder          string      `json:"folder"`            // where the last dialog was
	Save            SaveForm    `json:"save"`              // of the captioned picture
	Caption         CaptionForm `json:"caption"`           // how captions are found
	PhotoTold       bool        `json:"photo_told"`        // it was said that the built-in models know drawings only
	CardTold        bool        `json:"card_told"`         // the start page's card about the full models was closed
	Offline         bool        `json:"offline"`           // nothing is downloaded
	Pulling         []string    `json:"pulling,omitempty"` // models whose download goes on when the window opens
}

// Size is a size in dp.
type Size struct {
	Width  float32 `json:"width"`
	Height float32 `json:"height"`
}

// SaveForm is how a captioned picture was saved last, and which files were
// exported. Formats stand here by their ID, as in --format.
type SaveForm struct {
	Placement string   `json:"placement"` // "under", "over", "none"
	Legend    bool     `json:"legend"`
	Format    string   `json:"format"` // of the captioned picture
	NoPreview bool     `json:"no_preview"`
	Export    []string `json:"export"`
}

// Among returns f with formats that there are only: drawn are those of captioned
// pictures, others the rest, in the order in which files are exported.
func (f SaveForm) Among(drawn, others []string) SaveForm {
	if len(drawn) > 0 {
		f.Format = OneOf(f.Format, drawn...)
	}
	var chosen []string
	for _, id := range others {
		if slices.Contains(f.Export, id) {
			chosen = append(chosen, id)
		}
	}
	f.Export = chosen
	return f
}

// Placements are the names of where the caption goes.
var Placements = map[string]render.CaptionPlacement{
	"under": render.CaptionUnder, "over": render.CaptionOver, "none": render.CaptionNone,
}

// Default are those of a new user.
func Default() Settings {
	return Settings{
		Version: Version,
		Window:  Size{1280, 800},
		Layers:  Layers{Masks: true, Outlines: true, Labels: true},
		Opacity: render.DefaultOpacity,
		Sort:    SortSize, Theme: ThemeSystem, Device: "auto",
		MegaPixels: 200,
		Save:       SaveForm{Placement: "under", Format: "png", Export: []string{"txt"}},
	}
}

// Parse reads a settings file. What cannot be read keeps its default,
// so the result can be used whatever the error says.
func Parse(text []byte) (Settings, error) {
	s := Default()
	err := json.Unmarshal(text, &s)
	if err != nil {
		err = fmt.Errorf("the settings cannot be read in full: %w", err)
	} else if s.Version > Version {
		err = fmt.Errorf("the settings were written by a newer Descry (version %d, this one knows %d)", s.Version, Version)
	}
	return s.Repaired(), err
}

// Repaired returns s with every value in its range, and with default values for
// those that mean nothing.
func (s Settings) Repaired() Settings {
	d := Default()
	s.Version = Version
	if !Within(s.Window.Width, LeastWindow, MostWindow) || !Within(s.Window.Height, LeastWindow, MostWindow) {
		s.Window = d.Window
	}
	if s.PanelWidth != 0 && !Within(s.PanelWidth, LeastPanel, MostPanel) {
		s.PanelWidth = 0
	}
	if !Within(s.Opacity, 0, 1) {
		s.Opacity = d.Opacity
	}
	if !Within(s.Score, LeastScore, MostScore) {
		s.Score = 0
	}
	s.Sort = OneOf(s.Sort, SortSize, SortScore, SortName)
	s.Theme = OneOf(s.Theme, ThemeSystem, ThemeLight, ThemeDark)
	s.Model, s.Folder = Sound(s.Model), Sound(s.Folder)
	if s.Device = Sound(s.Device); s.Device == "" {
		s.Device = d.Device
	}
	if !Within(s.Threads, 0, mostThreads) {
		s.Threads = 0
	}
	if !Within(s.MegaPixels, leastMillions, mostMillions) {
		s.MegaPixels = d.MegaPixels
	}
	s.Recent = distinct(s.Recent, MostRecent)
	s.Pulling = distinct(s.Pulling, mostPulling)
	if _, known := Placements[s.Save.Placement]; !known {
		s.Save.Placement = d.Save.Placement
	}
	s.Caption = s.Caption.repaired()
	if s.Save.Format = Sound(s.Save.Format); s.Save.Format == "" {
		s.Save.Format = d.Save.Format
	}
	s.Save.Export = distinct(s.Save.Export, mostFormats)
	return s
}

// distinct returns the sound ones of texts, each once, and so many at most.
func distinct(texts []string, most int) []string {
	var all []string
	for _, t := range texts {
		if Sound(t) != "" && !slices.Contains(all, t) && len(all) < most {
			all = append(all, t)
		}
	}
	return all
}

// Pixels is the limit of a picture in pixels.
func (s Settings) Pixels() int64 { return int64(s.MegaPixels) * 1_000_000 }

// within reports whether v is a number from least to most.
func Within[T int | float32 | float64](v, least, most T) bool {
	return !math.IsNaN(float64(v)) && v >= least && v <= most
}

// oneOf returns v if it is among the values, else the first of them.
func OneOf[T comparable](v T, values ...T) T {
	if slices.Contains(values, v) {
		return v
	}
	return values[0]
}

// sound returns a path or name that can be used, else "".
func Sound(s string) string {
	if len(s) > mostText || strings.ContainsRune(s, 0) {
		return ""
	}
	return s
}
