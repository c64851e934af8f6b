package theme

import (
	"fmt"
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
)

// luminance is the relative luminance of WCAG 2.1.
func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	lin := func(v uint32) float64 {
		s := float64(v) / 65535
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*lin(r) + 0.7152*lin(g) + 0.0722*lin(b)
}

func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestAllTextHasAContrastOfAtLeastFourAndAHalf(t *testing.T) {
	type couple struct{ text, ground fyne.ThemeColorName }
	var couples []couple
	for _, g := range []fyne.ThemeColorName{Background, Panel, Field, Hover, Canvas} {
		couples = append(couples, couple{Text, g}, couple{Secondary, g})
	}
	couples = append(couples,
		couple{Accent, Panel}, couple{Accent, Background}, couple{Accent, Hover},
		couple{OnAccent, Accent}, couple{OnAccent, AccentHover}, couple{Notice, NoticeGround},
		couple{fynetheme.ColorNameForeground, fynetheme.ColorNameMenuBackground},
		couple{fynetheme.ColorNameForeground, fynetheme.ColorNameOverlayBackground},
		couple{fynetheme.ColorNamePlaceHolder, fynetheme.ColorNameInputBackground},
		couple{fynetheme.ColorNameHyperlink, fynetheme.ColorNameBackground},
		couple{fynetheme.ColorNameForegroundOnPrimary, fynetheme.ColorNamePrimary})
	for name, v := range map[string]fyne.ThemeVariant{"light": fynetheme.VariantLight, "dark": fynetheme.VariantDark} {
		th := Fixed(v)
		for _, c := range couples {
			t.Run(fmt.Sprintf("%s/%s on %s", name, c.text, c.ground), func(t *testing.T) {
				if got := contrast(th.Color(c.text, v), th.Color(c.ground, v)); got < 4.5 {
					t.Errorf("contrast %.2f, want at least 4.5", got)
				}
			})
		}
	}
}

func TestNoTextIsSmallerThanElevenAndAHalf(t *testing.T) {
	for _, n := range []fyne.ThemeSizeName{SizeCaption, SizeBody, SizeLabel, SizeSecondary, SizeTitle,
		fynetheme.SizeNameText, fynetheme.SizeNameCaptionText, fynetheme.SizeNameHeadingText, fynetheme.SizeNameSubHeadingText} {
		if s := System().Size(n); s < 11.5 {
			t.Errorf("%s is %g", n, s)
		}
	}
	if s := System().Size(SizeCaption); s != 20 {
		t.Errorf("caption is %g, want 20", s)
	}
}

func TestThemeFollowsTheSystemUnlessItIsFixed(t *testing.T) {
	s := System()
	if s.Color(Panel, fynetheme.VariantLight) == s.Color(Panel, fynetheme.VariantDark) {
		t.Error("the system's variant makes no difference")
	}
	if f := Fixed(fynetheme.VariantDark); f.Color(Panel, fynetheme.VariantLight) != s.Color(Panel, fynetheme.VariantDark) {
		t.Error("a fixed theme follows the system")
	}
}
