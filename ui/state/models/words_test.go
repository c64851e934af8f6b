package models

import "testing"

func TestSizesAndTimesInWords(t *testing.T) {
	for n, want := range map[int64]string{0: "0 bytes", 999: "999 bytes", 1000: "1.0 kB", 999_950: "1.0 MB", 178_090_079: "178 MB", 990_768_152: "991 MB", 1_421_000_000: "1.4 GB", 53e9: "53 GB", -5: "0 bytes"} {
		if got := sizeText(n); got != want {
			t.Errorf("%d bytes: %q, want %q", n, got, want)
		}
	}
	for s, want := range map[float64]string{3: "a few seconds", 61: "70 s", 100: "2 min", 7000: "2 h", 1e9: "days"} {
		if got := leftText(s); got != want {
			t.Errorf("%v s: %q, want %q", s, got, want)
		}
	}
	if got := progressText(Progress{Done: 999, Total: 1000, PerSecond: 0.5}); got != "99 %" {
		t.Errorf("%q", got)
	}
}
