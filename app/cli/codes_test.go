package cli

import (
	"testing"

	"descry/internal/failure"
)

func TestErrorsBecomeOneLineAndAnExitCode(t *testing.T) {
	for kind, want := range map[failure.Kind]int{
		failure.Usage: codeUsage, failure.Model: codeModel, failure.Network: codeNetwork, failure.Storage: codeStorage, failure.Cancelled: codeInterrupted, failure.Unreadable: codeSome, failure.Unsupported: codeSome, failure.TooLarge: codeSome,
	} {
		if got := codeOf(failure.New(kind, "", "x", "is bad")); got != want {
			t.Errorf("%s: exit code %d, want %d", kind, got, want)
		}
	}
	if got := oneLine("two\nlines\tand  blanks"); got != "two lines and blanks" {
		t.Errorf("%q", got)
	}
	if got := printable("a\x1b[31m\u0085b\xff"); got != "a\uFFFD[31m\uFFFDb\uFFFD" {
		t.Errorf("%q", got)
	}
}
