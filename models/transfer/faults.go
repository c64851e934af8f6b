package transfer

import (
	"errors"
	"strconv"
	"time"

	"descry/internal/failure"
	"descry/network"
)

// fault is a Failure together with how the loop handles it.
type fault struct {
	f       *failure.Failure
	retry   bool          // a later attempt may succeed
	early   int           // attempts before anything was received; 0: as many as later
	restart bool          // the partial file is useless
	after   time.Duration // how long the server asked to wait
}

func (f *fault) Error() string { return f.f.Error() }
func (f *fault) Unwrap() error { return f.f }

// hint adds advice on what to do.
func (f *fault) hint(format string, args ...any) *fault {
	f.f = f.f.WithHint(format, args...)
	return f
}

// The kinds of faults in a response: permanent, temporary, and those after which the
// file is downloaded from the beginning.

func (r *run) permanent(format string, args ...any) *fault {
	return &fault{f: failure.New(failure.Network, "download", r.name, format, args...)}
}

const resumesHint = "What has arrived is kept; the next attempt continues from there."

func (r *run) temporary(format string, args ...any) *fault {
	f := r.permanent(format, args...).hint(resumesHint)
	f.retry = true
	return f
}

func (r *run) restart(format string, args ...any) *fault {
	f := r.permanent(format, args...).hint("Try again later, or from another network or mirror.")
	f.retry, f.restart = true, true
	return f
}

func (r *run) changed(host string) *fault { return r.restart("the file has changed on %s", host) }

func (r *run) portal() *fault {
	return r.permanent("a web page came instead of the file: this network may want you to sign in first").hint("Open any page in a browser, sign in, then try again.")
}

// wrongLength returns the fault for a length n that is not the file's. -1 means that the
// server sends more than it announced.
func (r *run) wrongLength(host string, n, want int64) *fault {
	var f *fault
	switch {
	case n < 0:
		f = r.permanent("%s sends more than the %s bytes of the file", host, count(want))
	case n == 0:
		f = r.permanent("%s sends an empty file", host)
	default:
		f = r.permanent("the file on %s has %s bytes, not %s", host, count(n), count(want))
	}
	return f.hint("None of it is used. Try again later; if it happens again, the server has a damaged or another file.")
}

// statusFault returns the fault for a response without the file.
func (r *run) statusFault(resp *network.Response) error {
	host, status := resp.Host, resp.StatusText()
	switch code := resp.Status; {
	case code == network.StatusNetworkAuthentication:
		return r.portal()
	case code == network.StatusNotFound || code == network.StatusGone:
		return r.permanent("%s has no such file (%s)", host, status).hint("It may have moved: look for a newer Descry, or get the file elsewhere and use: descry models import PATH.")
	case code == network.StatusUnauthorized || code == network.StatusForbidden:
		return r.permanent("%s does not allow this download (%s)", host, status).hint("Download it with a browser, where you can accept its terms, and use: descry models import PATH.")
	case code == network.StatusProxyAuthRequired:
		return r.permanent("the proxy asks for a name and a password (%s)", status).hint("Set them in HTTPS_PROXY: http://NAME:PASSWORD@HOST:PORT.")
	case code == network.StatusTooManyRequests:
		return r.later(resp, r.temporary("%s asks for fewer requests (%s)", host, status))
	case code == network.StatusRequestTimeout || code == network.StatusTooEarly || code >= 500:
		return r.later(resp, r.temporary("%s has a problem (%s)", host, status))
	}
	return r.permanent("%s answered %s, not the file", host, status)
}

// later returns f with the wait that the server asks for.
func (r *run) later(resp *network.Response, f *fault) *fault {
	f.after = resp.RetryAfter(r.c.now())
	return f
}

// connectionFault returns the fault for an error of the connection: whether to retry,
// and how often before anything was received.
func (r *run) connectionFault(err error) error {
	var e *network.Error
	if !errors.As(err, &e) {
		return err // cancelled, or an invalid address
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
		return f.hint(resumesHint)
	case network.Lost:
		f.retry = true
		if r.part.at > 0 {
			return r.temporary("the connection to %s was lost after %s of %s bytes", e.Host, count(r.part.at), count(r.total()))
		}
		return f.hint(resumesHint)
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

// count formats a number with commas between the thousands.
func count(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
