package network

import (
	"net"
	"net/url"
	"strings"

	"descry/internal/failure"
)

// hub is the host whose addresses HF_ENDPOINT stands in for.
const hub = "huggingface.co"

// Parse reads an http or https address.
func Parse(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || !usable(u) {
		return nil, failure.New(failure.Usage, "connect", address, "this is not an http or https address")
	}
	return u, nil
}

func usable(u *url.URL) bool { return u.Host != "" && (u.Scheme == "https" || u.Scheme == "http") }

// Private reports whether the answer of an address is protected from changes in
// transit: the connection is encrypted, or to this machine.
func Private(u *url.URL) bool {
	return u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname())
}

// Resolve returns the address that a request is sent to: at the mirror if one is set,
// at HFEndpoint for the hub's addresses, else the address itself.
func (c *Client) Resolve(address string) (*url.URL, error) {
	u, err := Parse(address)
	switch {
	case err != nil:
		return nil, err
	case c.Mirror != "":
		return under("DESCRY_MIRROR", c.Mirror, "/"+u.Host+u.EscapedPath(), u.RawQuery)
	case c.HFEndpoint != "" && u.Host == hub:
		return under("HF_ENDPOINT", c.HFEndpoint, u.EscapedPath(), u.RawQuery)
	}
	return u, nil
}

// under appends an escaped path and query to base, the value of a variable.
func under(variable, base, path, query string) (*url.URL, error) {
	b, err := url.Parse(base)
	if err != nil || !usable(b) {
		return nil, failure.New(failure.Usage, "connect", variable, "its value is not an http or https address").
			WithHint("Write it like https://mirror.example/models, or unset it.")
	}
	joined := *b
	escaped := strings.TrimRight(b.EscapedPath(), "/") + path
	if joined.Path, err = url.PathUnescape(escaped); err != nil {
		return nil, failure.New(failure.Usage, "connect", variable, "its path cannot be read")
	}
	joined.RawPath, joined.RawQuery, joined.Fragment = escaped, query, ""
	return &joined, nil
}

// loopback reports whether a host is this machine.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// anyNetwork reports whether an interface other than the loopback is up and has an
// address. It returns true if that cannot be determined.
func anyNetwork() bool {
	all, err := net.Interfaces()
	if err != nil {
		return true
	}
	for _, i := range all {
		if i.Flags&net.FlagUp == 0 || i.Flags&net.FlagLoopback != 0 {
			continue
		}
		if addresses, err := i.Addrs(); err != nil || len(addresses) > 0 {
			return true
		}
	}
	return false
}
