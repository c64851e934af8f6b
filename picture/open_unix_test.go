//go:build unix

package picture

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"descry/internal/failure"
)

func TestSpecialFilesAreRefusedWithoutBlocking(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := syscall.Mkfifo(at("pipe.png"), 0o600); err != nil {
		t.Fatal(err)
	}
	socket, err := net.Listen("unix", at("s.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	if err := os.Symlink(at("nowhere"), at("dangling.png")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(at("secret.png"), []byte("x"), 0o000); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path    string
		kind    failure.Kind
		message string
	}{
		{dir, failure.Unsupported, "folder"},
		{at("pipe.png"), failure.Unsupported, "FIFO"},
		{at("s.png"), failure.Unsupported, "socket"},
		{os.DevNull, failure.Unsupported, "device"},
		{at("absent.png"), failure.Unreadable, "no such file"},
		{at("secret.png/inside.png"), failure.Unreadable, "no such file"},
		{at("dangling.png"), failure.Unreadable, "no such file"},
		{at("secret.png"), failure.Unreadable, "permission"},
		{at(strings.Repeat("n", 300)), failure.Unreadable, "too long"},
		{at("zero\x00byte"), failure.Unreadable, "invalid"},
	} {
		t.Run(c.message, func(t *testing.T) {
			if c.message == "permission" && os.Geteuid() == 0 {
				t.Skip("root may read everything")
			}
			f, _ := refused(t, c.path)
			if f.Kind != c.kind || !strings.Contains(f.Message.String(), c.message) || f.Subject != c.path || f.Hint.IsZero() {
				t.Errorf("%s %q %q (subject %q), want %s %q", f.Kind, f.Message, f.Hint, f.Subject, c.kind, c.message)
			}
		})
	}
}
