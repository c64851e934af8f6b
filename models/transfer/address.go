package transfer

import (
	"net/url"
	"strings"

	"descry/internal/failure"
)

// hub is the host whose addresses HF_ENDPOINT stands in for.
const hub = "huggingface.co"

// address returns the address that is really asked for u: at the mirror, if one
// is set, else at HF_ENDPOINT for the hub's addresses, else u itself.
func (c *Client) address(u *url.URL) (*url.URL, error) {
	switch {
	case c.Mirror != "":
		return under("DESCRY_MIRROR", c.Mirror, "/"+u.Host+u.EscapedPath(), u.RawQuery)
	case c.HFEndpoint != "" && u.Host == hub:
		return under("HF_ENDPOINT", c.HFEndpoint, u.EscapedPath(), u.RawQuery)
	}
	return u, nil
}

// under puts an escaped path and query below base, the value of a variable.
func under(variable, base, path, query string) (*url.URL, error) {
	b, err := url.Parse(base)
	if err != nil || b.Host == "" || b.Scheme != "https" && b.Scheme != "http" {
		return nil, failure.New(failure.Usage, "download", variable, "its value is no http or https address").WithHint("Write it like https://mirror.example/models, or unset it.")
	}
	joined := *b
	escaped := strings.TrimRight(b.EscapedPath(), "/") + path
	if joined.Path, err = url.PathUnescape(escaped); err != nil {
		return nil, failure.New(failure.Usage, "download", base, "its path cannot be read")
	}
	joined.RawPath, joined.RawQuery, joined.Fragment = escaped, query, ""
	return &joined, nil
}
