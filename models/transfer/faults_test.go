package transfer

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	crand "crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"descry/internal/failure"
)

// Each answer that is no file has its sentence, and only those that time may
// heal are asked for again.
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
		{"403", status(403), 1, []string{"refuses to give the file (403 Forbidden)"}},
		{"401", status(401), 1, []string{"refuses to give the file (401"}},
		{"407", status(407), 1, []string{"the proxy wants a name and a password"}},
		{"511", status(511), 1, []string{"a web page came instead", "sign in"}},
		{"418", status(418), 1, []string{"answered 418 I'm a teapot, not the file"}},
		{"304", status(304), 1, []string{"answered 304"}},
		{"429", status(429), tries, []string{"wants fewer requests (429 Too Many Requests)", "kept"}},
		{"500", status(500), tries, []string{"has trouble of its own (500"}},
		{"503", status(503), tries, []string{"has trouble of its own (503"}},
		{"599", status(599), tries, []string{"(599)"}},
		{"a page", whole([]byte("  <!DOCTYPE html><title>Sign in</title>"), "", "Content-Type", "application/octet-stream", "Content-Length", "5242880"), 1, []string{"a web page came instead"}},
		{"a page by its type", whole([]byte("Welcome to our hotel"), "", "Content-Type", "text/html; charset=utf-8"), 1, []string{"a web page came instead"}},
		{"shorter", whole(make([]byte, 1000), `"v1"`), 1, []string{"has 1,000 bytes, not 5,242,880"}},
		{"longer", whole(make([]byte, size+1), `"v1"`), 1, []string{"has 5,242,881 bytes, not 5,242,880"}},
		{"empty", whole(nil, `"v1"`), 1, []string{"an empty file"}},
		{"packed", whole(make([]byte, size), `"v1"`, "Content-Encoding", "gzip"), 1, []string{"packed (gzip)"}},
		{"longer than it says", func(_ *server, w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush() // no length: chunks
			w.Write(make([]byte, size+1))
		}, 1, []string{"sends more than the 5,242,880 bytes"}},
		{"another file on the hub", func(_ *server, w http.ResponseWriter, _ *http.Request) {
			whole(make([]byte, size), `"v1"`, "X-Linked-Etag", `"`+sumOf([]byte("x"))+`"`)(nil, w, nil)
		}, 1, []string{"the hub has another file there now"}},
		{"a circle", func(_ *server, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/again", http.StatusFound)
		}, 10, []string{"redirected in a circle"}},
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

// A login page in the middle of a transfer costs nothing of what has come.
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
	if len(notes) != 6 || !strings.Contains(notes[3], "wants fewer requests (429 Too Many Requests); trying again in 17 s") {
		t.Errorf("notes %q", notes)
	}
	real := &Client{}
	for n := 1; n < 100; n++ {
		if d := real.pause(n, 0); d < firstPause/2 || d > longestPause {
			t.Errorf("pause %d is %s", n, d)
		}
	}
}

