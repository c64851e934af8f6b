package state

import (
	"math"
	"slices"
)

// Settings are what survives the window. They are kept as JSON; what is missing
// or makes no sense gets its default (Repaired).
type Settings struct {
	Format       int      `json:"format"` // 1
	Width        float32  `json:"width"`  // of the window, dp
	Height       float32  `json:"height"`
	PanelWidth   float32  `json:"panel_width,omitempty"` // 0: by the window's width
	PanelHidden  bool     `json:"panel_hidden,omitempty"`
	Layers       Layers   `json:"layers"`
	Opacity      float64  `json:"opacity"`
	Score        float64  `json:"score,omitempty"` // 0: the model set's own
	SecondNames  bool     `json:"second_names,omitempty"`
	Order        Order    `json:"order"`
	Theme        Theme    `json:"theme"`
	Model        string   `json:"model"`
	Device       string   `json:"device"`
	Threads      int      `json:"threads,omitempty"` // 0: one less than there are cores
	MaxPixels    int64    `json:"max_pixels,omitempty"`
	Recent       []string `json:"recent,omitempty"` // newest first
	ToldDrawings bool     `json:"told_drawings,omitempty"`
	Folder       string   `json:"folder,omitempty"` // where the last picture was opened
}

// Layers are what is drawn over the picture.
type Layers struct {
	Masks    bool `json:"masks"`
	Outlines bool `json:"outlines"`
	Boxes    bool `json:"boxes"`
	Labels   bool `json:"labels"`
	Classes  bool `json:"classes"`
}

// Layer names one of Layers.
type Layer string

// The layers.
const (
	LayerMasks    Layer = "masks"
	LayerOutlines Layer = "outlines"
	LayerBoxes    Layer = "boxes"
	LayerLabels   Layer = "labels"
	LayerClasses  Layer = "classes"
)

// Has reports whether a layer is on.
func (l Layers) Has(name Layer) bool {
	if p := l.field(name); p != nil {
		return *p
	}
	return false
}

// with gives l with one layer switched.
func (l Layers) with(name Layer, on bool) Layers {
	if p := l.field(name); p != nil {
		*p = on
	}
	return l
}

func (l *Layers) field(name Layer) *bool {
	switch name {
	case LayerMasks:
		return &l.Masks
	case LayerOutlines:
		return &l.Outlines
	case LayerBoxes:
		return &l.Boxes
	case LayerLabels:
		return &l.Labels
	case LayerClasses:
		return &l.Classes
	}
	return nil
}

// Order is the order of the list of objects.
type Order string

// The orders.
const (
	BySize  Order = "size"
	ByScore Order = "score"
	ByName  Order = "name"
)

// Theme is light, dark, or as the system has it.
type Theme string

// The themes.
const (
	SystemTheme Theme = "system"
	LightTheme  Theme = "light"
	DarkTheme   Theme = "dark"
)

// Limits of settings.
const (
	mostRecent      = 8
	leastPanel      = 280
	mostPanel       = 560
	leastWidth      = 600
	leastHeight     = 400
	mostSize        = 16384
	defaultOpacity  = 0.38
	defaultScore    = 0.5
	lowerScore      = 0.3 // what "show them" lowers the threshold to
	mostThreads     = 1024
	mostPathsOpened = 10_000
)

// DefaultSettings are those of a first start.
func DefaultSettings() Settings {
	return Settings{Format: 1, Width: 1280, Height: 800, Layers: Layers{Masks: true, Outlines: true, Labels: true}, Opacity: defaultOpacity,
		Order: BySize, Theme: SystemTheme, Model: "starter", Device: "auto"}
}

// Repaired gives s with everything that makes no sense replaced by its default,
// so that a damaged or foreign file never keeps the window from opening.
func (s Settings) Repaired() Settings {
	d := DefaultSettings()
	s.Format = 1
	within := func(v *float32, least, most, other float32) {
		if !(*v >= least && *v <= most) {
			*v = other
		}
	}
	within(&s.Width, leastWidth, mostSize, d.Width)
	within(&s.Height, leastHeight, mostSize, d.Height)
	if s.PanelWidth != 0 {
		within(&s.PanelWidth, leastPanel, mostPanel, 0)
	}
	if !(s.Opacity >= 0 && s.Opacity <= 1) {
		s.Opacity = d.Opacity
	}
	if !(s.Score >= 0 && s.Score <= 1) {
		s.Score = 0
	}
	if !slices.Contains([]Order{BySize, ByScore, ByName}, s.Order) {
		s.Order = d.Order
	}
	if !slices.Contains([]Theme{SystemTheme, LightTheme, DarkTheme}, s.Theme) {
		s.Theme = d.Theme
	}
	if s.Model == "" {
		s.Model = d.Model
	}
	if s.Device == "" {
		s.Device = d.Device
	}
	if s.Threads < 0 || s.Threads > mostThreads {
		s.Threads = 0
	}
	if s.MaxPixels < 0 || s.MaxPixels > math.MaxInt64/4 {
		s.MaxPixels = 0
	}
	if len(s.Recent) > mostRecent {
		s.Recent = slices.Clone(s.Recent[:mostRecent])
	}
	return s
}

// equal compares settings, lists included.
func (s Settings) equal(t Settings) bool {
	a, b := s, t
	a.Recent, b.Recent = nil, nil
	return slices.Equal(s.Recent, t.Recent) && settingsKey(a) == settingsKey(b)
}

// settingsKey makes settings without their list comparable.
func settingsKey(s Settings) any {
	return struct {
		w, h, p    float32
		ph, sn, td bool
		l          Layers
		op, sc     float64
		o          Order
		t          Theme
		m, d, f    string
		th         int
		mp         int64
	}{s.Width, s.Height, s.PanelWidth, s.PanelHidden, s.SecondNames, s.ToldDrawings, s.Layers, s.Opacity, s.Score, s.Order, s.Theme, s.Model, s.Device, s.Folder, s.Threads, s.MaxPixels}
}
