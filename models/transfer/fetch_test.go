package transfer

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"descry/internal/failure"
)

const size = 5 << 20

func TestAFileArrivesWithItsHash(t *testing.T) {
	s := serve(t, seeded(1, size))
	c, _ := client()
	path := target(t)
	var states []State
	var most int64
	res, err := c.Fetch(t.Context(), Request{s.URL + "/w.bin", path, size, strings.ToUpper(s.sum())}, func(p Progress) {
		if len(states) == 0 || states[len(states)-1] != p.State {
			states = append(states, p.State)
		}
		if p.Total != size || p.Done < most {
			t.Errorf("progress %+v after %d", p, most)
		}
		most = p.Done
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := (Result{Bytes: size, SHA256: s.sum(), Pinned: true, ETag: `"v1"`}); res != want {
		t.Errorf("result %+v, want %+v", res, want)
	}
	arrived(t, path, s.content)
	if len(states) < 2 || states[0] != Connecting || states[1] != Receiving {
		t.Errorf("states %v", states)
	}
	// The second time the file exists, and no request is sent.
	c.Network.Offline = true
	if res, err := c.Fetch(t.Context(), Request{s.URL + "/w.bin", path, size, s.sum()}, nil); err != nil || res.SHA256 != s.sum() {
		t.Errorf("%+v, %v", res, err)
	}
	if n := len(s.requests()); n != 1 {
		t.Errorf("%d requests", n)
	}
}

// A transfer that is cut repeatedly continues where it was, on the condition that the
// file is unchanged.
func TestACutTransferGoesOnWhereItWas(t *testing.T) {
	s := serve(t, seeded(1, size), cut(1<<20), cut(1<<20), cut(100), stall(0))
	c, w := client()
	c.Network.Stall = 300 * time.Millisecond
	path := target(t)
	if _, err := c.Fetch(t.Context(), Request{s.URL, path, size, s.sum()}, nil); err != nil {
		t.Fatal(err)
	}
	arrived(t, path, s.content)
	var got []string
	for _, r := range s.requests() {
		got = append(got, r.Header.Get("Range")+" "+r.Header.Get("If-Range"))
	}
	want := " |bytes=1048576- \"v1\"|bytes=2097152- \"v1\"|bytes=2097252- \"v1\"|bytes=2097252- \"v1\""
	if strings.Join(got, "|") != want {
		t.Errorf("asked %q\nwant  %q", strings.Join(got, "|"), want)
	}
	if len(w.all) != 4 {
		t.Errorf("waits %v", w.all)
	}
}

// A server sends some bytes and then nothing. The blocked read must return, or the test
// would hang.
func TestASilentLineIsGivenUp(t *testing.T) {
	s := serve(t, seeded(1, size))
	s.last = stall(1024)
	c, w := client()
	c.Network.Stall, c.Retries = 100*time.Millisecond, 2
	done := make(chan error, 1)
	go func() {
		_, err := c.Fetch(context.Background(), Request{s.URL, target(t), size, s.sum()}, nil)
		done <- err
	}()
	select {
	case err := <-done:
		failed(t, err, failure.Network, "sent nothing for 100ms")
	case <-time.After(20 * time.Second):
		t.Fatal("the read was not unblocked")
	}
	if len(w.all) != 2 || len(s.requests()) != 3 {
		t.Errorf("%d requests, waits %v", len(s.requests()), w.all)
	}
}

func TestPausingKeepsWhatHasArrived(t *testing.T) {
	s := serve(t, seeded(1, size), stall(2<<20))
	c, _ := client()
	ticks := time.Unix(0, 0)
	c.Now = func() time.Time { ticks = ticks.Add(time.Second); return ticks } // so that no report is dropped
	path := target(t)
	ctx, pause := context.WithCancel(t.Context())
	_, err := c.Fetch(ctx, Request{s.URL, path, size, s.sum()}, func(p Progress) {
		if p.Done >= 1<<20 {
			pause()
		}
	})
	failed(t, err, failure.Cancelled, "stopped")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v is no context.Canceled", err)
	}
	beside(t, path, "weights.bin.part", "weights.bin.part.json")
	done, total := Partial(path)
	if done < 1<<20 || total != size {
		t.Errorf("%d of %d bytes are kept", done, total)
	}
	if _, err := c.Fetch(t.Context(), Request{s.URL, path, size, s.sum()}, nil); err != nil {
		t.Fatal(err)
	}
	arrived(t, path, s.content)
	if r := s.requests()[1].Header.Get("Range"); !strings.HasPrefix(r, "bytes=") || r == "bytes=0-" {
		t.Errorf("resumed with %q", r)
	}
}

// The content of a partial file is used only as far as it is recorded and has the
// recorded hash.
func TestOnlyRecordedBytesOfAPartialFileAreBelieved(t *testing.T) {
	content := seeded(1, size)
	const had = 3 << 20
	for name, c := range map[string]struct {
		part   func() []byte
		change func(*record)
		from   string // the Range requested then
	}{
		"as it was":              {func() []byte { return content[:had] }, func(*record) {}, "bytes=3145728-"},
		"bytes beyond":           {func() []byte { return append(bytes.Clone(content[:had]), seeded(9, 70000)...) }, func(*record) {}, "bytes=3145728-"},
		"bytes beyond the end":   {func() []byte { return append(bytes.Clone(content[:had]), seeded(9, 5<<20)...) }, func(*record) {}, "bytes=3145728-"},
		"shorter than recorded":  {func() []byte { return content[:had-1] }, func(*record) {}, ""},
		"a changed byte":         {func() []byte { b := bytes.Clone(content[:had]); b[77]++; return b }, func(*record) {}, ""},
		"zeros after a crash":    {func() []byte { return make([]byte, had) }, func(*record) {}, ""},
		"of another address":     {func() []byte { return content[:had] }, func(r *record) { r.URL += "/x" }, ""},
		"of another pinned hash": {func() []byte { return content[:had] }, func(r *record) { r.Pinned = sumOf(nil) }, ""},
		"of another length":      {func() []byte { return content[:had] }, func(r *record) { r.Total++ }, ""},
		"a record of the future": {func() []byte { return content[:had] }, func(r *record) { r.Format++ }, ""},
		"a header in the record": {func() []byte { return content[:had] }, func(r *record) { r.ETag = "\"a\"\r\nX: y" }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, content)
			path := target(t)
			rec := record{Format: recordFormat, URL: s.URL, Pinned: s.sum(), ETag: s.tag, Total: size, Done: had, Sum: sumOf(content[:had]), Pieces: 1}
			c.change(&rec)
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := rec.write(path); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(partPath(path), c.part(), 0o666); err != nil {
				t.Fatal(err)
			}
			cl, _ := client()
			if _, err := cl.Fetch(t.Context(), Request{s.URL, path, size, s.sum()}, nil); err != nil {
				t.Fatal(err)
			}
			arrived(t, path, content)
			if got := s.requests(); len(got) != 1 || got[0].Header.Get("Range") != c.from {
				t.Errorf("%d requests, the first with range %q, want %q", len(got), got[0].Header.Get("Range"), c.from)
			}
		})
	}
}

