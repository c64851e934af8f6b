package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"strconv"
	"strings"
	"time"

	"descry/internal/failure"
	"descry/network"
)

// attempt sends one request for the missing bytes and receives the response. It returns
// nil if the response was received to its end.
func (r *run) attempt(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r.notify(Connecting, "", true)
	resp, err := r.ask(ctx)
	if err != nil {
		return r.connectionFault(err)
	}
	defer resp.Body.Close()
	if err := r.accept(resp); err != nil {
		return err
	}
	return r.receive(ctx, resp)
}

// ask sends the request.
func (r *run) ask(ctx context.Context) (*network.Response, error) {
	header := network.Header{}
	if r.part.at > 0 {
		header.Set("Range", fmt.Sprintf("bytes=%d-", r.part.at))
		if v := r.part.rec.validator(); v != "" {
			header.Set("If-Range", v)
		}
	}
	return r.c.network().Get(ctx, network.Request{URL: r.req.URL, Header: header})
}

// accept checks the header of a response. It does not change the partial file: a login
// page must not destroy what has been received.
func (r *run) accept(resp *network.Response) error {
	switch {
	case resp.Status == network.StatusRangeNotSatisfiable && r.part.at > 0:
		return r.beyond(resp)
	case resp.Status != network.StatusOK && resp.Status != network.StatusPartialContent:
		return r.statusFault(resp)
	case r.pageInstead(resp):
		return r.portal()
	case !plainEncoding(resp.Header.Get("Content-Encoding")):
		return r.permanent("%s sends the file compressed (%s), which was not asked for", resp.Host, resp.Header.Get("Content-Encoding")).hint("Try another network or mirror.")
	case resp.Status == network.StatusPartialContent:
		return r.acceptPart(resp)
	}
	return r.acceptWhole(resp, resp.Length)
}

func plainEncoding(e string) bool { return e == "" || strings.EqualFold(e, "identity") }

// pageInstead reports whether the header announces a web page. Some servers call every
// file a page, so a response with the right length is accepted.
func (r *run) pageInstead(resp *network.Response) bool {
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if kind != "text/html" && kind != "application/xhtml+xml" {
		return false
	}
	return resp.Status == network.StatusOK && (r.req.Bytes == 0 || resp.Length != r.req.Bytes)
}

// acceptWhole checks a response with the whole file against the request. length is -1
// if it is unknown.
func (r *run) acceptWhole(resp *network.Response, length int64) error {
	rec := hubOf(resp)
	for _, n := range []int64{length, rec.Size} {
		if want := r.req.Bytes; n >= 0 && want > 0 && n != want && (n != 0 || length == 0) {
			return r.wrongLength(resp.Host, n, want)
		}
	}
	if length == 0 || length > 0 && rec.Size > 0 && length != rec.Size {
		return r.wrongLength(resp.Host, length, max(r.req.Bytes, rec.Size))
	}
	if r.req.SHA256 != "" && rec.SHA256 != "" && rec.SHA256 != r.req.SHA256 {
		return r.permanent("the hub has another file there now: its SHA-256 is %s, Descry knows %s", rec.SHA256, r.req.SHA256).hint("Nothing was downloaded. A newer Descry may know the new file.")
	}
	return nil
}

// acceptPart checks that a 206 response continues the partial file.
func (r *run) acceptPart(resp *network.Response) error {
	first, total, ok := contentRange(resp.Header.Get("Content-Range"))
	tag := resp.Header.Get("ETag")
	rec := &r.part.rec
	now := hubOf(resp)
	switch {
	case r.part.at == 0, !ok, first != r.part.at:
		return r.restart("%s sent another part of the file than was asked for", resp.Host)
	case total > 0 && r.total() > 0 && total != r.total(),
		tag != "" && rec.ETag != "" && tag != rec.ETag,
		now.SHA256 != "" && rec.Hub.SHA256 != "" && now.SHA256 != rec.Hub.SHA256:
		return r.changed(resp.Host)
	}
	return nil
}

// beyond handles a 416: the partial file is as long as the file, or longer.
func (r *run) beyond(resp *network.Response) error {
	_, total, ok := contentRange(resp.Header.Get("Content-Range"))
	if ok && total == r.part.at && r.req.Bytes == 0 && r.part.rec.Total == 0 {
		r.part.rec.Total = total // complete; its hash is checked next
		return nil
	}
	return r.changed(resp.Host)
}

