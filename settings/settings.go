// Package settings holds the settings and the state remembered between runs, as a
// plain value with defaults and bounds. A value out of bounds is repaired, never
// refused: a bad setting must not keep the program from starting.
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
	MaxThreads              = 256
	minMegaPixels           = 1
	maxMegaPixels           = 2000
	MostRecent              = 12
	maxPulling              = 32
	maxFormats              = 64
	maxText                 = 4096 // of a path or a name, in bytes
)

// Theme is light, dark, or the system's.
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

// Layers holds which layers are shown.
type Layers struct {
	Masks    bool `json:"masks"`
	Outlines bool `json:"outlines"`
	Boxes    bool `json:"boxes"`
	Labels   bool `json:"labels"`
	Classes  bool `json:"classes"`
}

// Settings are kept between runs. Fields missing in the file have their defaults;
// invalid values are repaired.
type Settings struct {
	Version         int         `json:"version"`
	Window          Size        `json:"window"`
	PanelWidth      float32     `json:"panel_width"` // dp; 0: by the window's width
	PanelHidden     bool        `json:"panel_hidden"`
	Layers          Layers      `json:"layers"`
	Opacity         float64     `json:"opacity"`           // of fills, 0 … 1
	Score           float64     `json:"score"`             // the minimum shown; 0: the model set's own
	ShowSecondNames bool        `json:"show_second_names"` // several names for the same object
	Sort            Sort        `json:"sort"`              // of the list of objects
	Theme           Theme       `json:"theme"`             //
	Model           string      `json:"model"`             // a model set; empty: the program's choice
	Device          string      `json:"device"`            // "auto", "cpu", …
	Threads         int         `json:"threads"`           // 0: the program's choice
	MegaPixels      int         `json:"megapixels"`        // limit of a picture
	Recent          []string    `json:"recent"`            // paths, newest first
	Folder          string      `json:"folder"`            // of the last dialog
	Save            SaveForm    `json:"save"`              // of the captioned picture
	Caption         CaptionForm `json:"caption"`           // options for captions
	PhotoTold       bool        `json:"photo_told"`        // the hint that the built-in models know only drawings was shown
	CardTold        bool        `json:"card_told"`         // the start page's card about the full models was dismissed
	Offline         bool        `json:"offline"`           // nothing is downloaded
	Pulling         []string    `json:"pulling,omitempty"` // models whose download continues when the window opens
}

// Size is a size in dp.
type Size struct {
	Width  float32 `json:"width"`
	Height float32 `json:"height"`
}

// SaveForm holds how a captioned picture was last saved, and which files were
// exported. Formats are named by their IDs, as in --format.
type SaveForm struct {
	Placement string   `json:"placement"` // "under", "over", "none"
	Legend    bool     `json:"legend"`
	Format    string   `json:"format"` // of the captioned picture
	NoPreview bool     `json:"no_preview"`
	Export    []string `json:"export"`
}

// Among returns f without formats that do not exist. drawn are the formats of
// captioned pictures, others the remaining ones in the order of export.
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

// Placements maps the names of the caption's placements to their values.
var Placements = map[string]render.CaptionPlacement{
	"under": render.CaptionUnder, "over": render.CaptionOver, "none": render.CaptionNone,
}

// Default returns the settings of a new user.
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

// Parse reads a settings file. Values that cannot be read have their defaults, so the
// result is usable even if there is an error.
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

// Repaired returns s with invalid values replaced by their defaults.
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
	if !Within(s.Threads, 0, MaxThreads) {
		s.Threads = 0
	}
	if !Within(s.MegaPixels, minMegaPixels, maxMegaPixels) {
		s.MegaPixels = d.MegaPixels
	}
	s.Recent = distinct(s.Recent, MostRecent)
	s.Pulling = distinct(s.Pulling, maxPulling)
	if _, known := Placements[s.Save.Placement]; !known {
		s.Save.Placement = d.Save.Placement
	}
	s.Caption = s.Caption.repaired()
	if s.Save.Format = Sound(s.Save.Format); s.Save.Format == "" {
		s.Save.Format = d.Save.Format
	}
	s.Save.Export = distinct(s.Save.Export, maxFormats)
	return s
}

// distinct returns up to most of the sound texts, each once.
func distinct(texts []string, most int) []string {
	var all []string
	for _, t := range texts {
		if Sound(t) != "" && !slices.Contains(all, t) && len(all) < most {
			all = append(all, t)
		}
	}
	return all
}

// Pixels returns the largest size of a picture, in pixels.
func (s Settings) Pixels() int64 { return int64(s.MegaPixels) * 1_000_000 }

// Within reports whether v is a number from least to most.
func Within[T int | float32 | float64](v, least, most T) bool {
	return !math.IsNaN(float64(v)) && v >= least && v <= most
}

// OneOf returns v if it is among the values, else the first of them.
func OneOf[T comparable](v T, values ...T) T {
	if slices.Contains(values, v) {
		return v
	}
	return values[0]
}

// Sound returns s if it is usable as a path or name, else "".
func Sound(s string) string {
	if len(s) > maxText || strings.ContainsRune(s, 0) {
		return ""
	}
	return s
}
