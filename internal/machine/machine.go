// Package machine says what this computer has to offer: memory, room on a disk,
// processor cores. A container's limits count as the machine's: whoever is given
// 2 GB of 64 has 2 GB.
//
// The numbers come from gopsutil; what it does not know, the memory limit of a
// control group, is read here (cgroup.go).
package machine

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/shirou/gopsutil/v4/disk"
	"github.com/shirou/gopsutil/v4/mem"
	"github.com/shirou/gopsutil/v4/process"
)

// Memory returns, in bytes, the memory that this process could have in all and what
// of it is available now: free, or held by caches that give it back when asked.
func Memory() (total, available uint64, err error) {
	m, err := mem.VirtualMemory()
	if err != nil {
		return 0, 0, err
	}
	total, available = m.Total, m.Available
	if runtime.GOOS == "linux" {
		total, available = limited(os.DirFS("/"), total, available)
	}
	return total, available, nil
}

// FreeDisk returns the bytes that may still be written below dir by this user. A dir
// that is not there yet is made in the nearest folder above it that is, so that
// folder's disk is asked.
func FreeDisk(dir string) (uint64, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return 0, err
	}
	for {
		_, err := os.Stat(dir)
		if err == nil {
			break
		}
		if above := filepath.Dir(dir); errors.Is(err, fs.ErrNotExist) && above != dir {
			dir = above
			continue
		}
		return 0, err
	}
	u, err := disk.Usage(dir)
	if err != nil {
		return 0, err
	}
	return u.Free, nil
}

// ProcessorTime returns the seconds of processor time that this process has used on
// all cores together.
func ProcessorTime() (float64, error) {
	p, err := process.NewProcess(int32(os.Getpid()))
	if err != nil {
		return 0, err
	}
	t, err := p.Times()
	if err != nil {
		return 0, err
	}
	return t.User + t.System, nil
}

// Cores returns how many processor cores this process may use: those it is bound to,
// and no more than a container's share of them.
func Cores() int { return max(1, min(runtime.NumCPU(), runtime.GOMAXPROCS(0))) }
