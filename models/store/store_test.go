package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"descry/internal/failure"
	"descry/models"
	"descry/models/catalogue"
	"descry/models/transfer"
)

// hub is a file server that counts requests.
type hub struct {
	*httptest.Server
	mu    sync.Mutex
	files map[string][]byte // by path
	asked []string
	head  func(w http.ResponseWriter, path string) // more headers
	hold  chan struct{}                            // if not nil, a body waits after its first half until it is closed
}

func newHub(t *testing.T) *hub {
	t.Helper()
	h := &hub{files: map[string][]byte{}}
	h.Server = httptest.NewServer(http.HandlerFunc(h.serve))
	t.Cleanup(h.Close)
	return h
}

func (h *hub) serve(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.asked = append(h.asked, r.URL.Path)
	body, ok := h.files[r.URL.Path]
	hold := h.hold
	h.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	if h.head != nil {
		h.head(w, r.URL.Path)
	}
	w.Header().Set("ETag", `"`+sumOf(body)[:16]+`"`)
	if hold != nil && len(body) > 1 {
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		_, _ = w.Write(body[:len(body)/2])
		w.(http.Flusher).Flush()
		select {
		case <-hold:
		case <-r.Context().Done():
			return
		}
		_, _ = w.Write(body[len(body)/2:])
		return
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// requests counts the requests so far for paths that end so.
func (h *hub) requests(suffix string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for _, p := range h.asked {
		if strings.HasSuffix(p, suffix) {
			n++
		}
	}
	return n
}

func sumOf(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// put adds a file to the server and returns its entry.
func (h *hub) put(name, role string, body []byte) catalogue.File {
	h.files["/m/"+name] = body
	return catalogue.File{Name: name, URL: h.URL + "/m/" + name, Role: role, Bytes: int64(len(body)), SHA256: sumOf(body)}
}

// body returns n bytes that depend on the name.
func body(name string, n int) []byte { return bytes.Repeat([]byte(name+"."), n/len(name)+1)[:n] }

// small is a catalogue of three small models and two sets.
func (h *hub) catalogue() catalogue.Catalogue {
	talk := catalogue.Model{Name: "talk", Title: "Talk", For: catalogue.ForCaption, Architecture: "blip", Licence: "MIT", LicenceText: "MIT says", Revision: "aaaa",
		Search: &catalogue.Search{Prompt: "a picture of", Beams: 3, MaxTokens: 16, MinTokens: 1, LengthNorm: "whole"},
		Files: []catalogue.File{
			h.put("vocab.txt", catalogue.RoleVocabulary, body("vocab", 50)),
			h.put("talk.bin", catalogue.RoleWeights, body("talk", 5000)),
		}, Memory: 1000, GMAC: 2}
	find := catalogue.Model{Name: "find", Title: "Find", For: catalogue.ForInstances, Architecture: "maskrcnn_resnet_fpn", Licence: "MIT",
		Files: []catalogue.File{h.put("find.pth", catalogue.RoleWeights, body("find", 7000))}, Memory: 2000, GMAC: 3}
	find.Revision = find.Files[0].SHA256[:8]
	class := catalogue.Model{Name: "class", Title: "Class", For: catalogue.ForClasses, Architecture: "deeplabv3_resnet", Licence: "MIT",
		Files: []catalogue.File{h.put("class.pth", catalogue.RoleWeights, body("class", 3000))}}
	class.Revision = class.Files[0].SHA256[:8]
	return catalogue.Catalogue{Models: []catalogue.Model{talk, find, class}, Sets: []catalogue.Set{
		{Name: "all3", Title: "All", Models: map[string][]string{"caption": {"talk"}, "instances": {"find"}, "classes": {"class"}}},
		{Name: "two", Title: "Two", Models: map[string][]string{"caption": {"talk"}, "classes": {"class"}}},
	}}
}

// newStore is a store in a fresh folder that fetches from the server.
func newStore(t *testing.T, c catalogue.Catalogue) *Store {
	t.Helper()
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	return &Store{Models: filepath.Join(dir, "models"), Runtime: filepath.Join(dir, "onnxruntime"), Catalogue: c, Fetcher: &transfer.Client{}}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantFailure(t *testing.T, err error, kind failure.Kind, words ...string) {
	t.Helper()
	f := failure.Of(err, "none")
	if f == nil || f.Kind != kind {
		t.Fatalf("%v (%+v), want kind %s", err, f, kind)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q, want %q in it", err, w)
		}
	}
}

func (s *Store) state(t *testing.T, name string) Item {
	t.Helper()
	i, ok := s.Find(name)
	if !ok {
		t.Fatalf("no %s", name)
	}
	return i
}

func TestAPulledSetIsUsedByNameByPartAndByDefault(t *testing.T) {
	h := newHub(t)
	s := newStore(t, h.catalogue())
	if got := s.dirs().Default(); got != models.Starter {
		t.Errorf("default of an empty store: %s", got)
	}
	var last = map[string]Progress{}
	must(t, s.Pull(context.Background(), []string{"talk"}, func(p Progress) { last[p.Model] = p }))
	if p := last["talk"]; p.Stage != Done || p.Done != 5050 || p.Total != 5050 {
		t.Errorf("last progress %+v", p)
	}

	// One of three is installed. It is used at once, and the missing ones are reported.
	set, err := models.Resolve(s.dirs().Default(), s.dirs())
	must(t, err)
	if set.Name != "all3" && set.Name != "two" {
		t.Errorf("the default is %s", set.Name)
	}
	if set.Caption == nil || set.Caption.Set != "talk" || set.Instances != nil || len(set.Warnings) != 1 || !strings.Contains(set.Warnings[0], "descry models pull") {
		t.Errorf("%+v", set)
	}
	c := set.Caption
	if c.Prompt != "a picture of" || c.Beams != 3 || c.MaxTokens != 16 || c.MinTokens != 1 || c.LengthNorm != "whole" || filepath.Base(c.Vocabulary) != "vocab.txt" {
		t.Errorf("%+v", c)
	}

	must(t, s.Pull(context.Background(), []string{"all3"}, nil))
	if got := s.dirs().Default(); got != "all3" {
		t.Errorf("default: %s", got)
	}
	set, err = models.Resolve("caption=talk,instances=find", s.dirs())
	must(t, err)
	text, err := os.ReadFile(set.Instances.Weights)
	must(t, err)
	if !bytes.Equal(text, body("find", 7000)) || set.License != "MIT" {
		t.Errorf("%+v", set)
	}
	before := len(h.asked)
	must(t, s.Pull(context.Background(), []string{"all3", "two"}, nil))
	if len(h.asked) != before {
		t.Errorf("what is here was asked for again: %v", h.asked[before:])
	}
	i := s.state(t, "find")
	if i.State != Ready || i.Done != 7000 || i.Bytes != 7000 || i.OnDisk < 7000 || i.Unused != 0 || !i.Pinned || !slices.Equal(i.Sets, []string{"all3"}) {
		t.Errorf("%+v", i)
	}
	if l := s.List(); l.OnDisk < 15050 || l.Unused != 0 || len(l.Items) != 4 || l.Items[3].Name != models.Starter {
		t.Errorf("%+v", l)
	}
}

func TestAWordThatIsNoModelSaysWhatIs(t *testing.T) {
	s := newStore(t, newHub(t).catalogue())
	wantFailure(t, s.Pull(context.Background(), []string{"tolk"}, nil), failure.Usage, "tolk", "Did you mean talk?")
	if err := known(catalogue.Official().Models); err != nil {
		t.Errorf("an official model cannot be loaded: %v", err)
	}
	odd := s.Catalogue.Models[0]
	odd.Name, odd.Architecture = "odd", "blib"
	s.Catalogue.Models = append(s.Catalogue.Models, odd)
	wantFailure(t, s.Pull(context.Background(), []string{"odd"}, nil), failure.Model, `architecture in the catalogue is "blib"`, "Did you mean blip?")
	_, err := s.Path("find")
	wantFailure(t, err, failure.Model, "descry models pull find")
}

func TestOneThatFailsDoesNotStopTheOthers(t *testing.T) {
	h := newHub(t)
	s := newStore(t, h.catalogue())
	delete(h.files, "/m/find.pth")
	var failed []string
	err := s.Pull(context.Background(), []string{"all3"}, func(p Progress) {
		if p.Stage == Failed {
			failed = append(failed, p.Model+" "+string(p.Err.Kind))
		}
	})
	wantFailure(t, err, failure.Network, "404")
	if !slices.Equal(failed, []string{"find network"}) {
		t.Errorf("%v", failed)
	}
	if !s.state(t, "talk").Usable() || !s.state(t, "class").Usable() || s.state(t, "find").State != Absent {
		t.Errorf("%+v", s.List())
	}
}

func TestStoppingKeepsWhatHasArrivedAndGoingOnBringsTheRest(t *testing.T) {
	h := newHub(t)
	h.hold = make(chan struct{})
	s := newStore(t, h.catalogue())
	ctx, stop := context.WithCancel(context.Background())
	err := s.Pull(ctx, []string{"find"}, func(p Progress) {
		if p.Stage == Receiving && p.Done >= 3500 {
			stop()
		}
	})
	wantFailure(t, err, failure.Cancelled, "to continue")
	if i := s.state(t, "find"); i.State != Partial || i.Done != 3500 {
		t.Errorf("%+v", i)
	}
	close(h.hold)
	h.mu.Lock()
	h.hold = nil
	h.mu.Unlock()
	must(t, s.Pull(context.Background(), []string{"find"}, nil))
	if i := s.state(t, "find"); i.State != Ready {
		t.Errorf("%+v", i)
	}

	ctx, stop = context.WithCancel(context.Background())
	h.mu.Lock()
	h.hold = make(chan struct{})
	h.mu.Unlock()
	wantFailure(t, s.Pull(ctx, []string{"class"}, func(p Progress) {
		if p.Done >= 1500 {
			stop()
		}
	}), failure.Cancelled)
	must(t, s.Discard(context.Background(), "class"))
	if i := s.state(t, "class"); i.State != Absent || i.OnDisk != 0 {
		t.Errorf("after Discard: %+v", i)
	}
}

func TestTwoStoresAtOnceFetchAModelOnce(t *testing.T) {
	h := newHub(t)
	h.hold = make(chan struct{})
	s := newStore(t, h.catalogue())
	other := *s
	waits, started := make(chan struct{}), make(chan struct{})
	var once1, once2 sync.Once
	errs := make(chan error, 2)
	go func() {
		errs <- s.Pull(context.Background(), []string{"find"}, func(p Progress) {
			if p.Stage == Receiving {
				once1.Do(func() { close(started) })
			}
		})
	}()
	<-started
	go func() {
		errs <- other.Pull(context.Background(), []string{"find"}, func(p Progress) {
			if p.Stage == Waiting {
				once2.Do(func() { close(waits) })
			}
		})
	}()
	<-waits
	close(h.hold)
	for range 2 {
		must(t, <-errs)
	}
	if n := h.requests("find.pth"); n != 1 {
		t.Errorf("%d requests", n)
	}
}

func TestAFullDiskAndLittleMemoryAreSaidBefore(t *testing.T) {
	h := newHub(t)
	s := newStore(t, h.catalogue())
	s.FreeDisk = func(string) (uint64, error) { return 9000, nil }
	s.Memory = func() (uint64, uint64, error) { return 8000, 1500, nil }
	s.Seconds = func(model string, gmac float64, device string) (float64, bool) { return gmac / 10, model == "talk" }
	wantFailure(t, s.Pull(context.Background(), []string{"all3"}, nil), failure.Storage, "15 kB are needed, and 9 kB are free")
	if len(h.asked) != 0 {
		t.Errorf("asked %v", h.asked)
	}
	e, err := s.Estimate([]string{"all3"})
	must(t, err)
	if e.Download != 15050 || e.Free != 9000 || e.Memory != 3000 || e.Seconds != 0.5 || e.Measured {
		t.Errorf("%+v", e)
	}
	lines := strings.Join(e.Lines(), "\n")
	for _, want := range []string{"to download: 15 kB", "9 kB free", "about 3 kB", "about 0.5 s (estimated"} {
		if !strings.Contains(lines, want) {
			t.Errorf("%q lacks %q", lines, want)
		}
	}
}

func TestAFileWhoseSumDoesNotStartAsItsNameSaysIsKeptAside(t *testing.T) {
	h := newHub(t)
	f := h.put("net-0badc0de.pth", catalogue.RoleWeights, body("net", 400))
	f.SHA256, f.Starts = "", "0badc0de"
	m := catalogue.Model{Name: "net", For: catalogue.ForClasses, Architecture: "deeplabv3_resnet", Licence: "MIT", Revision: "0badc0de", Files: []catalogue.File{f}}
	s := newStore(t, catalogue.Catalogue{Models: []catalogue.Model{m}})
	wantFailure(t, s.Pull(context.Background(), []string{"net"}, nil), failure.Network, "promises 0badc0de", "kept as net-0badc0de.pth.bad-")
	if i := s.state(t, "net"); i.Usable() {
		t.Errorf("%+v", i)
	}
	good := m
	good.Files = slices.Clone(m.Files)
	good.Files[0].Starts = sumOf(body("net", 400))[:8]
	s.Catalogue.Models[0] = good
	must(t, s.Pull(context.Background(), []string{"net"}, nil))
	if i := s.state(t, "net"); !i.Usable() || i.Pinned || i.Unused != 400 {
		t.Errorf("%+v", i)
	}
	freed, err := s.RemoveUnused(context.Background())
	must(t, err)
	if len(freed) != 1 || freed[0].Bytes != 400 || s.List().Unused != 0 || !s.state(t, "net").Usable() {
		t.Errorf("%+v", freed)
	}
}
