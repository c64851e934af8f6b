//go:build !windows

package transfer

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"descry/internal/failure"
	"descry/network"
)

// childEnv makes this test binary a program that fetches one file.
const childEnv = "DESCRY_TEST_FETCH"

func TestMain(m *testing.M) {
	if order := os.Getenv(childEnv); order != "" {
		os.Exit(child(order))
	}
	os.Exit(m.Run())
}

type childOrder struct {
	Request
	MostBytes uint64 // of any file (RLIMIT_FSIZE); 0: no limit
}

// child fetches what the order says with the program's own client and prints
// its progress and its error.
func child(order string) int {
	var o childOrder
	if err := json.Unmarshal([]byte(order), &o); err != nil {
		panic(err)
	}
	if o.MostBytes > 0 {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: o.MostBytes, Max: o.MostBytes}); err != nil {
			panic(err)
		}
	}
	_, err := (&Client{Network: network.New(os.Getenv)}).Fetch(contextOf(), o.Request, func(p Progress) { fmt.Println(p.State, p.Done) })
	if err != nil {
		f := failure.Of(err, failure.Model)
		fmt.Println("ERROR", f.Kind, f.Error())
		return 1
	}
	return 0
}

func childCommand(t *testing.T, o childOrder, env ...string) *exec.Cmd {
	t.Helper()
	order, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(append(os.Environ(), childEnv+"="+string(order)), env...)
	return cmd
}

func runChild(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if _, failed := err.(*exec.ExitError); err != nil && !failed {
		t.Fatal(err)
	}
	return string(out)
}

// The kernel does not let the file grow. The bytes written before are kept.
func TestALimitOfTheFileSystem(t *testing.T) {
	s := serve(t, seeded(1, size))
	path := target(t)
	req := Request{s.URL, path, size, s.sum()}
	out := runChild(t, childCommand(t, childOrder{req, 2 << 20}))
	if !strings.Contains(out, "ERROR storage") || !strings.Contains(out, "is larger than its file system") {
		t.Errorf("the child said %s", out)
	}
	if done, _ := Partial(path); done != 2<<20 {
		t.Errorf("%d bytes are kept", done)
	}
	if out := runChild(t, childCommand(t, childOrder{Request: req})); strings.Contains(out, "ERROR") {
		t.Errorf("the child said %s", out)
	}
	arrived(t, path, s.content)
}

func TestAReadOnlyFolder(t *testing.T) {
	s := serve(t, seeded(1, size))
	dir, err := os.MkdirTemp("", "descry-readonly-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "w.bin"), filepath.Join(dir, "models", "w.bin")} {
		cmd := childCommand(t, childOrder{Request: Request{s.URL, path, size, s.sum()}})
		if os.Getuid() == 0 { // root may write anywhere, so the child runs as nobody
			b, err := os.ReadFile(cmd.Path)
			if err != nil {
				t.Fatal(err)
			}
			pub, err := os.MkdirTemp("", "descry-child-")
			if err != nil {
				t.Fatal(err)
			}
			defer os.RemoveAll(pub)
			self := filepath.Join(pub, "child")
			if err := os.WriteFile(self, b, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(pub, 0o755); err != nil {
				t.Fatal(err)
			}
			cmd.Path, cmd.Args[0], cmd.Dir = self, self, "/"
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		}
		if out := runChild(t, cmd); !strings.Contains(out, "ERROR storage") || !strings.Contains(out, "its folder is not writable") {
			t.Errorf("the child said %s", out)
		}
	}
	if len(s.requests()) != 0 {
		t.Error("the server was asked in vain")
	}
}

// The program's own client goes through the proxy that the environment names.
func TestTheEnvironmentsProxyIsUsed(t *testing.T) {
	content := seeded(1, size)
	var asked []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.String()+" "+r.Header.Get("Proxy-Authorization"))
		w.Write(content)
	}))
	defer proxy.Close()
	at, _ := url.Parse(proxy.URL)
	at.User = url.UserPassword("me", "secret")
	path := target(t)
	req := Request{"http://weights.example/w.bin", path, size, sumOf(content)}
	out := runChild(t, childCommand(t, childOrder{Request: req}, "HTTP_PROXY="+at.String(), "NO_PROXY="))
	if strings.Contains(out, "ERROR") {
		t.Fatalf("the child said %s", out)
	}
	arrived(t, path, content)
	if len(asked) != 1 || asked[0] != "http://weights.example/w.bin Basic bWU6c2VjcmV0" {
		t.Errorf("the proxy was asked %q", asked)
	}
}

// Of two processes that fetch the same file, one downloads it and the other waits and
// finds it. When the first is killed, the other continues where it was.
func TestTwoProcessesWaitForOneAnother(t *testing.T) {
	for _, kill := range []bool{false, true} {
		content := seeded(1, size)
		release := make(chan struct{})
		s := serve(t, content, func(s *server, w http.ResponseWriter, r *http.Request) {
			honest(s, &limited{ResponseWriter: w, left: 1 << 20, at: func() {
				<-release
				if kill {
					panic(http.ErrAbortHandler)
				}
				w.Write(s.content[1<<20:])
			}}, r)
		})
		path := target(t)
		req := Request{s.URL, path, size, s.sum()}
		first := childCommand(t, childOrder{Request: req})
		lines := pipeLines(t, first)
		if err := first.Start(); err != nil {
			t.Fatal(err)
		}
		waitLine(t, lines, "receiving")
		waiting := make(chan struct{})
		told := false
		done := make(chan error, 1)
		c, _ := client()
		go func() {
			_, err := c.Fetch(t.Context(), req, func(p Progress) {
				if p.State == Locked && !told {
					told = true
					close(waiting)
				}
			})
			done <- err
		}()
		<-waiting
		if kill {
			first.Process.Kill()
		}
		close(release)
		for range lines {
		}
		first.Wait()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		arrived(t, path, content)
		if n := len(s.requests()); !kill && n != 1 || kill && n != 2 {
			t.Errorf("killed %v: %d requests", kill, n)
		}
	}
}