// A file that changes on the server between two attempts is downloaded from the start.
func TestAChangedFileIsBegunAgain(t *testing.T) {
	old, fresh := seeded(1, size), seeded(2, size)
	rest := func(tag, span string) step {
		return func(_ *server, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("ETag", tag)
			w.Header().Set("Content-Range", span)
			w.Header().Set("Content-Length", "1048576")
			w.WriteHeader(http.StatusPartialContent)
			w.Write(old[4<<20:])
		}
	}
	for name, c := range map[string]struct {
		second step
		says   string // why it starts over
	}{
		"200 for a range":            {whole(fresh, `"v2"`), ""},
		"206 with another tag":       {rest(`"v2"`, "bytes 4194304-5242879/5242880"), "has changed"},
		"206 with another length":    {rest(`"v1"`, "bytes 4194304-5242880/5242881"), "has changed"},
		"206 of another place":       {rest(`"v1"`, "bytes 4194305-5242879/5242880"), "another part"},
		"206 from the beginning":     {rest(`"v1"`, "bytes 0-1048575/5242880"), "another part"},
		"206 without a range":        {rest(`"v1"`, ""), "another part"},
		"206 of several parts":       {rest(`"v1"`, "multipart"), "another part"},
		"416":                        {status(416), "has changed"},
		"416 with the length":        {status(416, "Content-Range", "bytes */5242880"), "has changed"},
		"416 with a shorter length":  {status(416, "Content-Range", "bytes */100"), "has changed"},
		"206 with the old one's end": {rest(`"v1"`, "bytes 4194304-5242879/5242880"), "do not make up the file"}, // only the hash shows it
	} {
		t.Run(name, func(t *testing.T) {
			first := func(s *server, w http.ResponseWriter, r *http.Request) {
				lent := &server{content: old, tag: `"v1"`}
				cut(4<<20)(lent, w, r)
			}
			s := serve(t, fresh, first, c.second)
			s.tag = `"v2"`
			cl, _ := client()
			path := target(t)
			said := ""
			_, err := cl.Fetch(t.Context(), Request{s.URL, path, size, s.sum()}, func(p Progress) {
				if p.State == Retrying && !strings.Contains(p.Note, "was lost") {
					said += p.Note
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			arrived(t, path, fresh)
			if n := len(s.requests()); n > 3 || !strings.Contains(said, c.says) || (said == "") != (c.says == "") {
				t.Errorf("%d requests, and it said %q", n, said)
			}
		})
	}
}

// The restarts for a server with ever new versions are limited.
func TestStartingOverIsBounded(t *testing.T) {
	const long = 24 << 20
	n := 0
	s := serve(t, seeded(1, long))
	s.last = func(s *server, w http.ResponseWriter, r *http.Request) {
		n++ // further each time, so that every attempt makes progress
		whole(s.content[:n<<21], `"v`+strings.Repeat("x", n)+`"`, "Content-Length", "25165824")(s, w, r)
		panic(http.ErrAbortHandler)
	}
	c, _ := client()
	c.Retries = 3
	_, err := c.Fetch(t.Context(), Request{s.URL, target(t), long, s.sum()}, nil)
	failed(t, err, failure.Network, "has changed")
	if got := len(s.requests()); got != 5 {
		t.Errorf("%d requests", got)
	}
}
