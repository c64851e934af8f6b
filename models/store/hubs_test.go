package store

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"descry/internal/failure"
	"descry/models"
	"descry/models/catalogue"
	"descry/models/transfer"
	"descry/network"
)

func write(t *testing.T, path string, content []byte) string {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o777))
	must(t, os.WriteFile(path, content, 0o666))
	return path
}

// hubCache lays files out as huggingface_hub does: content in blobs/, links to
// it in snapshots/REVISION/, the revision's name in refs/main.
func hubCache(t *testing.T, root, folder, revision string, files map[string][]byte, names map[string]string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("links need a privilege there")
	}
	for name, content := range files {
		blob := write(t, filepath.Join(root, folder, "blobs", names[name]), content)
		link := filepath.Join(root, folder, "snapshots", revision, name)
		must(t, os.MkdirAll(filepath.Dir(link), 0o777))
		rel, err := filepath.Rel(filepath.Dir(link), blob)
		must(t, err)
		must(t, os.Symlink(rel, link))
	}
	write(t, filepath.Join(root, folder, "refs", "main"), []byte(revision))
}

func TestTheCachesAreWhereTheirProgramsPutThem(t *testing.T) {
	abs := func(parts ...string) string { return filepath.Join(append([]string{t.TempDir()[:1]}, parts...)...) }
	home := abs("home", "u")
	for _, c := range []struct {
		env       map[string]string
		hub, data string
	}{
		{nil, filepath.Join(home, ".cache", "huggingface", "hub"), filepath.Join(home, ".cache", "torch", "hub", "checkpoints")},
		{map[string]string{"XDG_CACHE_HOME": abs("c")}, abs("c", "huggingface", "hub"), abs("c", "torch", "hub", "checkpoints")},
		{map[string]string{"HF_HOME": abs("hf"), "TORCH_HOME": abs("th")}, abs("hf", "hub"), abs("th", "hub", "checkpoints")},
		{map[string]string{"HF_HOME": abs("hf"), "HF_HUB_CACHE": abs("x")}, abs("x"), filepath.Join(home, ".cache", "torch", "hub", "checkpoints")},
		{map[string]string{"HF_HOME": "~/hf", "TORCH_HOME": "relative"}, filepath.Join(home, "hf", "hub"), filepath.Join(home, ".cache", "torch", "hub", "checkpoints")},
	} {
		got := HubCaches(func(k string) string { return c.env[k] }, home)
		if !slices.Equal(got.HuggingFace, []string{c.hub}) || !slices.Equal(got.Torch, []string{c.data}) {
			t.Errorf("%v: %+v, want %s and %s", c.env, got, c.hub, c.data)
		}
	}
}

// TestOfficialAddressesAreFoundInTheCaches uses the official catalogue: its
// addresses lead to the folders that huggingface_hub and torch.hub use.
func TestOfficialAddressesAreFoundInTheCaches(t *testing.T) {
	root := t.TempDir()
	blip, _ := catalogue.Official().Model("blip-base")
	v1, _ := catalogue.Official().Model("maskrcnn-v1")
	hubCache(t, root, "models--Salesforce--blip-image-captioning-base", "0123", map[string][]byte{"pytorch_model.bin": nil}, map[string]string{"pytorch_model.bin": blip.Weights().SHA256})
	must(t, os.Truncate(filepath.Join(root, "models--Salesforce--blip-image-captioning-base", "blobs", blip.Weights().SHA256), blip.Weights().Bytes))
	torch := write(t, filepath.Join(root, "torch", "maskrcnn_resnet50_fpn_coco-bf2d0c1e.pth"), nil)
	must(t, os.Truncate(torch, v1.Weights().Bytes))
	hubs := Hubs{HuggingFace: []string{root}, Torch: []string{filepath.Join(root, "torch")}}
	if got := hubs.find(blip.Weights()); len(got) != 1 || filepath.Base(got[0]) != blip.Weights().SHA256 {
		t.Errorf("BLIP: %v", got)
	}
	if got := hubs.find(v1.Weights()); len(got) != 1 || filepath.Base(got[0]) != v1.Weights().Name {
		t.Errorf("Mask R-CNN: %v", got)
	}
	must(t, os.Truncate(torch, 1000))
	if got := hubs.find(v1.Weights()); len(got) != 0 {
		t.Errorf("a file of another size: %v", got)
	}
}

