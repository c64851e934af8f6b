package transfer

import (
	"regexp"
	"strconv"
	"strings"

	"descry/network"
)

// hubRecord is what Hugging Face's hub reports about a file before it sends it. It is
// in the headers of the hub's own response, which for large files is a redirect (the
// storage behind it has only its own ETag). The official client reads the same headers
// (huggingface_hub, file_download.py: get_hf_file_metadata).
type hubRecord struct {
	SHA256   string `json:"sha256,omitempty"`   // X-Linked-ETag of files in large-file storage
	Blob     string `json:"git_sha1,omitempty"` // ETag of others: their git blob
	Size     int64  `json:"size,omitempty"`     // X-Linked-Size
	Revision string `json:"revision,omitempty"` // X-Repo-Commit
}

var hexSHA1 = regexp.MustCompile(`^[0-9a-f]{40}$`)

// hubOf returns the hub's record from the first response that has one, in the chain of
// redirects that ends with resp.
func hubOf(resp *network.Response) hubRecord {
	for _, header := range resp.Redirects {
		if rec := hubHeaders(header); rec != (hubRecord{}) {
			return rec
		}
	}
	return hubHeaders(resp.Header)
}

func hubHeaders(h network.Header) hubRecord {
	var rec hubRecord
	linked := bare(h.Get("X-Linked-Etag"))
	if hexSHA256.MatchString(linked) {
		rec.SHA256 = linked
		if n, err := strconv.ParseInt(h.Get("X-Linked-Size"), 10, 64); err == nil && n > 0 {
			rec.Size = n
		}
	}
	if commit := h.Get("X-Repo-Commit"); hexSHA1.MatchString(commit) {
		rec.Revision = commit
		if tag := bare(h.Get("ETag")); linked == "" && hexSHA1.MatchString(tag) {
			rec.Blob = tag
		}
	}
	return rec
}

// bare returns an ETag without quotes and weakness prefix.
func bare(tag string) string {
	return strings.ToLower(strings.Trim(strings.TrimPrefix(tag, "W/"), `"`))
}
