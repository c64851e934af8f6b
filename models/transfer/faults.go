package transfer

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"descry/internal/failure"
)

// fault is a Failure with what the loop has to know of it.
type fault struct {
	f     *failure.Failure
	retry bool          // time may heal it
	early int           // attempts while nothing has come yet, when telling helps more; 0: as many as ever
	over  bool          // the partial file is worth nothing
	after time.Duration // the server asked to wait so long
}

func (f *fault) Error() string { return f.f.Error() }
func (f *fault) Unwrap() error { return f.f }

// The sorts of trouble with the network: final, passing, passing but told at
// once (or soon) if nothing has come yet, and such that the file must be begun
// again.

func (r *run) final(message, hint string) *fault {
	return &fault{f: failure.New(failure.Network, "download", r.name, "%s", message).WithHint("%s", hint)}
}

func (r *run) passing(message string) *fault {
	f := r.final(message, "What has arrived is kept: try again later and it goes on from there.")
	f.retry = true
	return f
}

func (r *run) absent(message, hint string) *fault {
	f := r.final(message, hint)
	f.retry, f.early = true, 1
	return f
}

func (r *run) unanswered(message string) *fault {
	f := r.absent(message, "Check the address and whether something here blocks it; what has arrived is kept.")
	f.early = 3
	return f
}

func (r *run) over(message string) *fault {
	f := r.final(message, "Try again later, or from another network or mirror.")
	f.retry, f.over = true, true
	return f
}

func (r *run) portal() *fault {
	return r.final("a web page came instead of the file: this network probably wants you to sign in first", "Open any page in a browser, sign in, then try again.")
}

// wrongLength: n is what the server says, -1 if it just goes on.
func (r *run) wrongLength(host string, n, want int64) *fault {
	hint := "Nothing of it is used. Try again later; if it stays so, the server has a damaged or another file."
	switch {
	case n < 0:
		return r.final(fmt.Sprintf("%s sends more than the %s bytes of the file", host, count(want)), hint)
	case n == 0:
		return r.final(host+" sends an empty file", hint)
	}
	return r.final(fmt.Sprintf("the file of %s has %s bytes, not %s", host, count(n), count(want)), hint)
}

// statusFault words an answer that is no file.
func (r *run) statusFault(resp *http.Response) error {
	host, code := resp.Request.URL.Host, resp.StatusCode
	said := strconv.Itoa(code)
	if text := http.StatusText(code); text != "" {
		said += " " + text
	}
	switch {
	case code == http.StatusNetworkAuthenticationRequired:
		return r.portal()
	case code == http.StatusNotFound || code == http.StatusGone:
		return r.final(fmt.Sprintf("%s has no such file (%s)", host, said), "It may have moved: look for a newer Descry, or fetch the file elsewhere and use: descry models import PATH.")
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return r.final(fmt.Sprintf("%s refuses to give the file (%s)", host, said), "Fetch it with a browser, where you can agree to its terms, and use: descry models import PATH.")
	case code == http.StatusProxyAuthRequired:
		return r.final(fmt.Sprintf("the proxy wants a name and a password (%s)", said), "Set them in HTTPS_PROXY: http://NAME:PASSWORD@HOST:PORT.")
	case code == http.StatusTooManyRequests || code == http.StatusRequestTimeout || code == http.StatusTooEarly || code >= 500:
		what := "has trouble of its own"
		if code == http.StatusTooManyRequests {
			what = "wants fewer requests"
		}
		f := r.passing(fmt.Sprintf("%s %s (%s)", host, what, said))
		f.after = retryAfter(resp.Header, r.c.now())
		return f
	}
	return r.final(fmt.Sprintf("%s answered %s, not the file", host, said), "")
}

// lineFault words trouble with the connection. ctx is the attempt's.
func (r *run) lineFault(ctx context.Context, host string, err error) error {
	var own *fault
	if errors.As(err, &own) {
		return own
	}
	if errors.Is(context.Cause(ctx), errStalled) {
		return r.passing(fmt.Sprintf("%s sent nothing for %s", host, r.c.stall()))
	}
	var u *url.Error
	if errors.As(err, &u) {
		if at, err := url.Parse(u.URL); err == nil && at.Host != "" {
			host = at.Host // where redirects led
		}
	}
	if f := r.certificateFault(host, err); f != nil {
		return f
	}
	if errors.Is(err, errDowngrade) || errors.Is(err, errTooManyRedirects) {
		return r.final("the address is "+errors.Unwrap(err).Error(), "The server, or something on the way to it, is not set up right: try another network or mirror.")
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "proxyconnect" {
		return r.absent("the proxy cannot be reached", "Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY.")
	}
	return r.reachFault(host, err)
}

// reachFault words a host that is not reached, or no longer.
func (r *run) reachFault(host string, err error) error {
	var dns *net.DNSError
	var timeout net.Error
	online := r.c.online
	if online == nil {
		online = anyNetwork
	}
	name := host
	if n, _, err := net.SplitHostPort(host); err == nil {
		name = n
	}
	switch {
	case isOneOf(err, errnoNoNet), !loopback(name) && !online():
		return r.absent("this machine has no network connection", "Connect it, or bring the file on a disk: descry models import PATH.")
	case errors.As(err, &dns) && dns.IsNotFound:
		return r.absent("the name "+name+" was not found", "Check the connection and the name server; a mirror (DESCRY_MIRROR) or a proxy (HTTPS_PROXY) may be needed here.")
	case errors.As(err, &dns):
		return r.absent("the name server does not answer for "+name, "Check the connection; without a name server no host can be found.")
	case isOneOf(err, errnoRefused):
		return r.unanswered(host + " refuses the connection")
	case errors.As(err, &timeout) && timeout.Timeout():
		return r.unanswered(host + " does not answer")
	}
	if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !isOneOf(err, errnoCut) {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // without the address, which may hold a password
		}
		return r.passing("the connection to " + host + " failed: " + err.Error())
	}
	if r.part != nil && r.part.at > 0 {
		return r.passing(fmt.Sprintf("the connection to %s was cut after %s of %s bytes", host, count(r.part.at), count(r.total())))
	}
	return r.passing("the connection to " + host + " was cut")
}

// certificateFault words what a TLS handshake found; nil if it is not that.
func (r *run) certificateFault(host string, err error) error {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var plain tls.RecordHeaderError
	var verification *tls.CertificateVerificationError
	spied := "If it is your company's proxy or your virus scanner, have its root certificate put into this machine's store; otherwise use another network."
	switch {
	case errors.As(err, &unknown):
		return r.final("the certificate shown for "+host+" is signed by nobody this machine trusts: the connection is being intercepted", spied)
	case errors.As(err, &name):
		return r.final("the certificate shown for "+host+" belongs to another name: the connection is being intercepted", spied)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return r.final(fmt.Sprintf("the certificate of %s is not valid on %s, the date of this machine", host, r.c.now().Format(time.DateOnly)), "Set the clock right.")
	case errors.As(err, &verification):
		return r.final("the certificate shown for "+host+" is not good: "+verification.Err.Error(), spied)
	case errors.As(err, &plain), errors.Is(err, http.ErrSchemeMismatch):
		return r.final(host+" answers without encryption where encryption was asked for: the connection is being intercepted", spied)
	}
	return nil
}

func loopback(name string) bool {
	ip := net.ParseIP(name)
	return name == "localhost" || ip != nil && ip.IsLoopback()
}

// anyNetwork reports whether an interface other than the loopback is up and has
// an address. What cannot be found out counts as up.
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

func isOneOf(err error, of []error) bool {
	for _, e := range of {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// count writes a number with commas between the thousands.
func count(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
