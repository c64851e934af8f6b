package transfer

import (
	"errors"
	"strconv"
	"time"

	"descry/internal/failure"
	"descry/network"
)

// fault is a Failure with what the loop has to know of it.
type fault struct {
	f     *failure.Failure
	retry bool          // time may heal it
	early int           // attempts while nothing has come yet, when reporting helps more; 0: as many as ever
	over  bool          // the partial file is worth nothing
	after time.Duration // the server asked to wait so long
}

func (f *fault) Error() string { return f.f.Error() }
func (f *fault) Unwrap() error { return f.f }

// hint adds a sentence that says what to do.
func (f *fault) hint(format string, args ...any) *fault {
	f.f = f.f.WithHint(format, args...)
	return f
}

// The sorts of trouble with what a server sends: final, passing, and such that the
// file must be begun again.

func (r *run) final(format string, args ...any) *fault {
	return &fault{f: failure.New(failure.Network, "download", r.name, format, args...)}
}

const goesOn = "What has arrived is kept; the next attempt continues from there."

func (r *run) passing(format string, args ...any) *fault {
	f := r.final(format, args...).hint(goesOn)
	f.retry = true
	return f
}

func (r *run) over(format string, args ...any) *fault {
	f := r.final(format, args...).hint("Try again later, or from another network or mirror.")
	f.retry, f.over = true, true
	return f
}

func (r *run) changed(host string) *fault { return r.over("the file has changed on %s", host) }

func (r *run) portal() *fault {
	return r.final("a web page came instead of the file: this network may want you to sign in first").hint("Open any page in a browser, sign in, then try again.")
}

// wrongLength words a length n that is not the file's; -1 means that the server sends
// more than it said.
func (r *run) wrongLength(host string, n, want int64) *fault {
	var f *fault
	switch {
	case n < 0:
		f = r.final("%s sends more than the %s bytes of the file", host, count(want))
	case n == 0:
		f = r.final("%s sends an empty file", host)
	default:
		f = r.final("the file on %s has %s bytes, not %s", host, count(n), count(want))
	}
	return f.hint("None of it is used. Try again later; if it happens again, the server has a damaged or another file.")
}

// statusFault words an answer that is not the file.
func (r *run) statusFault(resp *network.Response) error {
	host, said := resp.Host, resp.StatusText()
	switch code := resp.Status; {
	case code == network.StatusNetworkAuthentication:
		return r.portal()
	case code == network.StatusNotFound || code == network.StatusGone:
		return r.final("%s has no such file (%s)", host, said).hint("It may have moved: look for a newer Descry, or get the file elsewhere and use: descry models import PATH.")
	case code == network.StatusUnauthorized || code == network.StatusForbidden:
		return r.final("%s does not allow this download (%s)", host, said).hint("Download it with a browser, where you can accept its terms, and use: descry models import PATH.")
	case code == network.StatusProxyAuthRequired:
		return r.final("the proxy asks for a name and a password (%s)", said).hint("Set them in HTTPS_PROXY: http://NAME:PASSWORD@HOST:PORT.")
	case code == network.StatusTooManyRequests:
		return r.later(resp, r.passing("%s asks for fewer requests (%s)", host, said))
	case code == network.StatusRequestTimeout || code == network.StatusTooEarly || code >= 500:
		return r.later(resp, r.passing("%s has a problem (%s)", host, said))
	}
	return r.final("%s answered %s, not the file", host, said)
}

// later returns f with the wait that the server asks for.
func (r *run) later(resp *network.Response, f *fault) *fault {
	f.after = resp.RetryAfter(r.c.now())
	return f
}

// connectionFault says what follows from trouble with the connection: whether the
// loop continues, and how often while nothing has come yet.
func (r *run) connectionFault(err error) error {
	var e *network.Error
	if !errors.As(err, &e) {
		return err // the caller gave up, or an address that can never work
	}
	f := &fault{f: e.Failure}
	switch e.Reason {
	case network.Offline:
		return f.hint("Turn off Stay offline first, or use: descry models import PATH.")
	case network.Unreachable:
		f.retry, f.early = true, 1
	case network.Refused:
		f.retry, f.early = true, 3
	case network.Silent:
		f.retry = true
		return f.hint(goesOn)
	case network.Lost:
		f.retry = true
		if r.part.at > 0 {
			return r.passing("the connection to %s was lost after %s of %s bytes", e.Host, count(r.part.at), count(r.total()))
		}
		return f.hint(goesOn)
	}
	return f
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
