package network

import (
	"errors"
	"net/http"
	"net/url"
	"testing"
	"time"

	"descry/internal/failure"
)

func TestAddressesGoToTheMirrorOrTheEndpoint(t *testing.T) {
	for _, c := range []struct{ mirror, endpoint, url, want string }{
		{"", "", "https://huggingface.co/a/b", "https://huggingface.co/a/b"},
		{"", "https://hf.example", "https://huggingface.co/a/b?x=1", "https://hf.example/a/b?x=1"},
		{"", "https://hf.example/base/", "https://huggingface.co/a/b", "https://hf.example/base/a/b"},
		{"", "https://hf.example", "https://download.pytorch.org/models/w.pth", "https://download.pytorch.org/models/w.pth"},
		{"http://mirror.example:8080/d", "https://hf.example", "https://huggingface.co/a/b", "http://mirror.example:8080/d/huggingface.co/a/b"},
		{"http://mirror.example", "", "https://download.pytorch.org/models/a%20b%2Fc.pth?q=%2F", "http://mirror.example/download.pytorch.org/models/a%20b%2Fc.pth?q=%2F"},
	} {
		got, err := (&Client{Mirror: c.mirror, HFEndpoint: c.endpoint}).Resolve(c.url)
		if err != nil || got.String() != c.want {
			t.Errorf("%+v returns %v, %v", c, got, err)
		}
	}
	for _, c := range []struct {
		client       Client
		url, subject string
	}{
		{Client{Mirror: "mirror.example"}, "https://huggingface.co/x", "DESCRY_MIRROR"},
		{Client{Mirror: "ftp://x/"}, "https://huggingface.co/x", "DESCRY_MIRROR"},
		{Client{HFEndpoint: "https://"}, "https://huggingface.co/x", "HF_ENDPOINT"},
		{Client{HFEndpoint: "://"}, "https://huggingface.co/x", "HF_ENDPOINT"},
		{Client{}, "ftp://a/b", "ftp://a/b"},
		{Client{}, "a/b", "a/b"},
		{Client{}, "http://\x7f/", "http://\x7f/"},
	} {
		_, err := c.client.Get(t.Context(), Request{URL: c.url})
		var f *failure.Failure
		if !errors.As(err, &f) || f.Kind != failure.Usage || f.Subject != c.subject {
			t.Errorf("%+v: %v", c.client, err)
		}
	}
}

func TestPrivateAddresses(t *testing.T) {
	for address, want := range map[string]bool{
		"https://a.example/x": true, "http://a.example/x": false, "http://localhost:80/x": true, "http://127.0.0.2/x": true,
		"http://[::1]:8080/x": true, "http://192.168.0.1/x": false, "ftp://localhost/x": false,
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if Private(u) != want {
			t.Errorf("Private(%s) is %v", address, !want)
		}
	}
}

func TestTheEnvironmentMayDisableDownloads(t *testing.T) {
	for value, want := range map[string]bool{"": false, "0": false, "1": true, "yes": true} {
		c := New(func(name string) string {
			return map[string]string{"DESCRY_OFFLINE": value, "DESCRY_MIRROR": "m", "HF_ENDPOINT": "e"}[name]
		})
		if c.Offline != want || c.Mirror != "m" || c.HFEndpoint != "e" {
			t.Errorf("%q: %+v", value, c)
		}
	}
}

func TestRetryAfterIsSecondsOrADate(t *testing.T) {
	now := time.Date(2026, 11, 27, 6, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "17": 17 * time.Second, " 5 ": 5 * time.Second, "-3": 0, "soon": 0,
		now.Add(45 * time.Second).Format(http.TimeFormat): 45 * time.Second, now.Add(-time.Hour).Format(http.TimeFormat): 0,
	} {
		r := &Response{Header: Header{"Retry-After": {value}}}
		if got := r.RetryAfter(now); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
}
