package machine

import (
	"io/fs"
	"math"
	"path"
	"strconv"
	"strings"
)

// hierarchy describes one version of Linux's memory limits for control groups.
type hierarchy struct {
	controller string   // in /proc/self/cgroup; "" is version 2
	root       string   // folder of the root group
	limit      string   // file names in a group's folder
	usage      string   //
	caches     []string // entries of memory.stat that count as used but are reclaimable
}

// The two versions of control groups (the kernel's
// Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst).
var hierarchies = []hierarchy{
	{"", "sys/fs/cgroup", "memory.max", "memory.current", []string{"inactive_file", "active_file"}},
	{"memory", "sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", []string{"total_inactive_file", "total_active_file"}},
}

// limited reduces the machine's numbers to what this process's control group and
// those above it leave, each of which may have a limit. system is the file system's
// root.
func limited(system fs.FS, total, available uint64) (uint64, uint64) {
	text, err := fs.ReadFile(system, "proc/self/cgroup")
	if err != nil {
		return total, available // no control groups
	}
	for line := range strings.Lines(string(text)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		for _, h := range hierarchies {
			if has(parts[1], h.controller) {
				total, available = h.limited(system, parts[2], total, available)
			}
		}
	}
	return total, available
}

// has reports whether a list of controllers ("cpu,cpuacct") contains one; an empty
// list is version 2.
func has(list, controller string) bool {
	for c := range strings.SplitSeq(list, ",") {
		if c == controller {
			return true
		}
	}
	return false
}

// limited walks from the group up to the root. In a container whose view begins at
// its own group, that group's folder is the root itself, whatever its path is
// outside.
func (h hierarchy) limited(system fs.FS, group string, total, available uint64) (uint64, uint64) {
	for at := path.Clean("/" + group); ; at = path.Dir(at) {
		dir := path.Join(h.root, at)
		limit, okLimit := number(system, path.Join(dir, h.limit))
		used, okUsed := number(system, path.Join(dir, h.usage))
		if okLimit && limit < total {
			total = limit
		}
		if okLimit && okUsed && limit < math.MaxInt64/2 { // version 1 writes "no limit" as a very large number
			used -= min(used, h.cached(system, dir))
			available = min(available, limit-min(limit, used))
		}
		if at == "/" {
			return total, min(total, available)
		}
	}
}

// cached returns the bytes of a group's page cache, which the kernel reclaims
// before it ends a process.
func (h hierarchy) cached(system fs.FS, dir string) uint64 {
	text, _ := fs.ReadFile(system, path.Join(dir, "memory.stat")) // without it, assume no cache
	var sum uint64
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		for _, c := range h.caches {
			if n, err := strconv.ParseUint(value, 10, 64); name == c && err == nil {
				sum += n
			}
		}
	}
	return sum
}

// number reads a file with one number; ok is false for "max", which means no limit.
func number(system fs.FS, name string) (uint64, bool) {
	text, err := fs.ReadFile(system, name)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	return n, err == nil
}
