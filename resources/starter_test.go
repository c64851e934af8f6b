package resources

import (
	"bytes"
	"image/png"
	"io/fs"
	"strings"
	"testing"
)

func TestEverySampleIsAPictureWithATitle(t *testing.T) {
	files, err := fs.ReadDir(samples, "samples")
	if err != nil {
		t.Fatal(err)
	}
	list := Samples()
	if len(list) != len(files) || len(list) < 6 {
		t.Errorf("%d samples of %d files, want all and at least 6", len(list), len(files))
	}
	for _, s := range list {
		c, err := png.DecodeConfig(bytes.NewReader(s.PNG))
		if err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
		if c.Width < 150 || c.Height < 150 || s.Title == "" || strings.ContainsAny(s.Name, " /\\") {
			t.Errorf("%s: %d×%d, title %q", s.Name, c.Width, c.Height, s.Title)
		}
	}
}

func TestStarterModelsStaySmallAndCarryTheirLicence(t *testing.T) {
	var total int64
	err := fs.WalkDir(Starter(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		total += info.Size()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if total > 18_000_000 || total < 1_000_000 {
		t.Errorf("the starter models have %d bytes, want at most 18 million", total)
	}
	text, err := fs.ReadFile(Starter(), "LICENSE")
	if err != nil || !bytes.Contains(text, []byte("BSD 3-Clause")) {
		t.Errorf("licence: %v", err)
	}
}
