package services

import (
	"path/filepath"
	"runtime"
	"testing"
)

func TestDescryHomeHoldsAllFolders(t *testing.T) {
	d := FindDirs(func(string) string { return "/x" })
	if want := (Dirs{"/x/cache", "/x/config", "/x/data", "/x/state"}); runtime.GOOS != "windows" && d != want {
		t.Errorf("%+v", d)
	}
	if d := FindDirs(func(string) string { return "" }); d.Cache == "" || filepath.Base(d.Config) != "descry" {
		t.Errorf("%+v", d)
	}
}
