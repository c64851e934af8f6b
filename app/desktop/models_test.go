package desktop

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"descry/app/services"
	"descry/internal/failure"
	"descry/models"
	"descry/models/catalogue"
	"descry/settings"
	"descry/ui/state/core"
	modelstate "descry/ui/state/models"
)

// publisher is a local server with one file of weights. It sends the file in two halves;
// the second waits for the gate.
type publisher struct {
	*httptest.Server
	text []byte
	gate chan struct{} // closed: open
	mu   sync.Mutex
	asks []string // Range headers
	lies bool
}

func (p *publisher) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	text := p.text
	if p.lies {
		text = bytes.ToUpper(text)
	}
	p.asks = append(p.asks, r.Header.Get("Range"))
	gate := p.gate
	p.mu.Unlock()
	from := 0
	_, _ = fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from)
	w.Header().Set("ETag", `"one"`)
	w.Header().Set("Content-Length", fmt.Sprint(len(text)-from))
	if from > 0 {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(text)-1, len(text)))
		w.WriteHeader(http.StatusPartialContent)
	}
	half := max(from, len(text)/2)
	_, _ = w.Write(text[from:half])
	w.(http.Flusher).Flush()
	select {
	case <-gate:
		_, _ = w.Write(text[half:])
	case <-r.Context().Done():
	}
}

// storeBench is modelEffects over an empty store with a catalogue of one model.
type storeBench struct {
	t *testing.T
	*modelEffects
	server *publisher
	said   chan core.Action
}

func newStoreBench(t *testing.T) *storeBench {
	t.Helper()
	text := make([]byte, 3<<20)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range text {
		text[i] = 'a' + byte(random.Uint32()%26)
	}
	s := &publisher{text: text, gate: make(chan struct{})}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	home := t.TempDir()
	sum := sha256.Sum256(text)
	list := fmt.Sprintf(`{"format":1,"models":[{"name":"mini","title":"Mini","for":"caption","architecture":"blip","licence":"MIT","licence_text":"Do what you like.",
		"files":[{"name":"model.bin","url":"%s/model.bin","role":"weights","bytes":%d,"sha256":"%s"}]}]}`, s.URL, len(text), hex.EncodeToString(sum[:]))
	path := filepath.Join(home, "catalogue.json")
	if err := os.WriteFile(path, []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"DESCRY_CATALOGUE": path, "DESCRY_OFFLINE": "", "DESCRY_MIRROR": "", "HF_HOME": filepath.Join(home, "hf"), "TORCH_HOME": filepath.Join(home, "torch"), "HOME": home} {
		t.Setenv(name, value)
	}
	t.Setenv("DESCRY_HOME", home)
	return &storeBench{t: t, modelEffects: newModelEffects(services.New(os.Getenv), services.WindowOptions{}, nil), server: s, said: make(chan core.Action, 1000)}
}

// do performs an effect on its own goroutine, as the loop does.
func (d *storeBench) do(e core.Effect) {
	go tableOf(nil, d.handlers()).Perform(context.Background(), e, func(a core.Action) { d.said <- a })
}

// wait returns the next action of a kind that fits.
func wait[A core.Action](d *storeBench, fits func(A) bool) A {
	d.t.Helper()
	late := time.After(30 * time.Second)
	for {
		select {
		case a := <-d.said:
			if of, ok := a.(A); ok && fits(of) {
				return of
			}
		case <-late:
			var none A
			d.t.Fatalf("waited in vain for %T", none)
		}
	}
}

// ended waits for the end of a download or check.
func (d *storeBench) ended(id uint64) *failure.Failure {
	d.t.Helper()
	return wait(d, func(a modelstate.PullEnded) bool { return a.Pull == id }).Failure
}

// mini lists the models and returns the one of the catalogue file.
func (d *storeBench) mini() modelstate.Model {
	d.t.Helper()
	d.do(modelstate.List{})
	v := wait(d, func(modelstate.Listed) bool { return true }).Inventory
	for _, m := range v.Models {
		if m.Name == "mini" {
			return m
		}
	}
	d.t.Fatal("the catalogue file's model is not listed")
	return modelstate.Model{}
}