// contentRange parses "bytes FIRST-LAST/TOTAL", "bytes FIRST-LAST/*" and
// "bytes */TOTAL". A missing total is 0, a missing first is -1.
func contentRange(value string) (first, total int64, ok bool) {
	unit, ranges, _ := strings.Cut(strings.TrimSpace(value), " ")
	span, size, cut := strings.Cut(ranges, "/")
	if !strings.EqualFold(unit, "bytes") || !cut {
		return 0, 0, false
	}
	if size != "*" {
		n, err := strconv.ParseInt(size, 10, 64)
		if err != nil || n < 0 {
			return 0, 0, false
		}
		total = n
	}
	if span == "*" {
		return -1, total, true
	}
	from, to, _ := strings.Cut(span, "-")
	first, err1 := strconv.ParseInt(from, 10, 64)
	last, err2 := strconv.ParseInt(to, 10, 64)
	if err1 != nil || err2 != nil || first < 0 || last < first || total > 0 && last >= total {
		return 0, 0, false
	}
	return first, total, true
}

// chunk is the result of one read of a body.
type chunk struct {
	b   []byte
	err error
}

// reading reads a body in its own goroutine, which ends with ctx. So the network is
// read while the disk is written, and a silent connection can be reported. The caller
// passes each buffer back to done.
func reading(ctx context.Context, body io.Reader) (chunks <-chan chunk, done func([]byte)) {
	const buffers, length = 2, 256 << 10
	out, free := make(chan chunk), make(chan []byte, buffers)
	for range buffers {
		free <- make([]byte, length)
	}
	go func() {
		for {
			var buf []byte
			select {
			case buf = <-free:
			case <-ctx.Done():
				return
			}
			n, err := body.Read(buf)
			select {
			case out <- chunk{buf[:n], err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return out, func(b []byte) { free <- b[:cap(b)] }
}

// receive writes the body to the partial file.
func (r *run) receive(ctx context.Context, resp *network.Response) error {
	if r.complete() {
		return nil // known from status 416
	}
	chunks, done := reading(ctx, resp.Body)
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	begun := false
	for {
		var c chunk
		select {
		case c = <-chunks:
		case <-beat.C:
			r.notify(r.lastState, "", true)
			continue
		case <-ctx.Done():
			return ctx.Err()
		}
		if len(c.b) > 0 {
			if err := r.append(resp, c.b, &begun); err != nil {
				return err
			}
		}
		switch {
		case c.err == io.EOF:
			return r.ended(resp.Host, begun)
		case c.err != nil:
			return r.connectionFault(c.err)
		}
		done(c.b)
	}
}

// append writes bytes of a response to the partial file.
func (r *run) append(resp *network.Response, b []byte, begun *bool) error {
	if !*begun {
		if err := r.begin(resp, b); err != nil {
			return err
		}
		*begun = true
	}
	if total := r.total(); total > 0 && r.part.at+int64(len(b)) > total {
		return errors.Join(r.wrongLength(resp.Host, -1, total), r.part.reset())
	}
	if err := r.part.write(b); err != nil {
		return err
	}
	r.notify(Receiving, "", false)
	return nil
}

// begin is called with the first bytes of a response, before they are written.
func (r *run) begin(resp *network.Response, head []byte) error {
	r.received = true
	rec := &r.part.rec
	if resp.Status == network.StatusPartialContent {
		rec.Pieces++
		return nil
	}
	if looksLikePage(head) {
		return r.portal()
	}
	if r.part.at > 0 { // the server sent the whole file instead of a part
		if err := r.startOver(r.changed(resp.Host)); err != nil {
			return err
		}
	}
	rec.Pieces = 1
	rec.Hub = hubOf(resp)
	rec.Total = max(resp.Length, rec.Hub.Size, r.req.Bytes, 0) // those that are known agree
	rec.ETag, rec.LastModified = resp.Header.Get("ETag"), resp.Header.Get("Last-Modified")
	for _, value := range []*string{&rec.ETag, &rec.LastModified} {
		if !headerValue(*value) {
			*value = ""
		}
	}
	return r.room(r.total())
}

// ended handles the end of a body.
func (r *run) ended(host string, begun bool) error {
	r.notify(Receiving, "", true)
	switch total := r.total(); {
	case total == 0 && begun:
		r.part.rec.Total = r.part.at // unknown until now
	case r.part.at < total || !begun:
		return r.temporary("%s ended the file after %s of %s bytes", host, count(r.part.at), count(total))
	}
	return nil
}

// looksLikePage reports whether a file begins as a web page does.
func looksLikePage(head []byte) bool {
	text := strings.ToLower(strings.TrimLeft(string(head[:min(len(head), 512)]), "\ufeff \t\r\n"))
	return strings.HasPrefix(text, "<!doctype html") || strings.HasPrefix(text, "<html") || strings.HasPrefix(text, "<head")
}

func isStorage(err error) bool {
	var f *failure.Failure
	return errors.As(err, &f) && f.Kind == failure.Storage
}
