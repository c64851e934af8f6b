package network

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	crand "crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"descry/internal/failure"
)

// client returns a client with a network that is up, and its transport.
func client() (*Client, *http.Transport) {
	tr := NewTransport()
	return &Client{HTTP: &http.Client{Transport: tr}, Online: func() bool { return true }}, tr
}

// failed fails unless err is an Error with the reason whose line holds all parts.
func failed(t *testing.T, err error, reason Reason, parts ...string) {
	t.Helper()
	var e *Error
	var f *failure.Failure
	if !errors.As(err, &e) || !errors.As(err, &f) {
		t.Fatalf("error is %#v", err)
	}
	if e.Reason != reason || f.Kind != failure.Network || f.Hint.IsZero() {
		t.Errorf("%q: reason %s, kind %s", err, e.Reason, f.Kind)
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("%q does not hold %q", err, p)
		}
	}
}

func TestOfflineAsksNobody(t *testing.T) {
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer s.Close()
	c, _ := client()
	c.Offline = true
	_, err := c.Get(t.Context(), Request{URL: s.URL})
	failed(t, err, Offline, "downloads are disabled", "Turn off Stay offline first.")
	if asked != 0 {
		t.Error("the server was asked")
	}
}

func TestHostsThatAreNotReached(t *testing.T) {
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + dead.Addr().String()
	dead.Close()
	const example = "http://hub.example/w.bin"
	unreachable := os.NewSyscallError("connect", errnoNoNet[0].(syscall.Errno))
	reset := os.NewSyscallError("read", errnoCut[0].(syscall.Errno))
	noName := &net.DNSError{Err: "no such host", Name: "hub.example", IsNotFound: true}
	for _, c := range []struct {
		name, url string
		dial      error // nil: a real connection
		online    bool
		reason    Reason
		says      string
	}{
		{"refused, for real", closed, nil, true, Refused, "refuses the connection"},
		{"a name that is not found, for real", "http://descry-test.invalid/w.bin", nil, true, Unreachable, "cannot reach descry-test.invalid"},
		{"a name that is not found", example, &net.OpError{Op: "dial", Err: noName}, true, Unreachable, "cannot reach hub.example. Check your internet connection or proxy."},
		{"a silent name server", example, &net.DNSError{Err: "timeout", IsTimeout: true}, true, Unreachable, "the name server does not answer"},
		{"no route", example, &net.OpError{Op: "dial", Err: unreachable}, true, Unreachable, "no network connection"},
		{"no interface", example, noName, false, Unreachable, "no network connection"},
		{"no interface, but this machine itself", closed, nil, false, Refused, "refuses the connection"},
		{"a host that does not answer", example, &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}, true, Refused, "hub.example does not answer"},
		{"a connection that is reset", example, &net.OpError{Op: "read", Err: reset}, true, Lost, "the connection to hub.example was lost"},
		{"a proxy that is not there", example, &net.OpError{Op: "proxyconnect", Err: syscall.ECONNREFUSED}, true, Unreachable, "cannot reach the proxy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cl, tr := client()
			cl.Online = func() bool { return c.online }
			if c.dial != nil {
				tr.DialContext = func(context.Context, string, string) (net.Conn, error) { return nil, c.dial }
			}
			_, err := cl.Get(t.Context(), Request{URL: c.url})
			failed(t, err, c.reason, c.says)
		})
	}
}

func TestWhatSpeaksNoHTTPIsALostConnection(t *testing.T) {
	cl, tr := client()
	tr.DialContext = func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go func() {
			theirs.Read(make([]byte, 1000))
			theirs.Write([]byte("SSH-2.0-OpenSSH_9.9\r\n\r\n"))
			theirs.Close()
		}()
		return ours, nil
	}
	_, err := cl.Get(t.Context(), Request{URL: "http://name:secret@hub.example/w.bin"})
	failed(t, err, Lost, "the connection to hub.example failed: net/http: HTTP/1.x transport connection broken: malformed HTTP response")
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("%q holds the password", err)
	}
}

// certificate returns a self-signed certificate for 127.0.0.1.
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
		{"unknown authority", func(*x509.Certificate) {}, false, "does not trust the certificate of 127.0.0.1"},
		{"another name", func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"portal.example"} }, true, "is for another name"},
		{"expired", func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Hour) }, true, "is not valid on 20"},
	} {
		t.Run(c.name, func(t *testing.T) {
			asked := 0
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
			defer s.Close()
			s.Config.ErrorLog = log.New(io.Discard, "", 0)
			cert := certificate(t, c.change)
			s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
			s.StartTLS()
			cl, tr := client()
			if c.trusted {
				pool := x509.NewCertPool()
				leaf, err := x509.ParseCertificate(cert.Certificate[0])
				if err != nil {
					t.Fatal(err)
				}
				pool.AddCert(leaf)
				tr.TLSClientConfig = &tls.Config{RootCAs: pool}
			}
			_, err := cl.Get(t.Context(), Request{URL: s.URL})
			failed(t, err, Untrusted, c.says)
			if asked != 0 {
				t.Errorf("%d requests", asked)
			}
		})
	}
	t.Run("no encryption", func(t *testing.T) {
		s := httptest.NewServer(http.NotFoundHandler())
		defer s.Close()
		cl, _ := client()
		_, err := cl.Get(t.Context(), Request{URL: strings.Replace(s.URL, "http:", "https:", 1)})
		failed(t, err, Untrusted, "answers without encryption")
	})
}

func TestRedirects(t *testing.T) {
	asked := 0
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		switch r.URL.Path {
		case "/first":
			w.Header().Set("X-Step", "1")
			http.Redirect(w, r, "/second", http.StatusFound)
		case "/second":
			w.Header().Set("X-Step", "2")
			http.Redirect(w, r, "/file", http.StatusTemporaryRedirect)
		case "/file":
			w.Header().Set("X-Step", "3")
			io.WriteString(w, r.Header.Get("User-Agent")+" "+r.Header.Get("Range")+" "+r.Header.Get("Accept-Encoding"))
		default:
			http.Redirect(w, r, "/again", http.StatusFound)
		}
	}))
	defer plain.Close()
	c, _ := client()
	resp, err := c.Get(t.Context(), Request{plain.URL + "/first", Header{"range": {"bytes=3-"}}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || string(text) != "descry bytes=3- identity" {
		t.Errorf("%q, %v", text, err)
	}
	if len(resp.Redirects) != 2 || resp.Redirects[0].Get("X-Step") != "1" || resp.Redirects[1].Get("X-Step") != "2" || resp.Header.Get("X-Step") != "3" {
		t.Errorf("%+v", resp)
	}
	if resp.Host != strings.TrimPrefix(plain.URL, "http://") || resp.Status != StatusOK || resp.StatusText() != "200 OK" {
		t.Errorf("%+v", resp)
	}
	asked = 0
	_, err = c.Get(t.Context(), Request{URL: plain.URL + "/again"})
	failed(t, err, Misdirected, "redirects in a circle")
	if asked != maxRedirects {
		t.Errorf("%d requests", asked)
	}
	asked = 0
	encrypted := httptest.NewTLSServer(http.RedirectHandler(plain.URL, http.StatusFound))
	defer encrypted.Close()
	c.HTTP = encrypted.Client()
	_, err = c.Get(t.Context(), Request{URL: encrypted.URL})
	failed(t, err, Misdirected, "redirects from https to http")
	if asked != 0 {
		t.Error("it was followed")
	}
}
