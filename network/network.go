// Package network is the only package of Descry that opens connections: downloads,
// and whatever else needs a server, go through its Client. A test in internal/rules
// enforces that, so the switch Offline holds for the whole program.
//
// A Client sends GET requests over HTTP/1.1, through the proxies of the environment,
// to the mirror if one is set. It limits silence, not duration: a download may take
// hours, but a connection on which nothing arrives for half a minute is closed, while
// connecting as well as in the middle of a body.
//
// An address is http or https (Parse); redirects are followed, but never from https
// to http.
//
// A connection that fails returns an *Error: a Failure for people, and a Reason by
// which the caller decides whether to retry. A response with status 404 or 503 is not
// an error here: its meaning depends on the request.
package network

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

const (
	defaultStall   = 30 * time.Second
	connectTimeout = 20 * time.Second
	maxRedirects   = 10
	userAgent      = "descry"
)

// Header holds the header of a request or response.
type Header = http.Header

// Client sends requests. The zero value works; New returns one for the program. It
// may be used by several goroutines at once.
type Client struct {
	// HTTP sends the requests; nil means one with NewTransport.
	HTTP *http.Client
	// Mirror, if set, gets all requests: https://HOST/PATH becomes Mirror/HOST/PATH.
	// HFEndpoint replaces https://huggingface.co.
	Mirror     string
	HFEndpoint string
	// Offline disables every request.
	Offline bool
	// Stall is how long the connection may be silent (0: 30 s).
	Stall time.Duration
	// Now and Online replace the clock, and the check whether any network is up, in
	// tests.
	Now    func() time.Time
	Online func() bool
}

// New returns a client with the settings of the environment: DESCRY_MIRROR,
// HF_ENDPOINT, DESCRY_OFFLINE.
func New(getenv func(string) string) *Client {
	return &Client{Mirror: getenv("DESCRY_MIRROR"), HFEndpoint: getenv("HF_ENDPOINT"), Offline: Disabled(getenv)}
}

// Disabled reports whether the environment forbids the use of the network:
// DESCRY_OFFLINE has any value but "" and "0".
func Disabled(getenv func(string) string) bool {
	v := getenv("DESCRY_OFFLINE")
	return v != "" && v != "0"
}

// NewTransport returns the transport that a Client without one uses. It speaks
// HTTP/1.1 only: each request then has its own connection, whereas an HTTP/2
// connection that has died silently stays in the pool and takes the next attempt
// with it.
func NewTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.Proxy = http.ProxyFromEnvironment
	t.DialContext = (&net.Dialer{Timeout: connectTimeout}).DialContext
	t.Protocols = new(http.Protocols)
	t.Protocols.SetHTTP1(true)
	t.ForceAttemptHTTP2 = false
	return t
}

var standard = &http.Client{Transport: NewTransport()}

// Request asks for one address.
type Request struct {
	URL    string // http or https, before any mirror
	Header Header // added to the head; may be nil
}

// Get sends a request and returns the response once its header has arrived, whatever
// its status. The caller must close the body. The body is never compressed in
// transit. The error is an *Error, a *failure.Failure of kind Usage for an invalid
// address, or ctx's.
func (c *Client) Get(ctx context.Context, r Request) (*Response, error) {
	address, err := c.Resolve(r.URL)
	if err != nil {
		return nil, err
	}
	if c.Offline {
		return nil, offline(address.Host)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		cancel(nil)
		return nil, c.explain(ctx, address.Host, err)
	}
	for key, values := range r.Header {
		req.Header[http.CanonicalHeaderKey(key)] = values
	}
	req.Header.Set("User-Agent", userAgent)
	req.Header.Set("Accept-Encoding", "identity") // so that hash and length are those of the file
	client := *standard
	if c.HTTP != nil {
		client = *c.HTTP
	}
	client.CheckRedirect = checkRedirect
	dog := newWatchdog(c.StallLimit(), cancel)
	resp, err := client.Do(req)
	dog.stop()
	if err != nil {
		err = c.explain(ctx, address.Host, err)
		cancel(nil)
		return nil, err
	}
	return c.response(ctx, resp, dog, cancel), nil
}

// StallLimit returns how long the connection may be silent.
func (c *Client) StallLimit() time.Duration {
	if c.Stall > 0 {
		return c.Stall
	}
	return defaultStall
}

func (c *Client) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

var (
	errTooManyRedirects = errors.New("too many redirects")
	errDowngrade        = errors.New("redirected from https to http")
)

// checkRedirect refuses redirects from https to http.
func checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) >= maxRedirects {
		return errTooManyRedirects
	}
	if req.URL.Scheme != "https" && via[len(via)-1].URL.Scheme == "https" {
		return errDowngrade
	}
	return nil
}
