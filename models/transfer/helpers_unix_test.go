//go:build !windows

package transfer

import (
	"bufio"
	"context"
	"os/exec"
	"strings"
	"testing"
)

func contextOf() context.Context { return context.Background() }

// pipeLines returns what a command prints, line by line; the channel closes at
// its end.
func pipeLines(t *testing.T, cmd *exec.Cmd) <-chan string {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	lines := make(chan string, 1000)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			lines <- s.Text()
		}
	}()
	return lines
}

func waitLine(t *testing.T, lines <-chan string, prefix string) {
	t.Helper()
	for line := range lines {
		if strings.HasPrefix(line, prefix) {
			return
		}
	}
	t.Fatalf("no line begins with %q", prefix)
}
