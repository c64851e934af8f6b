package transfer

import (
	"context"
	"math/rand/v2"
	"time"

	"descry/network"
)

const (
	defaultRetries = 6
	firstPause     = time.Second
	longestPause   = 30 * time.Second
	// longestAsked limits the wait for a server's Retry-After.
	longestAsked = 2 * time.Minute
)

// network returns the client that sends the requests.
func (c *Client) network() *network.Client {
	if c.Network != nil {
		return c.Network
	}
	return &network.Client{}
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

// pause returns the wait before attempt n+1. It doubles each time; half of it is
// random, so that many machines do not return at once. It is not shorter than what the
// server asked for, up to longestAsked.
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

// Sleep waits for d or until ctx is done. It is the default of Client.Wait.
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
