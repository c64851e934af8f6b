package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descry/app/services"
	"descry/internal/failure"
	"descry/internal/message"
	"descry/models"
	"descry/models/catalogue"
	"descry/models/store"
)

func TestAModelsRowSaysWhatIsKnown(t *testing.T) {
	for name, c := range map[string]struct {
		item store.Item
		want []string
	}{
		"all of it": {
			store.Item{Name: "m", For: "caption", State: store.Ready, Bytes: 2e9, Catalogued: true, Pinned: true, Memory: 3e9, Seconds: 1.25, Measured: true, Licence: "MIT", Title: "M"},
			[]string{"m", "caption", "ready", "2.00 GB", "3.00 GB", "1.2 s", "MIT", "M"},
		},
		"estimated, not pinned, in part": {
			store.Item{Name: "m", State: store.Partial, Bytes: 1000, Done: 250, Catalogued: true, Seconds: 12},
			[]string{"m", "", "25 % here", "1 kB *", "-", "~12 s", "", ""},
		},
		"a set of one's own": {
			store.Item{Name: "own", State: store.Ready, Bytes: 0},
			[]string{"own", "", "ready", store.Size(0), "-", "-", "", ""},
		},
		"nothing of it": {
			store.Item{Name: "m", State: store.Partial, Bytes: 0},
			[]string{"m", "", string(store.Partial), store.Size(0), "-", "-", "", ""},
		},
	} {
		got := listColumns(c.item)
		if name == "estimated, not pinned, in part" {
			got[3], c.want[3] = strings.TrimPrefix(got[3], store.Size(1000)), " *"
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestTheListEndsWithWhatIsWrongAndWhatCanGo(t *testing.T) {
	l := modelsListing{
		Listing: store.Listing{Items: []store.Item{{Name: "m", State: store.Damaged, Problem: message.Literal("a file\nis\x1b damaged")}}, OnDisk: 2e9, Unused: 1e9, Elsewhere: 3e9},
		Sets:    []catalogue.Set{{Name: "full", Models: map[string][]string{"caption": {"m"}}}},
		Default: "full", Idle: []string{"a", "b"}, Folder: "/models",
	}
	var out bytes.Buffer
	if err := l.write(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"\nfull: m\n", "\nm: a file is\uFFFD damaged\n",
		"on disk 2.00 GB, of which 1.00 GB is unused (descry models remove --unused); used in place 3.00 GB; downloaded but not in use: a, b; default: full; in /models\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
	out.Reset()
	if err := (modelsListing{Default: "starter", Folder: "/models"}).write(&out); err != nil || !strings.HasSuffix(out.String(), "on disk "+store.Size(0)+"; default: starter; in /models\n") {
		t.Errorf("%v: %s", err, out.String())
	}
}

func TestModelsOfASetAreNamedByTheirTasks(t *testing.T) {
	set := &models.Set{
		Caption: &models.CaptionSpec{Common: models.Common{Set: "a"}}, Instances: &models.InstancesSpec{Common: models.Common{Set: "b"}}, Classes: &models.ClassesSpec{Common: models.Common{Set: "c"}},
	}
	if got := modelsOf(set); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("%q", got)
	}
	if got := modelsOf(&models.Set{}); len(got) != 0 {
		t.Errorf("of an empty set: %q", got)
	}
}

func TestAVerdictIsALine(t *testing.T) {
	for want, v := range map[string]store.Verdict{
		"m f: ok": {Model: "m", File: "f", OK: true, Pinned: true},
		"m f: ok, as it was when it came (not pinned by Descry)": {Model: "m", File: "f", OK: true},
		"m f: DAMAGED: it is short":                              {Model: "m", File: "f", Problem: "it is short"},
		"m f: repaired: it was short":                            {Model: "m", File: "f", OK: true, Repaired: true, Problem: "it was short"},
	} {
		if got := verdictLine(v); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestLicencesAreSaidOnceEach(t *testing.T) {
	items := []store.Item{{Name: "a", Licence: "MIT"}, {Name: "b", Licence: "BSD"}, {Name: "c", Licence: "MIT"}}
	if got := licences(items); got != "MIT (a, c); BSD (b)" {
		t.Errorf("%q", got)
	}
	var out bytes.Buffer
	if err := writeLicences(&out, []modelLicence{{"a", "MIT", "text 1\n"}, {"b", "BSD", "text 2\n"}, {"c", "MIT", "text 1\n"}}); err != nil {
		t.Fatal(err)
	}
	if want := "a, c: MIT\n\ntext 1\n\nb: BSD\n\ntext 2\n\n"; out.String() != want {
		t.Errorf("%q", out.String())
	}
	list, err := licenceTexts(catalogue.Official(), []string{"full"})
	if err != nil || len(list) != 3 || list[0].Text == "" {
		t.Errorf("%v: %d texts", err, len(list))
	}
	code, text, _ := run(t, "models", "licence", "--json", "blip-base")
	var read []modelLicence
	if err := json.Unmarshal([]byte(text), &read); code != codeDone || err != nil || len(read) != 1 || read[0].Licence != "BSD-3-Clause" || len(read[0].Text) < 500 {
		t.Errorf("exit code %d, %v: %.200s", code, err, text)
	}
}

func TestProgressIsALineWhenSomethingChanges(t *testing.T) {
	var errs bytes.Buffer
	m := newModelProgress(&program{ctx: context.Background(), err: &errs}, false)
	m.expect([]store.Item{{Name: "m", Bytes: 1000}})
	told := func(p store.Progress) string {
		errs.Reset()
		m.update(p)
		return errs.String()
	}
	receiving := func(done int64) store.Progress {
		return store.Progress{Model: "m", File: "f", Stage: store.Receiving, Done: done, Total: 1000}
	}
	for i, c := range []struct {
		p    store.Progress
		want string
	}{
		{store.Progress{Model: "m", Stage: store.Looking, Note: "hidden"}, "m: " + string(store.Looking) + "\n"},
		{receiving(0), "m: " + string(store.Receiving) + " f, 0 % of " + store.Size(1000) + "\n"},
		{receiving(99), ""},
		{receiving(100), "m: " + string(store.Receiving) + " f, 10 % of " + store.Size(1000) + "\n"},
		{receiving(150), ""},
		{store.Progress{Model: "m", File: "f", Stage: store.Retrying, Note: "it was\ncut off"}, "m: " + string(store.Retrying) + " f (it was cut off)\n"},
		{store.Progress{Model: "m", File: "f", Stage: store.Done}, "m: " + string(store.Done) + "\n"},
	} {
		if got := told(c.p); got != c.want {
			t.Errorf("step %d: %q, want %q", i, got, c.want)
		}
	}
	first, second := failure.New(failure.Network, "download", "f", "no answer"), failure.New(failure.Storage, "download", "g", "it is full")
	if got := told(store.Progress{Model: "m", Stage: store.Failed, Err: first}); got != "" {
		t.Errorf("the first failure, which the command ends with, is told at once: %q", got)
	}
	if got := told(store.Progress{Model: "n", Stage: store.Failed, Err: second}); got != "descry: n: g: it is full\n" {
		t.Errorf("the second: %q", got)
	}
	if got := told(store.Progress{Model: "o", Stage: store.Failed, Err: failure.New(failure.Cancelled, "", "", "stopped")}); got != "" {
		t.Errorf("one that was stopped: %q", got)
	}
	if err := m.failure(second); err != error(first) {
		t.Errorf("the command ends with %v", err)
	}
	quiet := newModelProgress(&program{ctx: context.Background(), err: &errs}, true)
	errs.Reset()
	quiet.update(receiving(0))
	if err := quiet.failure(second); errs.Len() > 0 || err != error(second) {
		t.Errorf("quiet: %q, %v", errs.String(), err)
	}
}

func TestWhatIsReadyIsSaidWithItsPlace(t *testing.T) {
	var out bytes.Buffer
	home := t.TempDir()
	p := &program{ctx: context.Background(), out: &out, services: services.New(func(name string) string { return map[string]string{"DESCRY_HOME": home}[name] })}
	p.printReady([]store.Item{{Name: "a", Dir: "/models/a"}, {Name: "b", Dir: "/models/b", State: store.InPlace, Needs: "a driver"}})
	if want := "a is ready (/models/a)\nb is ready (/models/b, its weights used in place)\n  a driver\nused by default: starter\n"; out.String() != want {
		t.Errorf("%q", out.String())
	}
}

// TestNobodyIsAskedWhereNobodySits: without a terminal no question is asked.
func TestNobodyIsAskedWhereNobodySits(t *testing.T) {
	var errs bytes.Buffer
	p := &program{in: strings.NewReader("n\n"), err: &errs}
	if !p.agree("Delete all?") || errs.Len() > 0 {
		t.Errorf("asked: %q", errs.String())
	}
}

func TestModelsAreImportedCheckedAndRemovedWithoutANetwork(t *testing.T) {
	x := newTerminal(t)
	other := filepath.Join(x.home, "other.bin")
	if err := os.WriteFile(other, []byte("prose"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := x.run("models", "import", other)
	if code != codeModel || out != "" || !strings.Contains(errs, "other.bin is not a file of a known model") || !strings.Contains(errs, "none of the 1 files there") {
		t.Errorf("import: exit code %d: %s%s", code, out, errs)
	}
	if code, out, _ := x.run("models", "verify"); code != codeDone || !strings.HasPrefix(out, "no models are installed but the built-in ones") {
		t.Errorf("verify: exit code %d: %s", code, out)
	}
	if code, out, _ := x.run("models", "verify", "--json"); code != codeDone || strings.TrimSpace(out) != "[]" {
		t.Errorf("verify --json: exit code %d: %s", code, out)
	}
	if code, out, _ := x.run("models", "remove", "--unused", "--json"); code != codeDone || strings.TrimSpace(out) != "[]" {
		t.Errorf("remove: exit code %d: %s", code, out)
	}
	if code, out, _ := x.run("models", "remove", "--unused"); code != codeDone || out != store.Size(0)+" freed in total\n" {
		t.Errorf("remove: exit code %d: %s", code, out)
	}
	if code, _, errs := x.run("models", "pull", "--yes", "blip-base"); code != codeNetwork {
		t.Errorf("pull: exit code %d: %s", code, errs)
	}
	if code, out, _ := x.run("models", "path"); code != codeDone || out != filepath.Join(x.home, "cache", "models")+"\n" {
		t.Errorf("path: exit code %d: %s", code, out)
	}
	if code, _, errs := x.run("models", "path", "blip-base"); code != codeModel || !strings.Contains(errs, "blip-base") {
		t.Errorf("path of one that is not here: exit code %d: %s", code, errs)
	}
	code, out, _ = x.run("models", "list", "--json")
	var list modelsListing
	if err := json.Unmarshal([]byte(out), &list); code != codeDone || err != nil || list.Default != "starter" || len(list.Sets) < 2 || len(list.Idle) != 0 || list.Idle == nil {
		t.Errorf("list: exit code %d, %v: %+v", code, err, list)
	}
}
