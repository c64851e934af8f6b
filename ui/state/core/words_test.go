package core

import (
	"strings"
	"testing"

	"descry/internal/message"
)

func TestTextIsCutBetweenCharacters(t *testing.T) {
	for _, c := range []struct {
		text string
		most int
		want string
	}{
		{"abc", 3, "abc"},
		{"abc", 2, "ab"},
		{"abc", 0, ""},
		{"aé", 2, "a"},                  // the second byte of two
		{"ae\u0301b", 4, "ae\u0301"},    // a letter and its accent
		{"ae\u0301b", 3, "a"},           // not without its accent
		{"ae\u0301", 2, "a"},            // the accent does not fit at all
		{"a👍🏽b", 5, "a"},                // a skin colour
		{"a👍🏽b", 9, "a👍🏽"},              // …
		{"a👨\u200d👩b", 11, "a"},         // a family is one
		{"a👨\u200d👩b", 12, "a👨\u200d👩"}, // …
		{"a\xffb", 4, "a\uFFFD"},        // what is no text
		{"a\xff", 3, "a"},
		{"\xff", 3, "\uFFFD"},
	} {
		if got := Cut(c.text, c.most); got != c.want {
			t.Errorf("%q cut to %d bytes is %q, want %q", c.text, c.most, got, c.want)
		}
	}
	long := strings.Repeat("é", 6000)
	if got := Cut(long, 10_001); got != long[:10_000] {
		t.Errorf("%d bytes are left of %d", len(got), len(long))
	}
}

func TestOneThingHasASentenceOfItsOwn(t *testing.T) {
	for n, want := range map[int]string{0: "0 files", 1: "a file", 2: "2 files"} {
		if got := Plural(n, message.Of("a file"), message.Of("%d files", n)); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestTextBeginsWithACapitalLetter(t *testing.T) {
	for text, want := range map[string]string{"": "", "full": "Full", "über": "Über", "1 file": "1 file"} {
		if got := Capital(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
