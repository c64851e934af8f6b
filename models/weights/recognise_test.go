package weights

import (
	"os"
	"path/filepath"
	"testing"
)

func TestWeightsAreRecognisedByTheirFirstBytes(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		head string
		want bool
	}{
		"safetensors":                        {"\x40\x00\x00\x00\x00\x00\x00\x00{\"a\":", true},
		"safetensors as an icon":             {"\x00\x00\x01\x00\x00\x00\x00\x00{\"a\":", true},
		"safetensors as JPEG XL":             {"\xff\x0a\x01\x00\x00\x00\x00\x00{\"a\":", true},
		"torch.save":                         {"PK\x03\x04\x00\x00\x08\x08\x00\x00", true},
		"torch.save before 1.6":              {string(legacyMagic) + "\x80\x02M", true},
		"an icon":                            {"\x00\x00\x01\x00\x01\x00\x20\x20\x00\x00", false},
		"a brace after a length of 2 to 32":  {"\x40\x00\x00\x00\x01\x00\x00\x00{\"a\":", false},
		"a length without a header after it": {"\x40\x00\x00\x00\x00\x00\x00\x00 \"a\":", false},
		"too short":                          {"PK\x03", false},
	} {
		path := filepath.Join(dir, "x.jpg")
		if err := os.WriteFile(path, []byte(c.head), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := Recognise(path); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if Recognise(dir) || Recognise(filepath.Join(dir, "absent")) {
		t.Error("a folder or an absent file is recognised")
	}
}
