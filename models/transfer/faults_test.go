package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"descry/internal/failure"
)

// Each response without the file has its own message, and only temporary faults are
// retried.
func TestAnswersThatAreNoFile(t *testing.T) {
	const tries = 1 + defaultRetries
	for _, c := range []struct {
		name     string
		answer   step
		requests int
		says     []string
	}{
		{"404", status(404), 1, []string{"has no such file (404 Not Found)", "models import"}},
		{"410", status(410), 1, []string{"has no such file (410 Gone)"}},
		{"403", status(403), 1, []string{"does not allow this download (403 Forbidden)"}},
		{"401", status(401), 1, []string{"does not allow this download (401"}},
		{"407", status(407), 1, []string{"the proxy asks for a name and a password"}},
		{"511", status(511), 1, []string{"a web page came instead", "sign in"}},
		{"418", status(418), 1, []string{"answered 418 I'm a teapot, not the file"}},
		{"304", status(304), 1, []string{"answered 304"}},
		{"429", status(429), tries, []string{"asks for fewer requests (429 Too Many Requests)", "kept"}},
		{"500", status(500), tries, []string{"has a problem (500"}},
		{"503", status(503), tries, []string{"has a problem (503"}},
		{"599", status(599), tries, []string{"(599)"}},
		{"a page", whole([]byte("  <!DOCTYPE html><title>Sign in</title>"), "", "Content-Type", "application/octet-stream", "Content-Length", "5242880"), 1, []string{"a web page came instead"}},
		{"a page by its type", whole([]byte("Welcome to our hotel"), "", "Content-Type", "text/html; charset=utf-8"), 1, []string{"a web page came instead"}},
		{"shorter", whole(make([]byte, 1000), `"v1"`), 1, []string{"has 1,000 bytes, not 5,242,880"}},
		{"longer", whole(make([]byte, size+1), `"v1"`), 1, []string{"has 5,242,881 bytes, not 5,242,880"}},
		{"empty", whole(nil, `"v1"`), 1, []string{"an empty file"}},
		{"packed", whole(make([]byte, size), `"v1"`, "Content-Encoding", "gzip"), 1, []string{"compressed (gzip)"}},
		{"longer than it says", func(_ *server, w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush() // chunked, without a length
			w.Write(make([]byte, size+1))
		}, 1, []string{"sends more than the 5,242,880 bytes"}},
		{"another file on the hub", func(_ *server, w http.ResponseWriter, _ *http.Request) {
			whole(make([]byte, size), `"v1"`, "X-Linked-Etag", `"`+sumOf([]byte("x"))+`"`)(nil, w, nil)
		}, 1, []string{"the hub has another file there now"}},
		{"a circle", func(_ *server, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/again", http.StatusFound)
		}, 10, []string{"redirects in a circle"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, seeded(1, size))
			s.last = c.answer
			cl, w := client()
			path := target(t)
			_, err := cl.Fetch(t.Context(), Request{s.URL, path, size, s.sum()}, nil)
			failed(t, err, failure.Network, c.says...)
			if n := len(s.requests()); n != c.requests {
				t.Errorf("%d requests, want %d, waits %v", n, c.requests, w.all)
			}
			if _, err := os.Stat(path); err == nil {
				t.Error("there is a file")
			}
		})
	}
}

// A login page in the middle of a transfer does not destroy the received bytes.
func TestAPageDoesNotCostWhatHasCome(t *testing.T) {
	for name, page := range map[string]step{
		"with its type": whole([]byte("Welcome"), "", "Content-Type", "text/html"),
		"without":       whole([]byte("<html><body>Sign in"), "", "Content-Length", "5242880"),
		"other length":  whole([]byte("what"), ""),
		"404":           status(404),
	} {
		s := serve(t, seeded(1, size), cut(2<<20), page)
		c, _ := client()
		path := target(t)
		_, err := c.Fetch(t.Context(), Request{s.URL, path, size, s.sum()}, nil)
		failed(t, err, failure.Network)
		if done, _ := Partial(path); done != 2<<20 {
			t.Errorf("%s: %d bytes are left", name, done)
		}
		if _, err := c.Fetch(t.Context(), Request{s.URL, path, size, s.sum()}, nil); err != nil {
			t.Fatal(err)
		}
		arrived(t, path, s.content)
		if r := s.requests()[2].Header.Get("Range"); r != "bytes=2097152-" {
			t.Errorf("%s: went on with %q", name, r)
		}
	}
}