// A wrong file is kept aside and never used; one put together from parts is
// tried once more as a whole.
func TestAWrongFileIsKeptAsideAndNeverUsed(t *testing.T) {
	bad := seeded(66, size)
	s := serve(t, seeded(1, size))
	s.last = whole(bad, `"v1"`)
	c, _ := client()
	path := target(t)
	aside := "weights.bin.bad-" + sumOf(bad)[:8]
	for range 2 { // nor does a second one take more room
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
	c.Offline = true
	_, err := c.Fetch(t.Context(), Request{s.URL, target(t), size, s.sum()}, nil)
	failed(t, err, failure.Network, "stay offline", "models import")
	if len(s.requests()) != 0 || len(w.all) != 0 {
		t.Error("somebody was asked")
	}
}

func TestHostsThatAreNotReached(t *testing.T) {
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + dead.Addr().String()
	dead.Close()
	dial := func(err error) func(*Client) {
		return func(c *Client) {
			tr := c.HTTP.Transport.(*http.Transport)
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
		{"a name that is not found, for real", "http://descry-test.invalid/w.bin", func(*Client) {}, 0, "descry-test.invalid"},
		{"a name that is not found", "http://hub.example/w.bin", dial(&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "hub.example", IsNotFound: true}}), 0, "the name hub.example was not found"},
		{"a silent name server", "http://hub.example/w.bin", dial(&net.DNSError{Err: "timeout", IsTimeout: true}), 0, "name server does not answer"},
		{"no route", "http://hub.example/w.bin", dial(&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", errnoNoNet[0].(syscall.Errno))}), 0, "no network connection"},
		{"no interface", "http://hub.example/w.bin", func(c *Client) {
			dial(&net.DNSError{Err: "no such host", IsNotFound: true})(c)
			c.online = func() bool { return false }
		}, 0, "no network connection"},
		{"a host that does not answer", "http://hub.example/w.bin", dial(&net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}), 2, "hub.example does not answer"},
		{"something that speaks no HTTP", "http://hub.example/w.bin", func(c *Client) {
			c.HTTP.Transport.(*http.Transport).DialContext = func(context.Context, string, string) (net.Conn, error) {
				ours, theirs := net.Pipe()
				go func() {
					theirs.Read(make([]byte, 1000))
					theirs.Write([]byte("SSH-2.0-OpenSSH_9.9\r\n\r\n"))
					theirs.Close()
				}()
				return ours, nil
			}
		}, defaultRetries, "the connection to hub.example failed: net/http: HTTP/1.x transport connection broken: malformed HTTP response"},
		{"a proxy that is not there", "http://hub.example/w.bin", dial(&net.OpError{Op: "proxyconnect", Err: syscall.ECONNREFUSED}), 0, "the proxy cannot be reached"},
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

// A laptop that loses its network in the middle gets the time to come back.
func TestANetworkThatGoesInTheMiddleIsWaitedFor(t *testing.T) {
	s := serve(t, seeded(1, size), cut(2<<20))
	c, w := client()
	tr := c.HTTP.Transport.(*http.Transport)
	real, n := tr.DialContext, 0
	tr.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		if n++; n > 1 && n < 5 {
			return nil, &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", errnoNoNet[0].(syscall.Errno))}
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

// certificate makes one for 127.0.0.1, signed by itself.
func certificate(t *testing.T, change func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), crand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "a box in the middle"},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(48 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	change(c)
	der, err := x509.CreateCertificate(crand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func TestInterceptedConnectionsAreNotTrusted(t *testing.T) {
	for _, c := range []struct {
		name    string
		change  func(*x509.Certificate)
		trusted bool
		says    string
	}{
		{"unknown authority", func(*x509.Certificate) {}, false, "signed by nobody this machine trusts: the connection is being intercepted"},
		{"another name", func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"portal.example"} }, true, "belongs to another name"},
		{"expired", func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Hour) }, true, "is not valid on 20"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := unstarted(t, seeded(1, size))
			s.Config.ErrorLog = log.New(io.Discard, "", 0)
			cert := certificate(t, c.change)
			s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
			s.StartTLS()
			cl, w := client()
			if c.trusted {
				pool := x509.NewCertPool()
				leaf, err := x509.ParseCertificate(cert.Certificate[0])
				if err != nil {
					t.Fatal(err)
				}
				pool.AddCert(leaf)
				cl.HTTP.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: pool}
			}
			_, err := cl.Fetch(t.Context(), Request{s.URL, target(t), size, s.sum()}, nil)
			failed(t, err, failure.Network, c.says)
			if len(s.requests()) != 0 || len(w.all) != 0 {
				t.Errorf("%d requests, waits %v", len(s.requests()), w.all)
			}
		})
	}
	t.Run("no encryption", func(t *testing.T) {
		s := serve(t, seeded(1, size))
		cl, _ := client()
		_, err := cl.Fetch(t.Context(), Request{strings.Replace(s.URL, "http:", "https:", 1), target(t), size, s.sum()}, nil)
		failed(t, err, failure.Network, "answers without encryption")
	})
	t.Run("led out of encryption", func(t *testing.T) {
		plain := serve(t, seeded(1, size))
		tlsServer := httptest.NewTLSServer(http.RedirectHandler(plain.URL, http.StatusFound))
		defer tlsServer.Close()
		cl, _ := client()
		cl.HTTP = tlsServer.Client()
		_, err := cl.Fetch(t.Context(), Request{tlsServer.URL, target(t), size, plain.sum()}, nil)
		failed(t, err, failure.Network, "redirected from https to http")
		if len(plain.requests()) != 0 {
			t.Error("it was followed")
		}
	})
}