// inCaches is a store whose three models lie in caches: talk in a hub cache, find
// among torch's checkpoints, class there with other content.
func inCaches(t *testing.T) (*Store, *hub, string) {
	t.Helper()
	h := newHub(t)
	c := h.catalogue()
	for k := range c.Models[0].Files {
		f := &c.Models[0].Files[k]
		f.URL = "https://huggingface.co/org/talk/resolve/aaaa/" + f.Name
	}
	s := newStore(t, c)
	root := t.TempDir()
	talk := c.Models[0]
	hubCache(t, root, "models--org--talk", "bbbb", map[string][]byte{"talk.bin": body("talk", 5000), "vocab.txt": body("vocab", 50)},
		map[string]string{"talk.bin": talk.Files[1].SHA256, "vocab.txt": gitSumOf(t, body("vocab", 50))})
	write(t, filepath.Join(root, "torch", "find.pth"), body("find", 7000))
	write(t, filepath.Join(root, "torch", "class.pth"), body("klass", 3000))
	s.Hubs = Hubs{HuggingFace: []string{root}, Torch: []string{filepath.Join(root, "torch")}}
	return s, h, root
}

func gitSumOf(t *testing.T, b []byte) string {
	return gitSum(write(t, filepath.Join(t.TempDir(), "f"), b))
}

func TestWhatLiesInACacheIsUsedInPlaceAndStaysThere(t *testing.T) {
	s, h, root := inCaches(t)
	// class.pth has the right size but other content, so it seems to be cached.
	e, err := s.Estimate([]string{"all3"})
	must(t, err)
	if e.Cached != 15050 || e.Download != 0 || !strings.Contains(e.Lines()[0], "15 kB more are in other") {
		t.Errorf("%+v", e)
	}
	must(t, s.Pull(context.Background(), []string{"all3"}, nil))
	if len(h.asked) != 1 || h.asked[0] != "/m/class.pth" {
		t.Errorf("asked for %v; only class.pth is not in a cache", h.asked)
	}
	set, err := models.Resolve("all3", s.dirs())
	must(t, err)
	blob := filepath.Join(root, "models--org--talk", "blobs", sumOf(body("talk", 5000)))
	if real, _ := filepath.EvalSymlinks(blob); set.Caption.Weights != real {
		t.Errorf("weights at %s, want the blob itself, %s", set.Caption.Weights, real)
	}
	if filepath.Dir(set.Caption.Vocabulary) != filepath.Join(s.Models, "talk", "aaaa") {
		t.Errorf("the vocabulary is at %s", set.Caption.Vocabulary)
	}
	talk, find, class := s.state(t, "talk"), s.state(t, "find"), s.state(t, "class")
	if talk.Place != "Hugging Face's cache" || find.Place != "torch's cache" || class.Place != "" {
		t.Errorf("%q %q %q", talk.Place, find.Place, class.Place)
	}
	if talk.State != InPlace || talk.Elsewhere != 5000 || talk.OnDisk > 4000 || talk.Unused != 0 || find.State != InPlace || class.State != Ready {
		t.Errorf("%+v\n%+v\n%+v", talk, find, class)
	}

	// With Copy, the same files are copied.
	s.Copy = true
	must(t, s.Pull(context.Background(), []string{"talk"}, nil))
	if i := s.state(t, "talk"); i.State != Ready || i.Elsewhere != 0 || len(h.asked) != 1 {
		t.Errorf("%+v, asked %v", i, h.asked)
	}
	if _, err := models.Resolve("talk", s.dirs()); err != nil {
		t.Error(err)
	}

	if _, err := s.Remove(context.Background(), []string{"talk", "find"}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{blob, filepath.Join(root, "torch", "find.pth")} {
		if _, err := os.Stat(path); err != nil {
			t.Errorf("Remove touched another program's file: %v", err)
		}
	}
	if s.state(t, "talk").State != Absent {
		t.Errorf("%+v", s.state(t, "talk"))
	}
}

func TestAFileInPlaceThatChangesOrGoesIsNoticedAndRepaired(t *testing.T) {
	s, h, root := inCaches(t)
	must(t, s.Pull(context.Background(), []string{"find"}, nil))
	there := filepath.Join(root, "torch", "find.pth")
	load := func() error {
		_, err := models.Resolve("find", s.dirs())
		return err
	}
	must(t, load())

	// With another time but the same content, it is hashed again and accepted.
	info, err := os.Stat(there)
	must(t, err)
	must(t, os.Chtimes(there, info.ModTime().Add(5e9), info.ModTime().Add(5e9)))
	if i := s.state(t, "find"); i.State != InPlace || !strings.Contains(i.Problem.String(), "changed after it was checked") {
		t.Errorf("%+v", i)
	}
	must(t, load())
	if i := s.state(t, "find"); !i.Problem.IsZero() {
		t.Errorf("after a load: %+v", i)
	}

	changed := body("find", 7000)
	changed[100] ^= 1
	write(t, there, changed)
	must(t, os.Chtimes(there, info.ModTime().Add(9e9), info.ModTime().Add(9e9)))
	wantFailure(t, load(), failure.Model, there, "changed since it was checked", "verify --repair find")
	write(t, there, changed[:50])
	wantFailure(t, load(), failure.Model, "it has 50 bytes and had 7000")
	if i := s.state(t, "find"); i.State != Damaged {
		t.Errorf("%+v", i)
	}
	must(t, os.Remove(there))
	wantFailure(t, load(), failure.Model, "in place, and that file is missing", "verify --repair find")

	verdicts, err := s.Verify(context.Background(), []string{"find"}, true, nil)
	must(t, err)
	if len(verdicts) != 1 || verdicts[0].OK || !verdicts[0].Repaired || verdicts[0].Problem != "it is missing" {
		t.Errorf("%+v", verdicts)
	}
	must(t, load())
	if i := s.state(t, "find"); i.State != Ready || h.requests("find.pth") != 1 {
		t.Errorf("%+v", i)
	}
}

// TestARecordFromAnywhereOpensNoOtherFile: only the record of a store's folder may point
// to a file elsewhere.
func TestARecordFromAnywhereOpensNoOtherFile(t *testing.T) {
	s, _, root := inCaches(t)
	must(t, s.Pull(context.Background(), []string{"find"}, nil))
	dir, err := s.Path("find")
	must(t, err)
	foreign := t.TempDir()
	for _, name := range []string{models.SetFile, models.RecordFile} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		must(t, err)
		write(t, filepath.Join(foreign, name), text)
	}
	_, err = models.Resolve(foreign, s.dirs())
	wantFailure(t, err, failure.Model, `names "find.pth", which is missing`)

	r, err := models.ReadRecord(dir)
	must(t, err)
	if r.Files["find.pth"].Path == "" || !strings.HasPrefix(r.Files["find.pth"].Path, root) {
		t.Errorf("%+v", r)
	}
}

