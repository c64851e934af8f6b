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
