package models

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descry/internal/failure"
	"descry/models/catalogue"
)

// arrive installs a model that needs no more than a name.
func arrive(t *testing.T, d Dirs, name, task, architecture string) {
	t.Helper()
	dir := filepath.Join(d.Models, name, "rev")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string]string{"w": "1", SetFile: `{"format":1,"name":"` + name + `","` + task + `":{"architecture":"` + architecture + `","weights":"w"}}`} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// TestTheDefaultIsTheBestThatHasArrived installs the official models one by one.
func TestTheDefaultIsTheBestThatHasArrived(t *testing.T) {
	d := Dirs{Models: t.TempDir()}
	for _, step := range []struct{ name, task, architecture, want, tasks string }{
		{"", "", "", "starter", "caption instances classes"},
		{"maskrcnn-12-other", "instances", "maskrcnn_resnet_fpn", "maskrcnn-12-other", "instances classes"},
		{"blip-base", "caption", "blip", "full", "caption"},
		{"maskrcnn-v1", "instances", "maskrcnn_resnet_fpn", "fast", "caption instances classes"},
		{"deeplabv3-mobilenetv3", "classes", "deeplabv3_mobilenet_v3_large", "fast", "caption instances classes"},
		{"maskrcnn-v2", "instances", "maskrcnn_resnet_fpn", "fast", "caption instances classes"},
		{"deeplabv3-resnet101", "classes", "deeplabv3_resnet", "full", "caption instances classes"},
	} {
		if step.name != "" {
			arrive(t, d, step.name, step.task, step.architecture)
		}
		got := d.Default()
		if got != step.want {
			t.Errorf("with %s the default is %s, want %s", step.name, got, step.want)
		}
		set, err := Resolve(got, d)
		if err != nil {
			t.Fatal(err)
		}
		if tasks := strings.Join(set.Tasks(), " "); tasks != step.tasks {
			t.Errorf("with %s it does %s, want %s", step.name, tasks, step.tasks)
		}
	}
	set, err := Resolve("full", d)
	if err != nil || len(set.Warnings) != 0 || set.Instances.Set != "maskrcnn-v2" || set.Classes.Set != "deeplabv3-resnet101" {
		t.Errorf("%+v, %v", set, err)
	}
}

func TestANamedSetIsWhatOfItHasArrived(t *testing.T) {
	d := Dirs{Models: t.TempDir()}
	_, err := Resolve("full", d)
	checkFailure(t, "full", err, failure.Model, "full", "none of its models is installed")
	arrive(t, d, "maskrcnn-v1", "instances", "maskrcnn_resnet_fpn")
	set, err := Resolve("full", d)
	if err != nil {
		t.Fatal(err)
	}
	// v1 replaces v2. The missing models are reported, with the command to get them.
	if set.Name != "full" || set.Instances.Set != "maskrcnn-v1" || set.Caption != nil || len(set.Warnings) != 1 ||
		!strings.Contains(set.Warnings[0], "blip-base (caption), deeplabv3-resnet101 (classes)") || !strings.Contains(set.Warnings[0], "descry models pull full") {
		t.Errorf("%+v", set)
	}
	for spec, want := range map[string]string{
		"full caption": "full", "full instances": "instances=maskrcnn-v1", "full classes": "instances=maskrcnn-v1",
		"starter caption": "starter", "caption=starter caption": "starter", "caption=a,instances=b instances": "instances=b", "caption=a,instances=b classes": "instances=b",
	} {
		spec, task, _ := strings.Cut(spec, " ")
		if got := d.ForTask(spec, task); got != want {
			t.Errorf("%s for %s is %s, want %s", spec, task, got, want)
		}
	}
	own := Dirs{Models: d.Models, Sets: []catalogue.Set{{Name: "mine", Models: map[string][]string{"instances": {"maskrcnn-v1"}}}}}
	if got := own.Default(); got != "mine" {
		t.Errorf("with a set of one's own the default is %s", got)
	}
	arrive(t, d, "full", "caption", "blip") // a folder of that name takes precedence
	if set, err := Resolve("full", d); err != nil || set.Caption == nil || d.ForTask("full", "caption") != "full" {
		t.Errorf("%+v, %v", set, err)
	}
}

// FuzzReadRecord: a record that is accepted names only files of its folder, and
// others only by absolute paths.
func FuzzReadRecord(f *testing.F) {
	f.Add([]byte(`{"format":1,"model":"m","revision":"r","files":{"a/b":{"bytes":1,"modified":2,"sha256":"00","pinned":true},"c":{"path":"/x"}}}`))
	f.Add([]byte(`{"format":1,"files":{"../a":{}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, RecordFile), text, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := ReadRecord(dir)
		if err != nil {
			return
		}
		for name, file := range r.Files {
			rel, err := filepath.Rel(dir, filepath.Join(dir, filepath.FromSlash(name)))
			if err != nil || !filepath.IsLocal(rel) {
				t.Fatalf("%q leaves the folder", name)
			}
			if file.Path != "" && !filepath.IsAbs(file.Path) {
				t.Fatalf("%q is at %q", name, file.Path)
			}
		}
		if err := r.Write(dir); err != nil {
			t.Fatal(err)
		}
	})
}
