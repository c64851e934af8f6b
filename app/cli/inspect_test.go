package cli

import (
	"strings"
	"testing"

	"descry/models/catalogue"
	"descry/models/identify"
)

func TestAPublishedFileIsKnownByItsSum(t *testing.T) {
	c := catalogue.Official()
	for _, k := range []struct {
		sum, model string
		pinned     bool
	}{
		{"bf2d0c1efbc936eeee2bc95a48e80ebc86b891f61b0106485937fc29f9315fc0", "maskrcnn-v1", true},
		{"d6638651a5526cc2ede56f2b5104d6851b0755816d220e5e046870430180c767", "blip-base", true},
	} {
		if got := knownSum(c, k.sum); got == nil || got.Model != k.model || got.Pinned != k.pinned {
			t.Errorf("%s: %+v", k.sum, got)
		}
	}
	if got := knownSum(c, strings.Repeat("0", 64)); got != nil {
		t.Errorf("nobody's sum is %+v", got)
	}
	for _, m := range c.Models {
		for _, f := range m.Files {
			if f.SHA256 == "" && f.Starts != "" {
				if got := knownSum(c, f.Starts+strings.Repeat("0", 64-len(f.Starts))); got == nil || got.Model != m.Name || got.Pinned {
					t.Errorf("%s: %+v", m.Name, got)
				}
			}
		}
	}
}

func TestLongListsAreCutUnlessAllIsAskedFor(t *testing.T) {
	var names []string
	for i := range 25 {
		names = append(names, strings.Repeat("x", i+1))
	}
	r := weightsReport{Report: identify.Report{Path: "p", Verdict: "v", Missing: names}}
	if text := r.text(inspectFlags{}); strings.Count(text, "missing") != 11 || !strings.Contains(text, "and 15 more") {
		t.Error(text)
	}
	if text := r.text(inspectFlags{all: true}); strings.Count(text, "missing") != 25 {
		t.Error(text)
	}
}

func TestThousandsAreSeparated(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 989820849: "989,820,849", -1234: "-1,234"} {
		if got := thousands(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}
