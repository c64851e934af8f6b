package render

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
)

func TestWrapping(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		width int
		most  int
		want  []string
	}{
		"short":            {"a dog", 10, 9, []string{"a dog"}},
		"at spaces":        {"a dog in the middle", 9, 9, []string{"a dog in", "the", "middle"}},
		"a long word":      {"a abcdefghij b", 4, 9, []string{"a", "abcd", "efgh", "ij b"}},
		"wide runes":       {"собака", 3, 9, []string{"соб", "ака"}},
		"combining marks":  {"e\u0301e\u0301e\u0301", 2, 9, []string{"e\u0301", "e\u0301", "e\u0301"}},
		"line breaks":      {"a\nb\r\n\nc", 9, 9, []string{"a", "b", "", "c"}},
		"nothing":          {"", 9, 9, []string{""}},
		"too many lines":   {"aa bb cc dd", 2, 2, []string{"aa", "b…"}},
		"no width at all":  {"abc", 0, 9, []string{"a", "b", "c"}},
		"too many in word": {"aaaaaaaaaaaaaaaaaaaa", 3, 2, []string{"aaa", "aa…"}},
	} {
		if got := wrap(c.text, c.width, c.most, utf8.RuneCountInString); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func FuzzWrap(f *testing.F) {
	f.Add("a dog in the middle at night", 9, 3)
	f.Add("Donaudampfschifffahrtsgesellschaft\n\u0301x\u200dy \xff", 4, 40)
	f.Add("\xe2\n\x80\x84", 4, 40) // bytes that are a space once the line break between them is gone
	f.Fuzz(func(t *testing.T, text string, width, most int) {
		width, most = width&0xff, most&0x3f+1
		lines := wrap(text, width, most, utf8.RuneCountInString)
		if len(lines) < 1 || len(lines) > most {
			t.Fatalf("%d lines of at most %d", len(lines), most)
		}
		for _, l := range lines {
			if n := utf8.RuneCountInString(l); n > max(width, 1) && len(clusterEnds(l)) > 1 {
				t.Fatalf("%q is wider than %d", l, width)
			}
		}
		if len(lines) < most { // only white space may be lost
			squeeze := func(parts ...string) string {
				var all strings.Builder
				for _, p := range parts {
					for _, word := range strings.Fields(p) {
						all.WriteString(string([]rune(word))) // before joining: halves of a character stay halves
					}
				}
				return all.String()
			}
			if squeeze(lines...) != squeeze(text) {
				t.Fatalf("%q became %q", text, lines)
			}
		}
	})
}

func TestTheFontsCoverLatinGreekAndCyrillic(t *testing.T) {
	const letters = "ABCXYZabcxyz0123456789 ÄÖÜßéèçñåøæœłőşžÞð ΑΒΓΩαβγωάέήίόύώς АБВЯабвяёїєў .,:;!?–—…%×·'\"«»„“”’€"
	for _, face := range []typeface{regular, bold} {
		f, err := parsed[face]()
		if err != nil {
			t.Fatal(err)
		}
		if missing := missingGlyphs(f, letters); missing != "" {
			t.Errorf("face %d has no %q", face, missing)
		}
	}
}

func missingGlyphs(f *opentype.Font, letters string) string {
	var b sfnt.Buffer
	missing := ""
	for _, r := range letters {
		if g, err := f.GlyphIndex(&b, r); err != nil || g == 0 {
			missing += string(r)
		}
	}
	return missing
}

func TestShorteningKeepsTheBeginning(t *testing.T) {
	f := newFace(regular, 12)
	measure := func(s string) int { return textWidth(f, s) }
	whole := "a very long name of a class"
	short := shorten(whole, 80, measure)
	if measure(short) > 80 || !strings.HasSuffix(short, "…") || !strings.HasPrefix(whole, strings.TrimSuffix(short, "…")) {
		t.Errorf("%q", short)
	}
	if got := shorten("dog", 80, measure); got != "dog" {
		t.Errorf("%q", got)
	}
	if got := shorten("dog", 0, measure); got != "…" {
		t.Errorf("%q", got)
	}
}

func TestFacesExistAtAnySize(t *testing.T) {
	for _, size := range []float64{-1, 0, 0.001, 12, 1e9} {
		f := newFace(bold, size)
		if f == nil || font.MeasureString(f, "x") <= 0 {
			t.Errorf("no face of %v pixels", size)
		}
	}
}

func TestTheCacheOfLabelsIsBounded(t *testing.T) {
	c := newTextCache()
	for i := range 100 {
		if _, ok := c.chip("dog", 1+float64(i)/10); !ok {
			t.Fatal("no chip")
		}
	}
	if len(c.faces) > 20 || len(c.chips) > 20 {
		t.Errorf("%d faces, %d chips", len(c.faces), len(c.chips))
	}
}