func TestWaitsGrowAreJitteredAndFollowTheServer(t *testing.T) {
	now := time.Date(2026, 11, 27, 6, 0, 0, 0, time.UTC)
	s := serve(t, seeded(1, size),
		status(503), status(503), status(500),
		status(429, "Retry-After", "17"),
		status(503, "Retry-After", now.Add(45*time.Second).Format(http.TimeFormat)),
		status(503, "Retry-After", "86400"))
	c, w := client()
	c.Jitter = func(d time.Duration) time.Duration { return d / 2 }
	c.Now = func() time.Time { return now }
	var notes []string
	path := target(t)
	_, err := c.Fetch(t.Context(), Request{s.URL, path, size, s.sum()}, func(p Progress) {
		if p.State == Retrying {
			notes = append(notes, p.Note)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	arrived(t, path, s.content)
	want := "[750ms 1.5s 3s 17s 45s 2m0s]"
	if fmt.Sprint(w.all) != want {
		t.Errorf("waits %v, want %s", w.all, want)
	}
	if len(notes) != 6 || !strings.Contains(notes[3], "asks for fewer requests (429 Too Many Requests); trying again in 17 s") {
		t.Errorf("notes %q", notes)
	}
	real := &Client{}
	for n := 1; n < 100; n++ {
		if d := real.pause(n, 0); d < firstPause/2 || d > longestPause {
			t.Errorf("pause %d is %s", n, d)
		}
	}
}

// A wrong file is moved aside and never used; one combined from parts is downloaded once
// more as a whole.
func TestAWrongFileIsKeptAsideAndNeverUsed(t *testing.T) {
	bad := seeded(66, size)
	s := serve(t, seeded(1, size))
	s.last = whole(bad, `"v1"`)
	c, _ := client()
	path := target(t)
	aside := "weights.bin.bad-" + sumOf(bad)[:8]
	for range 2 { // a second one takes no more space
		_, err := c.Fetch(t.Context(), Request{s.URL, path, size, s.sum()}, nil)
		failed(t, err, failure.Network, "what came is not the file", sumOf(bad), s.sum(), aside)
		beside(t, path, aside)
	}
	other := seeded(67, size)
	s.last = whole(other, `"v1"`)
	_, err := c.Fetch(t.Context(), Request{s.URL, path, size, s.sum()}, nil)
	failed(t, err, failure.Network, sumOf(other))
	beside(t, path, "weights.bin.bad-"+sumOf(other)[:8])
	s.last = nil
	if _, err := c.Fetch(t.Context(), Request{s.URL, path, size, s.sum()}, nil); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); sumOf(got) != s.sum() {
		t.Error("the right file did not come")
	}
}

// A file at its place with a wrong hash is moved aside and fetched again.
func TestADamagedFileInPlaceIsFetchedAgain(t *testing.T) {
	s := serve(t, seeded(1, size))
	c, _ := client()
	path := target(t)
	damaged := append([]byte{s.content[0] + 1}, s.content[1:]...)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, damaged, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Fetch(t.Context(), Request{s.URL, path, size, s.sum()}, nil); err != nil {
		t.Fatal(err)
	}
	beside(t, path, "weights.bin", "weights.bin.bad-"+sumOf(damaged)[:8])
	if got, _ := os.ReadFile(path); sumOf(got) != s.sum() {
		t.Error("the right file did not come")
	}
}

func TestOfflineAsksNobody(t *testing.T) {
	s := serve(t, seeded(1, size))
	c, w := client()
	c.Network.Offline = true
	_, err := c.Fetch(t.Context(), Request{s.URL, target(t), size, s.sum()}, nil)
	failed(t, err, failure.Network, "downloads are disabled", "Stay offline", "models import")
	if len(s.requests()) != 0 || len(w.all) != 0 {
		t.Error("somebody was asked")
	}
}

// noNetwork is what connecting returns on a machine with no network.
var noNetwork = &net.DNSError{Err: "no such host", IsNotFound: true}

// An unreachable host is not retried; one that refuses or is silent is retried a few
// times; any other failed connection as often as usual.
func TestHostsThatAreNotReached(t *testing.T) {
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + dead.Addr().String()
	dead.Close()
	dial := func(err error) func(*Client) {
		return func(c *Client) {
			tr := c.Network.HTTP.Transport.(*http.Transport)
			tr.DialContext = func(context.Context, string, string) (net.Conn, error) { return nil, err }
		}
	}
	for _, c := range []struct {
		name  string
		url   string
		setup func(*Client)
		waits int
		says  string
	}{
		{"refused, for real", closed, func(*Client) {}, 2, "refuses the connection"},
		{"a name that is not found, for real", "http://descry-test.invalid/w.bin", func(*Client) {}, 0, "cannot reach descry-test.invalid"},
		{"no interface", "http://hub.example/w.bin", func(c *Client) {
			dial(noNetwork)(c)
			c.Network.Online = func() bool { return false }
		}, 0, "no network connection"},
		{"a host that does not answer", "http://hub.example/w.bin", dial(&net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}), 2, "hub.example does not answer"},
		{"a connection that is cut", "http://hub.example/w.bin", dial(io.ErrUnexpectedEOF), defaultRetries, "the connection to hub.example was lost. What has arrived is kept"},
		{"a connection that fails", "http://hub.example/w.bin", dial(errors.New("strange")), defaultRetries, "the connection to hub.example failed: strange"},
		{"a proxy that is not there", "http://hub.example/w.bin", dial(&net.OpError{Op: "proxyconnect", Err: syscall.ECONNREFUSED}), 0, "cannot reach the proxy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cl, w := client()
			c.setup(cl)
			path := target(t)
			_, err := cl.Fetch(t.Context(), Request{c.url, path, size, sumOf(nil)}, nil)
			failed(t, err, failure.Network, c.says)
			if len(w.all) != c.waits {
				t.Errorf("waits %v, want %d", w.all, c.waits)
			}
			beside(t, path)
		})
	}
}

// A laptop that loses its network in the middle gets time to reconnect.
func TestANetworkThatGoesInTheMiddleIsWaitedFor(t *testing.T) {
	s := serve(t, seeded(1, size), cut(2<<20))
	c, w := client()
	tr := c.Network.HTTP.Transport.(*http.Transport)
	real, n := tr.DialContext, 0
	tr.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		if n++; n > 1 && n < 5 {
			return nil, noNetwork
		}
		return real(ctx, network, addr)
	}
	path := target(t)
	if _, err := c.Fetch(t.Context(), Request{s.URL, path, size, s.sum()}, nil); err != nil {
		t.Fatal(err)
	}
	arrived(t, path, s.content)
	if len(w.all) != 4 {
		t.Errorf("waits %v", w.all)
	}
}
