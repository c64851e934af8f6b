package network

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The statuses that callers distinguish (RFC 9110 §15, RFC 6585).
const (
	StatusOK                    = http.StatusOK
	StatusPartialContent        = http.StatusPartialContent
	StatusUnauthorized          = http.StatusUnauthorized
	StatusForbidden             = http.StatusForbidden
	StatusNotFound              = http.StatusNotFound
	StatusProxyAuthRequired     = http.StatusProxyAuthRequired
	StatusRequestTimeout        = http.StatusRequestTimeout
	StatusGone                  = http.StatusGone
	StatusRangeNotSatisfiable   = http.StatusRequestedRangeNotSatisfiable
	StatusTooEarly              = http.StatusTooEarly
	StatusTooManyRequests       = http.StatusTooManyRequests
	StatusNetworkAuthentication = http.StatusNetworkAuthenticationRequired
)

// Response is a response whose header has arrived.
type Response struct {
	Status    int
	Header    Header
	Length    int64    // bytes of the body; -1: unknown
	Host      string   // that responded, after redirects
	Redirects []Header // headers of the redirects, oldest first
	Body      io.ReadCloser
}

// StatusText returns the status with its name: "404 Not Found".
func (r *Response) StatusText() string {
	return strings.TrimSpace(strconv.Itoa(r.Status) + " " + http.StatusText(r.Status))
}

// RetryAfter returns how long the server asks to wait. The header Retry-After holds
// seconds or a date.
func (r *Response) RetryAfter(now time.Time) time.Duration {
	value := strings.TrimSpace(r.Header.Get("Retry-After"))
	if n, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	if t, err := http.ParseTime(value); err == nil {
		return max(0, t.Sub(now))
	}
	return 0
}

func (c *Client) response(ctx context.Context, resp *http.Response, dog watchdog, cancel context.CancelCauseFunc) *Response {
	r := &Response{Status: resp.StatusCode, Header: resp.Header, Length: resp.ContentLength, Host: resp.Request.URL.Host}
	for before := resp.Request.Response; before != nil; before = before.Request.Response {
		r.Redirects = append(r.Redirects, before.Header)
	}
	slices.Reverse(r.Redirects)
	r.Body = &body{c, ctx, r.Host, resp.Body, dog, cancel}
	return r
}

// errStalled is the cause with which the watchdog cancels a request.
var errStalled = errors.New("stalled")

// watchdog ends a request whose connection is silent for too long. It cancels the
// request's context, which closes the connection under a blocked read; a flag checked
// between reads would not wake the reader.
type watchdog struct {
	timer *time.Timer
	limit time.Duration
}

func newWatchdog(limit time.Duration, cancel context.CancelCauseFunc) watchdog {
	return watchdog{time.AfterFunc(limit, func() { cancel(errStalled) }), limit}
}

func (w watchdog) start() { w.timer.Reset(w.limit) }
func (w watchdog) stop()  { w.timer.Stop() }

// body is the body of a response. The watchdog runs while it is read.
type body struct {
	c      *Client
	ctx    context.Context
	host   string
	from   io.ReadCloser
	dog    watchdog
	cancel context.CancelCauseFunc
}

func (b *body) Read(p []byte) (int, error) {
	b.dog.start()
	n, err := b.from.Read(p)
	b.dog.stop()
	if err != nil && err != io.EOF {
		err = b.c.explain(b.ctx, b.host, err)
	}
	return n, err
}

func (b *body) Close() error {
	b.dog.stop()
	b.cancel(nil)
	return b.from.Close()
}
