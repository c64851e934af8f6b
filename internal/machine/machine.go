// Package machine reports the resources of this computer: memory, free disk space,
// processor cores. A container's limits count as the machine's: a container with 2
// of 64 GB has 2 GB.
//
// The numbers come from gopsutil; what it lacks, the memory limit of a control
// group, is read here (cgroup.go).
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

// Memory returns the total memory that this process could use and what is available
// now, in bytes: free, or held by reclaimable caches.
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

// FreeDisk returns the bytes that this user may still write below dir. If dir does
// not exist, it will be created in the nearest existing folder above it, so that
// folder's disk is examined.
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

// Cores returns the number of processor cores this process may use: those it is
// bound to, and no more than a container's share of them.
func Cores() int { return max(1, min(runtime.NumCPU(), runtime.GOMAXPROCS(0))) }
