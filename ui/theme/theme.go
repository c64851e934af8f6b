// Package theme defines the look of Descry's window in one table: colours for the
// light and the dark theme, text sizes, corner radii and gaps. Widgets use names
// and never hold colours of their own, so that a change of the system's theme
// repaints everything.
//
// Fyne's own names are mapped to the same palette, so that Fyne's widgets (text
// fields, menus, dialogs) match. The font is Fyne's, Noto Sans.
package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
)

// Colour names beyond Fyne's.
const (
	Background   fyne.ThemeColorName = "descry.background" // of the window
	Panel        fyne.ThemeColorName = "descry.panel"      // tool bar, side panel, cards, bars
	Canvas       fyne.ThemeColorName = "descry.canvas"     // around the picture
	Text         fyne.ThemeColorName = "descry.text"
	Secondary    fyne.ThemeColorName = "descry.secondary" // secondary text
	Line         fyne.ThemeColorName = "descry.line"      // borders and rules, 1 px
	Hover        fyne.ThemeColorName = "descry.hover"     // background of hovered controls, chips and placeholders
	Field        fyne.ThemeColorName = "descry.field"     // background of text fields
	Accent       fyne.ThemeColorName = "descry.accent"    // the main action, focus, selection, links
	OnAccent     fyne.ThemeColorName = "descry.on-accent"
	AccentHover  fyne.ThemeColorName = "descry.accent-hover"
	Notice       fyne.ThemeColorName = "descry.notice" // text of a notice
	NoticeGround fyne.ThemeColorName = "descry.notice-ground"
	Faint        fyne.ThemeColorName = "descry.faint" // text of disabled controls
	Clear        fyne.ThemeColorName = "descry.clear" // transparent
)

// Sizes beyond Fyne's, in dp.
const (
	SizeCaption   fyne.ThemeSizeName = "descry.caption"   // the caption in its editor
	SizeBody      fyne.ThemeSizeName = "descry.body"      // most text
	SizeLabel     fyne.ThemeSizeName = "descry.label"     // controls and section headings
	SizeSecondary fyne.ThemeSizeName = "descry.secondary" // secondary text
	SizeTitle     fyne.ThemeSizeName = "descry.title"     // the heading of the start page
)

// Gaps and corners in dp: a grid of 4.
const (
	Gap         float32 = 8
	GapWide     float32 = 12
	GapSection  float32 = 16
	GapPage     float32 = 20
	RadiusField float32 = 6 // fields, buttons
	RadiusCard  float32 = 8
	FocusRing   float32 = 2
	MinHit      float32 = 28 // minimum height of controls
)

// pair is a colour of the palette, light and dark, as 0xRRGGBB.
type pair struct{ light, dark uint32 }

// palette holds the window's colours.
var palette = map[fyne.ThemeColorName]pair{
	Background:   {0xF4F5F7, 0x1B1C1F},
	Panel:        {0xFFFFFF, 0x232529},
	Canvas:       {0xE9EBEE, 0x121315},
	Text:         {0x1B1D21, 0xECEDEF},
	Secondary:    {0x5B616B, 0xA2A8B3},
	Line:         {0xDDE0E5, 0x36393F},
	Hover:        {0xEEF3F9, 0x2C3036},
	Field:        {0xFFFFFF, 0x1B1C1F},
	Accent:       {0x0F6CBD, 0x5AA9F0},
	OnAccent:     {0xFFFFFF, 0x0B1622},
	AccentHover:  {0x0C5A9E, 0x7BBBF4},
	Notice:       {0x8A5A00, 0xF3C969},
	NoticeGround: {0xFFF4DC, 0x3A3221},
	Faint:        {0x868C96, 0x747A85},
}

// fyneNames maps the names of Fyne's own widgets to the palette.
var fyneNames = map[fyne.ThemeColorName]fyne.ThemeColorName{
	fynetheme.ColorNameBackground:          Background,
	fynetheme.ColorNameButton:              Panel,
	fynetheme.ColorNameDisabledButton:      Panel,
	fynetheme.ColorNameDisabled:            Faint,
	fynetheme.ColorNameForeground:          Text,
	fynetheme.ColorNameForegroundOnPrimary: OnAccent,
	fynetheme.ColorNameHover:               Hover,
	fynetheme.ColorNameHyperlink:           Accent,
	fynetheme.ColorNameInputBackground:     Field,
	fynetheme.ColorNameInputBorder:         Line,
	fynetheme.ColorNameMenuBackground:      Panel,
	fynetheme.ColorNameOverlayBackground:   Panel,
	fynetheme.ColorNamePlaceHolder:         Secondary,
	fynetheme.ColorNamePressed:             Hover,
	fynetheme.ColorNamePrimary:             Accent,
	fynetheme.ColorNameSeparator:           Line,
	fynetheme.ColorNameHeaderBackground:    Hover,
	fynetheme.ColorNameWarning:             Notice,
}

