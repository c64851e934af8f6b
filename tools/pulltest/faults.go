package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// passing holds the faults from which a correct response recovers.
var passing = []*fault{
	{"cut", func(s *server, f *standIn, w http.ResponseWriter, r *http.Request) {
		honest(f, &cutAfter{w, s.randomN(f.size - rangeStart(r)), hangUp}, r)
	}},
	{"cut before the head", func(*server, *standIn, http.ResponseWriter, *http.Request) { hangUp() }},
	{"cut after a byte", func(_ *server, f *standIn, w http.ResponseWriter, r *http.Request) {
		honest(f, &cutAfter{w, 1, hangUp}, r)
	}},
	{"stall", func(s *server, f *standIn, w http.ResponseWriter, r *http.Request) {
		honest(f, &cutAfter{w, s.randomN(f.size - rangeStart(r)), s.hang(r)}, r)
	}},
	{"stall after 1 KiB", func(s *server, f *standIn, w http.ResponseWriter, r *http.Request) {
		honest(f, &cutAfter{w, 1 << 10, s.hang(r)}, r)
	}},
	{"stall before the head", func(s *server, _ *standIn, _ http.ResponseWriter, r *http.Request) { s.hang(r)() }},
	{"ends early without an error", func(s *server, f *standIn, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", goodTag)
		w.WriteHeader(http.StatusOK) // no length: chunked, with a regular end
		http.NewResponseController(w).Flush()
		io.CopyN(w, f.open(0), s.randomN(f.size))
	}},
	{"no length", func(_ *server, f *standIn, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", goodTag)
		w.WriteHeader(http.StatusOK)
		http.NewResponseController(w).Flush()
		io.Copy(w, f.open(0))
	}},
	{"503", func(_ *server, _ *standIn, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "1")
		http.Error(w, "later", http.StatusServiceUnavailable)
	}},
	{"429", func(_ *server, _ *standIn, w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "too often", http.StatusTooManyRequests)
	}},
	{"200 for a range", func(_ *server, f *standIn, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", goodTag)
		w.Header().Set("Content-Length", strconv.FormatInt(f.size, 10))
		io.Copy(w, f.open(0))
	}},
	{"416", func(_ *server, f *standIn, w http.ResponseWriter, r *http.Request) {
		if rangeStart(r) == 0 {
			honest(f, w, r)
			return
		}
		w.Header().Set("Content-Range", "bytes */17")
		http.Error(w, "", http.StatusRequestedRangeNotSatisfiable)
	}},
	{"another place in Content-Range", func(_ *server, f *standIn, w http.ResponseWriter, r *http.Request) {
		first := rangeStart(r)
		partial(f, 0, goodTag, fmt.Sprintf("bytes %d-%d/%d", first+1, f.size-1, f.size), first, w)
	}},
	{"another length in Content-Range", func(_ *server, f *standIn, w http.ResponseWriter, r *http.Request) {
		first := rangeStart(r)
		partial(f, 0, goodTag, fmt.Sprintf("bytes %d-%d/%d", first, f.size, f.size+1), first, w)
	}},
	{"no Content-Range", func(_ *server, f *standIn, w http.ResponseWriter, r *http.Request) {
		partial(f, 0, goodTag, "", rangeStart(r), w)
	}},
	{"another version, cut", func(s *server, f *standIn, w http.ResponseWriter, r *http.Request) {
		version(f, 1, `"another"`, &cutAfter{w, s.randomN(f.size), hangUp}, r)
	}},
	{"another version under the same tag, cut", func(s *server, f *standIn, w http.ResponseWriter, r *http.Request) {
		version(f, 1, goodTag, &cutAfter{w, s.randomN(f.size - rangeStart(r)), hangUp}, r)
	}},
	{"another version for a range", func(_ *server, f *standIn, w http.ResponseWriter, r *http.Request) {
		first := rangeStart(r)
		partial(f, 1, `"another"`, fmt.Sprintf("bytes %d-%d/%d", first, f.size-1, f.size), first, w)
	}},
}

// final holds the faults that no retry can repair; says is part of the one clear
// error.
var final = []struct {
	*fault
	message string
}{
	{&fault{"wrong bytes", func(_ *server, f *standIn, w http.ResponseWriter, r *http.Request) {
		version(f, 1, goodTag, w, r)
	}}, "what came is not the file"},
	{&fault{"one wrong byte at the end", func(_ *server, f *standIn, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", strconv.FormatInt(f.size, 10))
		last := make([]byte, 1)
		f.open(0).ReadAt(last, f.size-1)
		io.Copy(w, io.MultiReader(io.NewSectionReader(f.open(0), 0, f.size-1), bytes.NewReader([]byte{last[0] ^ 1})))
	}}, "what came is not the file"},
	{&fault{"shorter", func(_ *server, f *standIn, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", strconv.FormatInt(f.size-1, 10))
		io.CopyN(w, f.open(0), f.size-1)
	}}, "bytes, not"},
	{&fault{"longer", func(_ *server, f *standIn, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", strconv.FormatInt(f.size+1, 10))
		io.Copy(w, io.MultiReader(f.open(0), bytes.NewReader([]byte{0})))
	}}, "bytes, not"},
	{&fault{"longer than it says", func(_ *server, f *standIn, w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		http.NewResponseController(w).Flush()
		io.Copy(w, io.MultiReader(f.open(0), bytes.NewReader([]byte{0})))
	}}, "sends more than"},
	{&fault{"a login page", func(_ *server, _ *standIn, w http.ResponseWriter, _ *http.Request) {
		loginPage(w, "text/html", 0)
	}}, "a web page came instead"},
	{&fault{"a login page as a file", func(_ *server, f *standIn, w http.ResponseWriter, _ *http.Request) {
		loginPage(w, "application/octet-stream", f.size)
	}}, "a web page came instead"},
	{&fault{"404", func(_ *server, _ *standIn, w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }}, "has no such file"},
	{&fault{"403", func(_ *server, _ *standIn, w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "", http.StatusForbidden)
	}}, "does not allow this download"},
	{&fault{"cut for ever", passing[2].serve}, "was lost"},
	{&fault{"stall for ever", passing[4].serve}, "sent nothing for"},
	{&fault{"503 for ever", func(_ *server, _ *standIn, w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "", http.StatusServiceUnavailable)
	}}, "has a problem"},
	{&fault{"another version each time, cut", func(s *server, f *standIn, w http.ResponseWriter, r *http.Request) {
		v := byte(1 + s.randomN(200))
		version(f, v, fmt.Sprintf("%q", fmt.Sprint(v)), &cutAfter{w, f.size / 2, hangUp}, r)
	}}, ""}, // which fault ends the pull is random, but it must end
}
