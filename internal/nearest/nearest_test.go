package nearest

import "testing"

func TestTheNearestWordIsNamed(t *testing.T) {
	known := []string{"png", "jpeg", "txt", "json", "coco", "labelmap"}
	for got, want := range map[string]string{
		"jpg": "jpeg", "JSON": "json", "text": "txt", "label": "labelmap", "cocoa": "coco",
		"spreadsheet": "", "": "", "xyzzy": "",
	} {
		if w := Word(got, known); w != want && !(got == "" && w == "") {
			t.Errorf("Word(%q) = %q, want %q", got, w, want)
		}
	}
}

func TestTheNearestWordIsChosenByItsDistance(t *testing.T) {
	for _, c := range []struct {
		got   string
		known []string
		want  string
	}{
		{"beams", []string{"n-best", "beam", "seams"}, "beam"}, // of equals the first
		{"beams", []string{"seams", "beam"}, "seams"},
		{"de", []string{"do", "describe"}, "describe"},                    // a beginning wins over one edit
		{"ab", []string{"ba"}, "ba"},                                      // two edits of two bytes
		{"ab", []string{"cde"}, ""},                                       // three
		{"abcdefgh", []string{"abcdxxxx"}, "abcdxxxx"},                    // half of eight
		{"abcdefgh", []string{"abcxxxxx"}, ""},                            // more
		{"DESCRIBE", []string{"Describe"}, "Describe"},                    // as it is written
		{"modles", []string{"version", "models", "doctor"}, "models"},     // swapped letters
		{"verzion", []string{"models", "version", "versions"}, "version"}, // the shorter way
		{"divise", []string{"DEVICE"}, "DEVICE"},                          // in capitals too
		{"inspcet", nil, ""},
	} {
		if w := Word(c.got, c.known); w != c.want {
			t.Errorf("Word(%q, %q) = %q, want %q", c.got, c.known, w, c.want)
		}
	}
}