// TestAModelThatFollowsMainIsFetchedAtOneCommit: the commit is the one that the
// hub reports, for all files, and the folder has its name.
func TestAModelThatFollowsMainIsFetchedAtOneCommit(t *testing.T) {
	const commit = "2227ac38c9f16105cb0412e7cab4759978a8fd90"
	h := newHub(t)
	config, w := body("config", 60), body("large", 6000)
	for _, at := range []string{"main", commit} {
		h.files["/org/large/resolve/"+at+"/config.json"] = config
		h.files["/org/large/resolve/"+at+"/large.bin"] = w
	}
	h.head = func(rw http.ResponseWriter, path string) {
		rw.Header().Set("X-Repo-Commit", commit)
		rw.Header().Set("X-Linked-Etag", `"`+sumOf(h.files[path])+`"`)
	}
	const base = "https://huggingface.co/org/large/resolve/main/"
	m := catalogue.Model{Name: "large", For: catalogue.ForCaption, Architecture: "blip", Licence: "MIT", Revision: catalogue.Main, Files: []catalogue.File{
		{Name: "config.json", URL: base + "config.json", Role: catalogue.RoleConfig, About: 60},
		{Name: "large.bin", URL: base + "large.bin", Role: catalogue.RoleWeights, About: 6000},
	}}
	s := newStore(t, catalogue.Catalogue{Models: []catalogue.Model{m}})
	s.Fetcher = &transfer.Client{Network: &network.Client{HFEndpoint: h.URL}}
	must(t, s.Pull(context.Background(), []string{"large"}, nil))
	i := s.state(t, "large")
	if i.State != Ready || i.Revision != commit || i.Pinned || filepath.Base(i.Dir) != commit {
		t.Errorf("%+v", i)
	}
	if h.requests("/"+commit+"/large.bin") == 0 || h.requests("/main/large.bin") != 0 {
		t.Errorf("asked %v", h.asked)
	}
	set, err := models.Resolve("large", s.dirs())
	must(t, err)
	if set.Caption.Weights != filepath.Join(i.Dir, "large.bin") {
		t.Errorf("%+v", set.Caption)
	}

	// The same files in a hub cache are used without a request.
	root, other := t.TempDir(), newStore(t, s.Catalogue)
	hubCache(t, root, "models--org--large", commit, map[string][]byte{"config.json": config, "large.bin": w},
		map[string]string{"config.json": gitSumOf(t, config), "large.bin": sumOf(w)})
	other.Hubs, other.Fetcher = Hubs{HuggingFace: []string{root}}, nil
	must(t, other.Pull(context.Background(), []string{"large"}, nil))
	if i := other.state(t, "large"); i.State != InPlace || i.Revision != commit {
		t.Errorf("%+v", i)
	}

	// A blob with another content than its name promises is rejected.
	write(t, filepath.Join(root, "models--org--large", "blobs", sumOf(w)), body("other", 6000))
	third := newStore(t, s.Catalogue)
	third.Hubs, third.Fetcher = other.Hubs, nil
	wantFailure(t, third.Pull(context.Background(), []string{"large"}, nil), failure.Network, "large.bin is not on this machine")
}
