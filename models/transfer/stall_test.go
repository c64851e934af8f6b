package transfer

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"descry/internal/failure"
	"descry/network"
)

// pipes is a network within this process, so that its time can be a bubble's:
// minutes pass when all goroutines wait.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), done: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.conns <- theirs:
		return ours, nil
	case <-p.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// inBubble fetches a file of 64 KiB from a handler, with the program's own
// clock, waits and limits, and returns how long it took in the bubble's time.
func inBubble(t *testing.T, handler http.HandlerFunc) (time.Duration, error) {
	p := newPipes()
	s := &http.Server{Handler: handler}
	go s.Serve(p)
	defer s.Close()
	tr := network.NewTransport()
	tr.Proxy, tr.DialContext = nil, p.dial
	defer tr.CloseIdleConnections()
	c := &Client{Network: &network.Client{HTTP: &http.Client{Transport: tr}, Online: func() bool { return true }}}
	begun := time.Now()
	var told time.Time
	_, err := c.Fetch(t.Context(), Request{"http://slow.example/w.bin", target(t), 64 << 10, sumOf(make([]byte, 64<<10))}, func(p Progress) {
		if gap := time.Since(told); p.State == Receiving && !told.IsZero() && gap > 2*time.Second {
			t.Errorf("nothing was told for %s", gap)
		}
		if told = time.Now(); p.State != Receiving {
			told = time.Time{}
		}
	})
	return time.Since(begun), err
}

// A slow connection may take half an hour, as long as bytes arrive; a silent one is
// given up after half a minute, however much arrived before.
func TestTimeoutsAreOnStallNotOnLength(t *testing.T) {
	trickle := func(until int, then func(r *http.Request)) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(64<<10))
			for i := range 64 {
				if i == until {
					then(r)
					return
				}
				time.Sleep(29 * time.Second) // of the bubble
				w.Write(make([]byte, 1<<10))
				http.NewResponseController(w).Flush()
			}
		}
	}
	synctest.Test(t, func(t *testing.T) {
		took, err := inBubble(t, trickle(-1, nil))
		if err != nil || took != 64*29*time.Second {
			t.Errorf("%s, %v", took, err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		requests := 0
		took, err := inBubble(t, func(w http.ResponseWriter, r *http.Request) {
			requests++
			trickle(1, func(r *http.Request) { <-r.Context().Done() })(w, r)
		})
		failed(t, err, failure.Network, "slow.example sent nothing for 30s")
		silent := 7 * (29 + 30) * time.Second // seven attempts
		if waits := took - silent; requests != 7 || waits < 15*time.Second || waits > 63*time.Second {
			t.Errorf("%d requests in %s", requests, took)
		}
	})
	// A server that accepts the connection and never responds.
	synctest.Test(t, func(t *testing.T) {
		took, err := inBubble(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		failed(t, err, failure.Network, "sent nothing for 30s")
		if took < 7*30*time.Second || took > 5*time.Minute {
			t.Errorf("%s", took)
		}
	})
}
