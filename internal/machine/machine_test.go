package machine

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/fstest"
)

const gb = 1 << 30

// files returns a file system of names and texts.
func files(named map[string]string) fstest.MapFS {
	m := fstest.MapFS{}
	for name, text := range named {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

func TestAContainersLimitIsTheMachines(t *testing.T) {
	for name, c := range map[string]struct {
		system           fstest.MapFS
		total, available uint64
	}{
		"no control groups": {files(nil), 64 * gb, 32 * gb},
		"version 2, no limit": {files(map[string]string{
			"proc/self/cgroup": "0::/user\n", "sys/fs/cgroup/user/memory.max": "max\n", "sys/fs/cgroup/user/memory.current": "1073741824\n",
		}), 64 * gb, 32 * gb},
		"version 2, half used": {files(map[string]string{
			"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "4294967296\n", "sys/fs/cgroup/memory.current": "2147483648\n",
		}), 4 * gb, 2 * gb},
		"pages of files can be had": {files(map[string]string{
			"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "4294967296\n", "sys/fs/cgroup/memory.current": "3221225472\n",
			"sys/fs/cgroup/memory.stat": "anon 1073741824\nfile 2147483648\ninactive_file 1073741824\nactive_file 536870912\n",
		}), 4 * gb, 2*gb + gb/2},
		"the limit is of a group above": {files(map[string]string{
			"proc/self/cgroup":        "0::/a/b/c\n",
			"sys/fs/cgroup/a/b/c/nil": "", "sys/fs/cgroup/a/b/memory.max": "max\n", "sys/fs/cgroup/a/b/memory.current": "5\n",
			"sys/fs/cgroup/a/memory.max": "2147483648\n", "sys/fs/cgroup/a/memory.current": "1073741824\n",
		}), 2 * gb, gb},
		"seen from inside, under another path": {files(map[string]string{
			"proc/self/cgroup": "0::/outer/name\n", "sys/fs/cgroup/memory.max": "1073741824\n", "sys/fs/cgroup/memory.current": "0\n",
		}), gb, gb},
		"over the limit": {files(map[string]string{
			"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "1073741824\n", "sys/fs/cgroup/memory.current": "2147483648\n",
		}), gb, 0},
		"a limit above the machine's": {files(map[string]string{
			"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "1099511627776\n", "sys/fs/cgroup/memory.current": "0\n",
		}), 64 * gb, 32 * gb},
		"version 1": {files(map[string]string{
			"proc/self/cgroup":                                    "5:cpu,cpuacct:/x\n4:memory:/docker/1\n0::/\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes":          "9223372036854771712\n",
			"sys/fs/cgroup/memory/memory.usage_in_bytes":          "60000000000\n",
			"sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes": "1073741824\n",
			"sys/fs/cgroup/memory/docker/1/memory.usage_in_bytes": "536870912\n",
			"sys/fs/cgroup/memory/docker/1/memory.stat":           "inactive_file 1\ntotal_inactive_file 268435456\n",
		}), gb, gb/2 + gb/4},
		"nonsense": {files(map[string]string{
			"proc/self/cgroup": "what\n\n0::/\n", "sys/fs/cgroup/memory.max": "-1\n", "sys/fs/cgroup/memory.current": "x\n",
		}), 64 * gb, 32 * gb},
	} {
		t.Run(name, func(t *testing.T) {
			total, available := limited(c.system, 64*gb, 32*gb)
			if total != c.total || available != c.available {
				t.Errorf("%d of %d available, want %d of %d", available, total, c.available, c.total)
			}
		})
	}
}

func TestThisMachineHasMemoryDiskAndCores(t *testing.T) {
	total, available, err := Memory()
	if err != nil || total < 64<<20 || available == 0 || available > total {
		t.Errorf("%d of %d bytes available, %v", available, total, err)
	}
	if n := Cores(); n < 1 || n > runtime.NumCPU() {
		t.Errorf("%d cores of %d", n, runtime.NumCPU())
	}
	dir := t.TempDir()
	here, err := FreeDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	below, err := FreeDisk(filepath.Join(dir, "not", "there", "yet"))
	if err != nil || here == 0 || below == 0 {
		t.Errorf("%d bytes free, %d in a folder not made yet (%v)", here, below, err)
	}
	if d := int64(here) - int64(below); d > gb || d < -gb {
		t.Errorf("%d and %d bytes free on one disk", here, below)
	}
}

func TestProcessorTimePasses(t *testing.T) {
	before, err := ProcessorTime()
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for now := before; now < before+0.05; {
		for i := range 1_000_000 {
			sum += float64(i)
		}
		if now, err = ProcessorTime(); err != nil {
			t.Fatal(err)
		}
	}
	if sum == 0 {
		t.Error("nothing was computed")
	}
}

func TestAFileInPlaceOfAFolderIsNoWayThrough(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if n, err := FreeDisk(filepath.Join(file, "below")); err == nil {
		t.Errorf("%d bytes free below a file", n)
	}
}
