package transfer

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"descry/internal/failure"
	"descry/network"
)

const commit = "82a37760796d32b1411fe092ab5d4e227313294b"

// fakeHub answers as huggingface.co does: large files by a redirect whose
// headers are the hub's record of the file, small ones itself, with their git
// blob as ETag. The store behind it has an ETag of its own.
func fakeHub(t *testing.T, content []byte, linked string) (*server, *httptest.Server) {
	t.Helper()
	store := serve(t, content)
	blob := sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(content), content))
	mux := http.NewServeMux()
	mux.HandleFunc("/Salesforce/blip/resolve/main/pytorch_model.bin", func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Repo-Commit", commit)
		h.Set("X-Linked-Etag", `"`+linked+`"`)
		h.Set("X-Linked-Size", fmt.Sprint(len(content)))
		h.Set("ETag", `"`+hex.EncodeToString(blob[:])+`"`) // of the pointer file, so not used
		http.Redirect(w, r, "/cdn", http.StatusFound)
	})
	mux.HandleFunc("/cdn", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Linked-Etag", `"`+sumOf([]byte("of a later answer"))+`"`)
		http.Redirect(w, r, store.URL+"/blob", http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/Salesforce/blip/resolve/main/config.json", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Repo-Commit", commit)
		tag := linked // of a small file: the test's own
		if tag == "" {
			tag = hex.EncodeToString(blob[:])
		}
		w.Header().Set("ETag", `W/"`+tag+`"`)
		w.Write(content)
	})
	hub := httptest.NewServer(mux)
	t.Cleanup(hub.Close)
	return store, hub
}

func TestTheHubsOwnRecordIsTakenWhereNothingIsPinned(t *testing.T) {
	content := seeded(1, size)
	store, hub := fakeHub(t, content, sumOf(content))
	store.script = []step{cut(1 << 20)}
	c, _ := client()
	c.Network.HFEndpoint = hub.URL + "/"
	path := target(t)
	res, err := c.Fetch(t.Context(), Request{URL: "https://huggingface.co/Salesforce/blip/resolve/main/pytorch_model.bin", Path: path}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := (Result{Bytes: size, SHA256: sumOf(content), Recorded: true, ETag: `"v1"`, Revision: commit}); res != want {
		t.Errorf("%+v, want %+v", res, want)
	}
	arrived(t, path, content)
	// The request headers are kept on redirects.
	if r := store.requests()[1]; r.Header.Get("Range") != "bytes=1048576-" || r.Header.Get("If-Range") != `"v1"` {
		t.Errorf("the store was asked for %v", r.Header)
	}

	_, lying := fakeHub(t, content, sumOf([]byte("another")))
	c.Network.HFEndpoint = lying.URL
	path = target(t)
	_, err = c.Fetch(t.Context(), Request{URL: "https://huggingface.co/Salesforce/blip/resolve/main/pytorch_model.bin", Path: path}, nil)
	failed(t, err, failure.Network, "what came is not the file", sumOf([]byte("another")))
	beside(t, path, "weights.bin.bad-"+sumOf(content)[:8])
}

func TestSmallFilesOfTheHubAreComparedWithTheirGitBlob(t *testing.T) {
	content := []byte(`{"vision_config": {}}`)
	_, hub := fakeHub(t, content, "")
	c, _ := client()
	c.Network.HFEndpoint = hub.URL
	req := Request{URL: "https://huggingface.co/Salesforce/blip/resolve/main/config.json", Path: target(t)}
	res, err := c.Fetch(t.Context(), req, nil)
	if err != nil || !res.Recorded || res.Pinned || res.Revision != commit {
		t.Fatalf("%+v, %v", res, err)
	}
	arrived(t, req.Path, content)
	_, wrong := fakeHub(t, content, commit) // the blob of something else
	c.Network.HFEndpoint, req.Path = wrong.URL, target(t)
	_, err = c.Fetch(t.Context(), req, nil)
	failed(t, err, failure.Network, "what came is not the file", commit)
}

// Without any record the file is accepted as it is, and the result shows that.
func TestAFileThatNobodyVouchesFor(t *testing.T) {
	s := serve(t, seeded(1, size), cut(1<<20))
	c, _ := client()
	path := target(t)
	res, err := c.Fetch(t.Context(), Request{URL: s.URL, Path: path}, nil)
	if err != nil || res.Pinned || res.Recorded || res.SHA256 != s.sum() {
		t.Fatalf("%+v, %v", res, err)
	}
	arrived(t, path, s.content)
	// Without anything to distinguish versions, parts cannot be combined.
	s.tag, s.script = "", []step{cut(1 << 20)}
	path = target(t)
	if _, err := c.Fetch(t.Context(), Request{URL: s.URL, Path: path}, nil); err != nil {
		t.Fatal(err)
	}
	arrived(t, path, s.content)
	if r := s.requests()[3].Header.Get("Range"); r != "" {
		t.Errorf("asked for %q", r)
	}
}

func TestAMirrorIsAskedForEverything(t *testing.T) {
	s := serve(t, seeded(1, size))
	c := &Client{Network: network.New(func(name string) string { return map[string]string{"DESCRY_MIRROR": s.URL + "/all"}[name] })}
	path := target(t)
	if _, err := c.Fetch(t.Context(), Request{"https://download.pytorch.org/models/w.pth", path, size, s.sum()}, nil); err != nil {
		t.Fatal(err)
	}
	arrived(t, path, s.content)
	if got := s.requests()[0].URL.Path; got != "/all/download.pytorch.org/models/w.pth" {
		t.Errorf("asked for %s", got)
	}
}

func TestRequestsThatCannotWork(t *testing.T) {
	c, _ := client()
	c.Network.Mirror = "mirror.example"
	_, err := c.Fetch(t.Context(), Request{URL: "https://huggingface.co/x", Path: target(t)}, nil)
	failed(t, err, failure.Usage, "DESCRY_MIRROR")
	c.Network.Mirror = ""
	for _, r := range []Request{
		{"ftp://a/b", "x", 0, ""}, {"a/b", "x", 0, ""}, {"https://a/b", "", 0, ""}, {"https://a/b", "x", -1, ""}, {"https://a/b", "x", 0, "abc"}, {"http://\x7f/", "x", 0, ""},
	} {
		_, err := c.Fetch(t.Context(), r, nil)
		failed(t, err, failure.Usage)
	}
}
