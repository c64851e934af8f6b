package rules

import (
	"strings"
	"testing"
)

// opensConnections reports whether a package of Go's library can open connections.
// net/url, net/netip, net/mail and net/textproto only read text.
func opensConnections(path string) bool {
	switch path {
	case "net/url", "net/netip", "net/mail", "net/textproto":
		return false
	}
	return within(path, "net") || path == "crypto/tls" || path == "log/syslog" || within(path, "golang.org/x/net")
}

// The switch that takes Descry offline is in package network; it holds for the
// program only as long as nothing else of it can open a connection.
func TestOnePackageOpensConnections(t *testing.T) {
	used := map[string]bool{}
	for _, s := range sources(t) {
		if s.test || within(s.pkg, "tools") {
			continue
		}
		for _, spec := range s.file.Imports {
			path := strings.Trim(spec.Path.Value, `"`)
			switch {
			case !opensConnections(path):
			case s.pkg == "network":
				used[path] = true
			default:
				t.Errorf("%s imports %s: only package network opens connections", s.path, path)
			}
		}
	}
	for _, path := range []string{"net", "net/http"} {
		if !used[path] {
			t.Errorf("package network does not import %s: the rule looks in the wrong place", path)
		}
	}
}
