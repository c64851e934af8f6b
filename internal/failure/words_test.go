package failure

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"testing"
)

func TestPlainTextHasNoPath(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{&fs.PathError{Op: "open", Path: "/a/b", Err: syscall.ENOENT}, "no such file or directory"},
		{fmt.Errorf("wrapped: %w", &os.LinkError{Op: "rename", Old: "/a", New: "/b", Err: syscall.EXDEV}), syscall.EXDEV.Error()},
		{&os.SyscallError{Syscall: "fsync", Err: syscall.EIO}, syscall.EIO.Error()},
		{errors.New("something else"), "something else"},
	} {
		if got := Plain(c.err); got != c.want {
			t.Errorf("%v: %q, want %q", c.err, got, c.want)
		}
	}
}

func TestAWordedErrorKeepsItsCause(t *testing.T) {
	err := Wrap(Storage, "write", "x", Worded(syscall.ENOSPC, "the disk is full"), "")
	if err.Message.String() != "the disk is full" || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("%+v", err)
	}
}