func TestADownloadIsPausedResumedCheckedRepairedAndRemoved(t *testing.T) {
	d := newStoreBench(t)
	if m := d.mini(); m.Keep != modelstate.KeepAbsent || m.Bytes != 3<<20 || !m.Pinned || m.Text != "Do what you like." || m.Source == "" {
		t.Fatalf("listed as %+v", m)
	}
	d.do(modelstate.Pull{Pull: 1, Model: "mini"})
	wait(d, func(a modelstate.PullProgressed) bool {
		return a.Pull == 1 && a.Progress.Stage == modelstate.StageReceiving
	})
	d.do(modelstate.StopPull{Pull: 1})
	if f := d.ended(1); f == nil || f.Kind != failure.Cancelled {
		t.Fatalf("paused with %v", f)
	}
	if m := d.mini(); m.Keep != modelstate.KeepPartial || m.Here == 0 {
		t.Fatalf("after the pause: %+v", m)
	}
	close(d.server.gate)
	d.do(modelstate.Pull{Pull: 2, Model: "mini"})
	if f := d.ended(2); f != nil {
		t.Fatal(f)
	}
	if last := d.server.asks[len(d.server.asks)-1]; !strings.HasPrefix(last, "bytes=") {
		t.Errorf("it did not go on from where it was: %q", d.server.asks)
	}
	if m := d.mini(); m.Keep != modelstate.KeepReady {
		t.Fatalf("arrived as %+v", m)
	}
	d.do(modelstate.Verify{Pull: 3, Model: "mini"})
	if f := d.ended(3); f != nil {
		t.Fatal(f)
	}
	path, err := filepath.Glob(filepath.Join(d.services.Dirs.Models(), "mini", "*", "model.bin"))
	if err != nil || len(path) != 1 {
		t.Fatal(path, err)
	}
	if err := os.WriteFile(path[0], bytes.ToUpper(d.server.text), 0o600); err != nil {
		t.Fatal(err)
	}
	d.do(modelstate.Verify{Pull: 4, Model: "mini"})
	if f := d.ended(4); f == nil || f.Kind != failure.Model || !strings.Contains(f.Message.String(), "model.bin") || f.Hint.IsZero() {
		t.Errorf("a damaged file is %v", f)
	}
	d.do(modelstate.Pull{Pull: 5, Model: "mini", Repair: true})
	if f := d.ended(5); f != nil {
		t.Fatal(f)
	}
	if text, err := os.ReadFile(path[0]); err != nil || !bytes.Equal(text, d.server.text) {
		t.Error("repairing does not bring the right file")
	}
	d.do(modelstate.Remove{Model: "mini"})
	if a := wait(d, func(modelstate.Removed) bool { return true }); a.Failure != nil {
		t.Fatal(a.Failure)
	}
	if m := d.mini(); m.Keep != modelstate.KeepAbsent {
		t.Errorf("removed, it is %+v", m)
	}
}

func TestAStopThatComesBeforeTheDownloadEndsIt(t *testing.T) {
	d := newStoreBench(t)
	d.stop(7)
	d.do(modelstate.Pull{Pull: 7, Model: "mini"})
	if f := d.ended(7); f == nil || f.Kind != failure.Cancelled {
		t.Errorf("it ended with %v", f)
	}
	if len(d.early) != 0 || len(d.running) != 0 {
		t.Error("something is left over")
	}
}

func TestAWrongFileIsNeverKeptAndSaid(t *testing.T) {
	d := newStoreBench(t)
	close(d.server.gate)
	d.server.lies = true
	d.do(modelstate.Pull{Pull: 1, Model: "mini"})
	if f := d.ended(1); f == nil || f.Kind != failure.Network || !strings.Contains(f.Message.String(), "hash") || f.Hint.IsZero() {
		t.Errorf("it ended with %v", f)
	}
	if m := d.mini(); m.Keep == modelstate.KeepReady {
		t.Errorf("it is %+v", m)
	}
}

// TestRemovingEndsADownloadFirst: otherwise the download would create the folder again.
func TestRemovingEndsADownloadFirst(t *testing.T) {
	d := newStoreBench(t)
	d.do(modelstate.Pull{Pull: 1, Model: "mini"})
	wait(d, func(a modelstate.PullProgressed) bool { return a.Progress.Stage == modelstate.StageReceiving })
	if err := d.remove("mini"); err != nil {
		t.Fatal(err)
	}
	if f := d.ended(1); f == nil || f.Kind != failure.Cancelled {
		t.Errorf("it ended with %v", f)
	}
	if m := d.mini(); m.Keep != modelstate.KeepAbsent || m.Here != 0 {
		t.Errorf("removed, it is %+v", m)
	}
}

