package words

import (
	"math"
	"testing"

	"descry/internal/message"
)

func TestSurenessInWords(t *testing.T) {
	for score, want := range map[float64]string{1: "sure", 0.85: "sure", 0.84: "fairly sure", 0.55: "fairly sure", 0.54: "guessing", 0: "guessing"} {
		if got := Sureness(score); got != want {
			t.Errorf("%v is %q, want %q", score, got, want)
		}
	}
	if got := Sureness(math.NaN()); got != "guessing" {
		t.Errorf("no number is %q", got)
	}
	for score, want := range map[float64]string{0: "sure", -0.1: "sure", -0.4: "fairly sure", -2: "guessing", math.Inf(-1): "guessing"} {
		if got := CaptionSureness(score); got != want {
			t.Errorf("caption at %v is %q, want %q", score, got, want)
		}
	}
}

func TestLikelihoodOfOtherCaptions(t *testing.T) {
	for score, want := range map[float64]string{0: "likely", -0.16: "likely", -0.17: "possible", -0.59: "possible", -0.6: "a guess", math.NaN(): "a guess"} {
		if got := CaptionLikelihood(score); got != want {
			t.Errorf("caption at %v is %q, want %q", score, got, want)
		}
	}
}

// A translation changes the words, not what they say.
func TestWordsAreTranslated(t *testing.T) {
	defer message.Translate(nil)
	message.Translate(map[string]string{"sure": "sicher", "likely": "wahrscheinlich", "lower left": "unten links", "%.0f %% of the picture": "%.0f %% des Bildes"})
	for got, want := range map[string]string{
		Sureness(0.9): "sicher", CaptionLikelihood(0): "wahrscheinlich", Share(4, 10, 10): "4 % des Bildes", Where([4]float32{0, 9, 1, 10}, 10, 10): "unten links",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestPercent(t *testing.T) {
	for score, want := range map[float64]string{0: "0 %", 0.994: "99 %", 0.996: "100 %", 1.5: "100 %", -1: "0 %"} {
		if got := Percent(score); got != want {
			t.Errorf("%v is %q, want %q", score, got, want)
		}
	}
	if got := Percent(math.NaN()); got != "? %" {
		t.Errorf("no number is %q", got)
	}
}

func TestShareOfThePicture(t *testing.T) {
	for _, c := range []struct {
		area, w, h int
		want       string
	}{
		{0, 10, 10, "0 % of the picture"}, {1, 20, 20, "less than 1 % of the picture"}, {4, 10, 10, "4 % of the picture"},
		{100, 10, 10, "100 % of the picture"}, {9999, 100, 100, "nearly all of the picture"}, {999, 10, 10, "100 % of the picture"},
		{5, 0, 10, ""}, {math.MaxInt, math.MaxInt, math.MaxInt, "less than 1 % of the picture"},
	} {
		if got := Share(c.area, c.w, c.h); got != c.want {
			t.Errorf("%d of %d×%d is %q, want %q", c.area, c.w, c.h, got, c.want)
		}
	}
}

func TestWhereAnObjectLies(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range []struct {
		box  [4]float32
		want string
	}{
		{[4]float32{0, 0, 20, 20}, "upper left"}, {[4]float32{140, 0, 160, 20}, "top"}, {[4]float32{280, 0, 300, 20}, "upper right"},
		{[4]float32{0, 140, 20, 160}, "left"}, {[4]float32{0, 0, 300, 300}, "middle"}, {[4]float32{280, 140, 300, 160}, "right"},
		{[4]float32{0, 280, 20, 300}, "lower left"}, {[4]float32{140, 280, 160, 300}, "bottom"}, {[4]float32{280, 280, 300, 300}, "lower right"},
		{[4]float32{-900, 900, -800, 1000}, "lower left"}, {[4]float32{nan, nan, nan, nan}, "middle"},
	} {
		if got := Where(c.box, 300, 300); got != c.want {
			t.Errorf("%v is %q, want %q", c.box, got, c.want)
		}
	}
	if got := Where([4]float32{1, 1, 2, 2}, 0, 0); got != "middle" {
		t.Errorf("in nothing: %q", got)
	}
}
