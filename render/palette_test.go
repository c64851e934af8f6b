package render

import (
	"image/color"
	"testing"
)

func TestColoursOfClassesNeverChange(t *testing.T) {
	for name, want := range map[string]struct {
		c       color.NRGBA
		pattern Pattern
	}{
		"person":       {okabeIto[0], 0},
		"bicycle":      {okabeIto[1], 0},
		"train":        {okabeIto[6], 0},
		"truck":        {okabeIto[0], 1},
		"sports ball":  {okabeIto[4], 4},
		"toothbrush":   {okabeIto[2], 11},
		"narwhal":      {okabeIto[1], 5}, // by hash
		"":             {okabeIto[2], 5},
		"vélo électro": {okabeIto[1], 2},
	} {
		if c, pattern := ClassColor(name); c != want.c || pattern != want.pattern {
			t.Errorf("%q: %v %v", name, c, pattern)
		}
	}
}

func TestNamesOfOneThingShareTheColour(t *testing.T) {
	for _, pair := range [][2]string{
		{"airplane", "aeroplane"}, {"motorcycle", "motorbike"}, {"dining table", "diningtable"}, {"potted plant", "pottedplant"},
		{"couch", "sofa"}, {"tv", "tvmonitor"}, {"Traffic_Light", "traffic light"}, {"Person", "person"},
	} {
		a, as := ClassColor(pair[0])
		b, bs := ClassColor(pair[1])
		if a != b || as != bs || canonicalName(pair[0]) != canonicalName(pair[1]) {
			t.Errorf("%v differ", pair)
		}
	}
	for other, name := range aliases {
		if normalName(other) != other {
			t.Errorf("%q is not plain and never found", other)
		}
		if _, ok := places[normalName(name)]; !ok {
			t.Errorf("%q stands for %q, which is not a class", other, name)
		}
	}
	if len(places) != len(cocoOrder)+len(aliases) {
		t.Errorf("%d names for %d classes and %d others: one is there twice", len(places), len(cocoOrder), len(aliases))
	}
}

func TestTextOnEveryColourCanBeRead(t *testing.T) {
	for _, c := range okabeIto {
		for _, ground := range []color.NRGBA{c, StripeOf(c), mix(c, StripeOf(c), 0.5)} {
			if r := Contrast(ground, InkOn(c)); r < 4.5 {
				t.Errorf("contrast on %v is %.2f", ground, r)
			}
		}
	}
	white := []byte{255, 255, 255, 255}
	blend(white, bandDark, bandOpacity)
	if r := Contrast(color.NRGBA{white[0], white[1], white[2], 255}, lightInk); r < 4.5 {
		t.Errorf("contrast on the caption's band over white is %.2f", r)
	}
	if r := Contrast(paper, inkPlain); r < 4.5 {
		t.Errorf("contrast under the picture is %.2f", r)
	}
}

func TestContrastOfKnownPairs(t *testing.T) {
	black, white := color.NRGBA{0, 0, 0, 255}, color.NRGBA{255, 255, 255, 255}
	for _, c := range []struct {
		a, b color.NRGBA
		want float64
	}{{black, white, 21}, {white, black, 21}, {white, white, 1}, {color.NRGBA{0x77, 0x77, 0x77, 255}, white, 4.478}} {
		if r := Contrast(c.a, c.b); r < c.want-0.001 || r > c.want+0.001 {
			t.Errorf("contrast of %v and %v is %v, want %v", c.a, c.b, r, c.want)
		}
	}
}

func TestBackgroundIsNoThing(t *testing.T) {
	for name, want := range map[string]bool{"__background__": true, "background": true, "Background": true, "unlabelled": true, "dog": false, "": false} {
		if Background(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}
