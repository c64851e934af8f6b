package transfer

import (
	"context"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	defaultStall   = 30 * time.Second
	defaultRetries = 6
	firstPause     = time.Second
	longestPause   = 30 * time.Second
	// longestAsked is the most that a server's Retry-After is followed.
	longestAsked = 2 * time.Minute
)

func (c *Client) stall() time.Duration {
	if c.Stall > 0 {
		return c.Stall
	}
	return defaultStall
}

func (c *Client) retries() int {
	if c.Retries > 0 {
		return c.Retries
	}
	return defaultRetries
}

func (c *Client) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// pause is the wait before attempt n+1: it doubles, half of it is random so
// that many machines do not come back at once, and it is no shorter than what
// the server asked for, up to a ceiling.
func (c *Client) pause(n int, asked time.Duration) time.Duration {
	d := longestPause
	if n < 6 {
		d = min(d, firstPause<<(n-1))
	}
	jitter := c.Jitter
	if jitter == nil {
		jitter = func(d time.Duration) time.Duration { return rand.N(d) }
	}
	return max(d/2+jitter(d/2), min(asked, longestAsked))
}

func (c *Client) wait(ctx context.Context, d time.Duration) error {
	if c.Wait != nil {
		return c.Wait(ctx, d)
	}
	return Sleep(ctx, d)
}

// Sleep waits for d or until ctx is done: what Client.Wait is by default.
func Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// retryAfter reads the header of that name: seconds or a date.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	if t, err := http.ParseTime(value); err == nil {
		return max(0, t.Sub(now))
	}
	return 0
}

// plainHTTP is the client of those who bring none. HTTP/1.1 only: each transfer
// then has its own connection, which is closed with it, whereas an HTTP/2
// connection that has died silently stays in the pool and takes the next
// attempt with it. The watchdog limits every phase, so that nothing else does.
var plainHTTP = newHTTP()

func newHTTP() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.Proxy = http.ProxyFromEnvironment
	t.DialContext = (&net.Dialer{Timeout: 20 * time.Second}).DialContext
	t.Protocols = new(http.Protocols)
	t.Protocols.SetHTTP1(true)
	t.ForceAttemptHTTP2 = false
	return &http.Client{Transport: t}
}