func TestFilesAreTakenInByTheirHash(t *testing.T) {
	d := newStoreBench(t)
	path := filepath.Join(t.TempDir(), "anything.dat")
	if err := os.WriteFile(path, d.server.text, 0o600); err != nil {
		t.Fatal(err)
	}
	d.do(modelstate.Import{Paths: []string{path}})
	if a := wait(d, func(modelstate.Imported) bool { return true }); a.Failure != nil || len(a.Models) != 1 || a.Models[0] != "mini" {
		t.Fatalf("%+v", a)
	}
	if m := d.mini(); m.Keep != modelstate.KeepReady {
		t.Errorf("it is %+v", m)
	}
	if err := os.WriteFile(path, []byte("prose"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.do(modelstate.Import{Paths: []string{path}})
	if a := wait(d, func(modelstate.Imported) bool { return true }); a.Failure == nil || a.Failure.Hint.IsZero() {
		t.Errorf("%+v", a)
	}
}

func TestTheEnvironmentClosesTheNetwork(t *testing.T) {
	d := newStoreBench(t)
	t.Setenv("DESCRY_OFFLINE", "1")
	if v := inventory(d.services, d.options); v.Closed == "" {
		t.Error("the page does not say that the network is closed")
	}
	t.Setenv("DESCRY_CATALOGUE", filepath.Join(t.TempDir(), "absent.json"))
	if v := inventory(d.services, d.options); !strings.Contains(v.Closed, "absent.json") {
		t.Errorf("a catalogue file that is absent is told as %q", v.Closed)
	}
}

func TestTheWindowsCatalogueFileIsListedAndGoesBeforeTheVariable(t *testing.T) {
	d := newStoreBench(t) // DESCRY_CATALOGUE has "mini"
	file := filepath.Join(t.TempDir(), "birds.json")
	text, err := os.ReadFile(os.Getenv("DESCRY_CATALOGUE"))
	if err == nil {
		err = os.WriteFile(file, bytes.ReplaceAll(text, []byte(`"mini"`), []byte(`"birds"`)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	d.options.Runtime.Catalogue = file
	var names []string
	for _, m := range setup(d.services, d.options).Store.Models {
		names = append(names, m.Name)
	}
	if all := strings.Join(names, " "); !strings.Contains(all, "birds") || strings.Contains(all, "mini") || !strings.Contains(all, "blip-base") {
		t.Errorf("the window lists %s", all)
	}
}

// TestModelsInFoldersOfOnesOwnAreListed: as a set and as a part of a mix, with
// their sizes and places.
func TestModelsInFoldersOfOnesOwnAreListed(t *testing.T) {
	d := newStoreBench(t)
	own, err := models.UnpackStarter(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	weights, err := os.Stat(filepath.Join(own, "blip", "model.fp16.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range []string{own, "caption=" + own + ",instances=starter", "caption=" + own + ",instances=" + own} {
		var found []modelstate.Info
		for _, o := range ownSets(d.services, services.WindowOptions{Settings: settings.Settings{Model: spec}}, catalogue.Official()) {
			if o.Spec == own {
				found = append(found, o)
			}
		}
		if len(found) != 1 {
			t.Fatalf("%s: it is listed %d times", spec, len(found))
		}
		if o := found[0]; o.Place != own || o.Bytes["caption"] != weights.Size() || len(o.Tasks) != 3 || o.Drawings {
			t.Errorf("%s: %+v", spec, o)
		}
	}
	for _, spec := range []string{"", "starter", "full", "caption=blip-base,instances=starter", "caption=" + own + "/absent,instances=starter"} {
		if all := ownSets(d.services, services.WindowOptions{Settings: settings.Settings{Model: spec}}, catalogue.Official()); len(all) != 1 || all[0].Spec != "starter" || all[0].Place != "" {
			t.Errorf("%q: %+v", spec, all)
		}
	}
	if all := ownSets(d.services, services.WindowOptions{Settings: settings.Settings{Model: own + "/absent"}}, catalogue.Official()); len(all) != 2 || !strings.Contains(all[1].Description, "absent") {
		t.Errorf("a folder that is not there: %+v", all)
	}
}
