package network

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// pipe serves a handler through a connection within this process, so that its time
// can be a bubble's.
func pipe(handler http.HandlerFunc) (*Client, func()) {
	c, tr := client()
	conns := make(chan net.Conn)
	s := &http.Server{Handler: handler}
	l := &listener{conns, make(chan struct{})}
	go s.Serve(l)
	tr.Proxy = nil
	tr.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		select {
		case conns <- theirs:
			return ours, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return c, func() { s.Close(); tr.CloseIdleConnections() }
}

type listener struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}
func (l *listener) Close() error   { close(l.closed); return nil }
func (l *listener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// get reads a response to its end, slowly, and returns the time it took and the result.
func get(ctx context.Context, c *Client) (time.Duration, int, error) {
	begun := time.Now()
	resp, err := c.Get(ctx, Request{URL: "http://slow.example/w.bin"})
	if err != nil {
		return time.Since(begun), 0, err
	}
	defer resp.Body.Close()
	n := 0
	for buf := make([]byte, 100); ; {
		time.Sleep(time.Minute) // a slow reader does not count as a silent connection
		k, err := resp.Body.Read(buf)
		n += k
		if err == io.EOF {
			return time.Since(begun), n, nil
		}
		if err != nil {
			return time.Since(begun), n, err
		}
	}
}

func TestOnlySilenceEndsAnAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, done := pipe(func(w http.ResponseWriter, r *http.Request) {
			for range 10 {
				w.Write(make([]byte, 100))
				http.NewResponseController(w).Flush()
				time.Sleep(80 * time.Second)
			}
		})
		defer done()
		if took, n, err := get(t.Context(), c); err != nil || n != 1000 || took < 10*80*time.Second {
			t.Errorf("%s, %d bytes, %v", took, n, err)
		}
	})
	silent := func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	synctest.Test(t, func(t *testing.T) {
		c, done := pipe(silent)
		defer done()
		took, _, err := get(t.Context(), c)
		failed(t, err, Silent, "slow.example sent nothing for 30s")
		if took != defaultStall {
			t.Errorf("took %s", took)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		c, done := pipe(func(w http.ResponseWriter, r *http.Request) {
			w.Write(make([]byte, 100))
			http.NewResponseController(w).Flush()
			silent(w, r)
		})
		defer done()
		c.Stall = 45 * time.Second
		took, n, err := get(t.Context(), c)
		failed(t, err, Silent, "slow.example sent nothing for 45s")
		if took != 2*time.Minute+c.Stall || n != 100 {
			t.Errorf("took %s for %d bytes", took, n)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		c, done := pipe(silent)
		defer done()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if took, _, err := get(ctx, c); !errors.Is(err, context.DeadlineExceeded) || took != 10*time.Second {
			t.Errorf("%s, %v", took, err)
		}
	})
}
