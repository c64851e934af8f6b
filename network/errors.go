package network

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"descry/internal/failure"
)

// Reason is the reason of an Error.
type Reason string

// The reasons.
const (
	Offline     Reason = "offline"     // Client.Offline is set; nothing was sent
	Unreachable Reason = "unreachable" // no network, no such name, no proxy: the host was never reached
	Refused     Reason = "refused"     // the host refuses the connection, or does not answer
	Silent      Reason = "silent"      // nothing arrived for Client.Stall
	Lost        Reason = "lost"        // the connection broke
	Untrusted   Reason = "untrusted"   // the certificate or the encryption is invalid
	Misdirected Reason = "misdirected" // redirected in a circle, or from https to http
)

// Error is the failure of a connection.
type Error struct {
	Failure *failure.Failure // of kind Network, with no subject
	Reason  Reason
	Host    string
}

// Error returns the Failure in one line.
func (e *Error) Error() string { return e.Failure.Error() }

// Unwrap returns the Failure.
func (e *Error) Unwrap() error { return e.Failure }

const (
	checkConnection  = "Check your internet connection or proxy."
	checkInterceptor = "If a company proxy or a virus scanner does this, add its root certificate to this machine's store; otherwise use another network."
)

// trouble returns an Error about a host.
func trouble(reason Reason, host, format string, args ...any) *Error {
	return &Error{failure.New(failure.Network, "connect", "", format, args...), reason, host}
}

// hint adds advice on what to do.
func (e *Error) hint(format string, args ...any) *Error {
	e.Failure = e.Failure.WithHint(format, args...)
	return e
}

func offline(host string) *Error {
	return trouble(Offline, host, "downloads are disabled (Stay offline, --offline or DESCRY_OFFLINE)").hint("Turn off Stay offline first.")
}

// explain returns an *Error for err, the error of a request with context ctx. If the
// caller cancelled the request, it returns the context's error.
func (c *Client) explain(ctx context.Context, host string, err error) error {
	if errors.Is(context.Cause(ctx), errStalled) {
		return trouble(Silent, host, "%s sent nothing for %s", host, c.StallLimit()).hint(checkConnection)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var u *url.Error
	if errors.As(err, &u) {
		if at, err := url.Parse(u.URL); err == nil && at.Host != "" {
			host = at.Host // where redirects led
		}
	}
	if e := c.explainTrust(host, err); e != nil {
		return e
	}
	const setUp = "The server may not be set up right: try another network or mirror."
	switch {
	case errors.Is(err, errTooManyRedirects):
		return trouble(Misdirected, host, "%s redirects in a circle", host).hint(setUp)
	case errors.Is(err, errDowngrade):
		return trouble(Misdirected, host, "the server redirects from https to http").hint(setUp)
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "proxyconnect" {
		return trouble(Unreachable, host, "cannot reach the proxy").hint("Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY.")
	}
	return c.explainReach(host, err)
}

// explainReach returns an Error for a host that cannot be reached or was lost.
func (c *Client) explainReach(host string, err error) *Error {
	var dns *net.DNSError
	var timeout net.Error
	online := c.Online
	if online == nil {
		online = anyNetwork
	}
	name := host
	if n, _, err := net.SplitHostPort(host); err == nil {
		name = n
	}
	is := func(e error) bool { return errors.Is(err, e) }
	switch {
	case slices.ContainsFunc(errnoNoNet, is), !loopback(name) && !online():
		return trouble(Unreachable, host, "this machine has no network connection").hint("Connect to a network.")
	case errors.As(err, &dns) && dns.IsNotFound:
		return trouble(Unreachable, host, "cannot reach %s", name).hint(checkConnection)
	case errors.As(err, &dns):
		return trouble(Unreachable, host, "cannot reach %s: the name server does not answer", name).hint(checkConnection)
	case slices.ContainsFunc(errnoRefused, is):
		return trouble(Refused, host, "%s refuses the connection", host).hint("Check the address, and whether a firewall blocks it.")
	case errors.As(err, &timeout) && timeout.Timeout():
		return trouble(Refused, host, "%s does not answer", host).hint("Check the address, and whether a firewall blocks it.")
	case is(io.EOF), is(io.ErrUnexpectedEOF), slices.ContainsFunc(errnoCut, is):
		return trouble(Lost, host, "the connection to %s was lost", host).hint(checkConnection)
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err // without the address, which may hold a password
	}
	return trouble(Lost, host, "the connection to %s failed: %s", host, err).hint(checkConnection)
}

// explainTrust returns an Error if err comes from a TLS handshake, else nil.
func (c *Client) explainTrust(host string, err error) *Error {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var plain tls.RecordHeaderError
	var verification *tls.CertificateVerificationError
	switch {
	case errors.As(err, &unknown):
		return trouble(Untrusted, host, "this machine does not trust the certificate of %s: something may be intercepting the connection", host).hint(checkInterceptor)
	case errors.As(err, &name):
		return trouble(Untrusted, host, "the certificate of %s is for another name: something may be intercepting the connection", host).hint(checkInterceptor)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return trouble(Untrusted, host, "the certificate of %s is not valid on %s, the date of this machine", host, c.now().Format(time.DateOnly)).hint("Set the clock.")
	case errors.As(err, &verification):
		return trouble(Untrusted, host, "the certificate of %s is not valid: %s", host, verification.Err).hint(checkInterceptor)
	case errors.As(err, &plain), errors.Is(err, http.ErrSchemeMismatch):
		return trouble(Untrusted, host, "%s answers without encryption: something may be intercepting the connection", host).hint(checkInterceptor)
	}
	return nil
}
