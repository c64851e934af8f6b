package state

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"descry/export"
	"descry/render"
)

// SettingsVersion is the version of the settings file that this program writes.
const SettingsVersion = 1

// Bounds of what can be chosen.
const (
	leastScore, mostScore   = 0.05, 0.99
	leastPanel, mostPanel   = 280, 560  // dp
	leastWindow, mostWindow = 320, 8192 // dp
	mostThreads             = 256
	leastMillions           = 1
	mostMillions            = 2000
	mostRecent              = 12
	mostPulling             = 32
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

// SaveForm is how a captioned picture was saved last, and which files were exported.
type SaveForm struct {
	Placement string          `json:"placement"` // "under", "over", "none"
	Legend    bool            `json:"legend"`
	Format    export.Format   `json:"format"` // png or jpeg
	NoPreview bool            `json:"no_preview"`
	Export    []export.Format `json:"export"`
}

// placements are the names of where the caption goes.
var placements = map[string]render.CaptionPlacement{
	"under": render.CaptionUnder, "over": render.CaptionOver, "none": render.CaptionNone,
}

// exportable are the formats of the export sheet.
var exportable = []export.Format{export.FormatText, export.FormatJSON, export.FormatCOCO, export.FormatLabelMap}

// DefaultSettings are those of a new user.
func DefaultSettings() Settings {
	return Settings{
		Version: SettingsVersion,
		Window:  Size{1280, 800},
		Layers:  Layers{Masks: true, Outlines: true, Labels: true},
		Opacity: render.DefaultOpacity,
		Sort:    SortSize, Theme: ThemeSystem, Device: "auto",
		MegaPixels: 200,
		Save:       SaveForm{Placement: "under", Format: export.FormatPNG, Export: []export.Format{export.FormatText}},
	}
}

// ParseSettings reads a settings file. What cannot be read keeps its default,
// so the result can be used whatever the error says.
func ParseSettings(text []byte) (Settings, error) {
	s := DefaultSettings()
	err := json.Unmarshal(text, &s)
	if err != nil {
		err = fmt.Errorf("the settings cannot be read in full: %w", err)
	} else if s.Version > SettingsVersion {
		err = fmt.Errorf("the settings were written by a newer Descry (version %d, this one knows %d)", s.Version, SettingsVersion)
	}
	return s.Repaired(), err
}

// Repaired returns s with every value in its range, and with default values for
// those that mean nothing.
func (s Settings) Repaired() Settings {
	d := DefaultSettings()
	s.Version = SettingsVersion
	if !within(s.Window.Width, leastWindow, mostWindow) || !within(s.Window.Height, leastWindow, mostWindow) {
		s.Window = d.Window
	}
	if s.PanelWidth != 0 && !within(s.PanelWidth, leastPanel, mostPanel) {
		s.PanelWidth = 0
	}
	if !within(s.Opacity, 0, 1) {
		s.Opacity = d.Opacity
	}
	if !within(s.Score, leastScore, mostScore) {
		s.Score = 0
	}
	s.Sort = oneOf(s.Sort, SortSize, SortScore, SortName)
	s.Theme = oneOf(s.Theme, ThemeSystem, ThemeLight, ThemeDark)
	s.Model, s.Folder = sound(s.Model), sound(s.Folder)
	if s.Device = sound(s.Device); s.Device == "" {
		s.Device = d.Device
	}
	if !within(s.Threads, 0, mostThreads) {
		s.Threads = 0
	}
	if !within(s.MegaPixels, leastMillions, mostMillions) {
		s.MegaPixels = d.MegaPixels
	}
	var recent []string
	for _, path := range s.Recent {
		if sound(path) != "" && !slices.Contains(recent, path) && len(recent) < mostRecent {
			recent = append(recent, path)
		}
	}
	s.Recent = recent
	var pulling []string
	for _, name := range s.Pulling {
		if sound(name) != "" && !slices.Contains(pulling, name) && len(pulling) < mostPulling {
			pulling = append(pulling, name)
		}
	}
	s.Pulling = pulling
	if _, known := placements[s.Save.Placement]; !known {
		s.Save.Placement = d.Save.Placement
	}
	s.Caption = s.Caption.repaired()
	s.Save.Format = oneOf(s.Save.Format, export.FormatPNG, export.FormatJPEG)
	var formats []export.Format
	for _, f := range exportable {
		if slices.Contains(s.Save.Export, f) {
			formats = append(formats, f)
		}
	}
	s.Save.Export = formats
	return s
}

// Pixels is the limit of a picture in pixels.
func (s Settings) Pixels() int64 { return int64(s.MegaPixels) * 1_000_000 }

// within reports whether v is a number from least to most.
func within[T int | float32 | float64](v, least, most T) bool {
	return !math.IsNaN(float64(v)) && v >= least && v <= most
}

// oneOf returns v if it is among the values, else the first of them.
func oneOf[T comparable](v T, values ...T) T {
	if slices.Contains(values, v) {
		return v
	}
	return values[0]
}

// sound returns a path or name that can be used, else "".
func sound(s string) string {
	if len(s) > mostText || strings.ContainsRune(s, 0) {
		return ""
	}
	return s
}

// changeSettings changes the settings; they are saved a little later.
func (r *reduction) changeSettings(f func(*Settings)) {
	next := r.s.settings
	f(&next)
	next = next.Repaired()
	if reflect.DeepEqual(next, r.s.settings) {
		return
	}
	r.s.settings = next
	if !r.s.settingsDirty {
		r.s.settingsDirty, r.s.settingsSince = true, time.Time{}
	}
}

func (r *reduction) saveSettings() {
	if r.s.settingsDirty {
		r.s.settingsDirty, r.s.settingsSince = false, time.Time{}
		r.do(SaveSettings{r.s.settings})
	}
}

func (a WindowSized) on(r *reduction) {
	r.changeSettings(func(s *Settings) {
		if within(a.Width, leastWindow, mostWindow) && within(a.Height, leastWindow, mostWindow) {
			s.Window = Size{a.Width, a.Height}
		}
	})
}

func (a ThemeSet) on(r *reduction) {
	r.changeSettings(func(s *Settings) { s.Theme = a.Theme })
}

func (a ModelSet) on(r *reduction) {
	r.chose = true
	r.changeSettings(func(s *Settings) { s.Model = a.Model })
}

func (a DeviceSet) on(r *reduction) {
	r.changeSettings(func(s *Settings) { s.Device = a.Device })
}

func (a ThreadsSet) on(r *reduction) {
	r.changeSettings(func(s *Settings) { s.Threads = a.Threads })
}

func (a PixelLimitSet) on(r *reduction) {
	r.changeSettings(func(s *Settings) { s.MegaPixels = a.Millions })
}

func (a SettingsFailed) on(r *reduction) {
	r.notify(notice{kind: NoticeTrouble, text: "The settings could not be kept.", detail: explain(a.Failure)})
}