// translucent holds the colours with an alpha value, through which other things
// stay visible.
var translucent = map[fyne.ThemeColorName][2]color.NRGBA{
	fynetheme.ColorNameSelection:           {{0x0F, 0x6C, 0xBD, 0x40}, {0x5A, 0xA9, 0xF0, 0x50}},
	fynetheme.ColorNameFocus:               {{0x0F, 0x6C, 0xBD, 0x30}, {0x5A, 0xA9, 0xF0, 0x38}},
	fynetheme.ColorNameScrollBar:           {{0x5B, 0x61, 0x6B, 0x70}, {0xA2, 0xA8, 0xB3, 0x70}},
	fynetheme.ColorNameScrollBarBackground: {{}, {}},
	fynetheme.ColorNameShadow:              {{0, 0, 0, 0x26}, {0, 0, 0, 0x70}},
	Clear:                                  {{}, {}},
}

// sizes holds the sizes of text and of Fyne's own widgets, in dp.
var sizes = map[fyne.ThemeSizeName]float32{
	SizeCaption:                         20,
	SizeBody:                            14,
	SizeLabel:                           13,
	SizeSecondary:                       12,
	SizeTitle:                           28,
	fynetheme.SizeNameText:              14,
	fynetheme.SizeNameCaptionText:       12,
	fynetheme.SizeNameHeadingText:       28,
	fynetheme.SizeNameSubHeadingText:    18,
	fynetheme.SizeNamePadding:           4,
	fynetheme.SizeNameInnerPadding:      8,
	fynetheme.SizeNameInputRadius:       RadiusField,
	fynetheme.SizeNameSelectionRadius:   4,
	fynetheme.SizeNameButtonRadius:      RadiusField,
	fynetheme.SizeNameCardRadius:        RadiusCard,
	fynetheme.SizeNameDialogRadius:      RadiusCard,
	fynetheme.SizeNamePopupRadius:       RadiusCard,
	fynetheme.SizeNameMenuRadius:        RadiusCard,
	fynetheme.SizeNameInputBorder:       1,
	fynetheme.SizeNameScrollBar:         10,
	fynetheme.SizeNameScrollBarSmall:    5,
	fynetheme.SizeNameScrollBarRadius:   5,
	fynetheme.SizeNameModalBlurRadius:   0,
	fynetheme.SizeNameWindowButtonIcon:  12,
	fynetheme.SizeNameInnerWindowRadius: RadiusCard,
}

// Theme is Descry's theme. The zero value follows the system.
type Theme struct {
	fixed   bool
	variant fyne.ThemeVariant
}

// System returns the theme that follows the system's light or dark theme.
func System() *Theme { return &Theme{} }

// Fixed returns the theme in one variant, regardless of the system.
func Fixed(v fyne.ThemeVariant) *Theme { return &Theme{fixed: true, variant: v} }

// Color returns the colour of a name: Fyne's, if it is not in the palette.
func (t *Theme) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	if t.fixed {
		v = t.variant
	}
	if own, ok := fyneNames[name]; ok {
		name = own
	}
	if p, ok := palette[name]; ok {
		if v == fynetheme.VariantDark {
			return rgb(p.dark)
		}
		return rgb(p.light)
	}
	if two, ok := translucent[name]; ok {
		if v == fynetheme.VariantDark {
			return two[1]
		}
		return two[0]
	}
	return fynetheme.DefaultTheme().Color(name, v)
}

// Font returns Fyne's own fonts.
func (t *Theme) Font(s fyne.TextStyle) fyne.Resource { return fynetheme.DefaultTheme().Font(s) }

// Icon returns Fyne's own icons.
func (t *Theme) Icon(n fyne.ThemeIconName) fyne.Resource { return fynetheme.DefaultTheme().Icon(n) }

// Size returns the size of a name in dp: Fyne's, if it is not in the table.
func (t *Theme) Size(n fyne.ThemeSizeName) float32 {
	if s, ok := sizes[n]; ok {
		return s
	}
	return fynetheme.DefaultTheme().Size(n)
}

func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xFF}
}
