package ort

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"descry/internal/failure"
)

// libraryNames are the library's file names by operating system, the name from
// Descry's own build first.
var libraryNames = map[string][]string{
	"linux":   {"libonnxruntime.so.1", "libonnxruntime.so"},
	"darwin":  {"libonnxruntime.dylib", "libonnxruntime.1.dylib"},
	"windows": {"onnxruntime.dll"},
}

// besideDirs are the folders, relative to the executable's, where a package may put
// the library.
var besideDirs = map[string][]string{
	"linux":   {".", "lib", "../lib/descry", "../lib"},
	"darwin":  {".", "../Frameworks"},
	"windows": {"."},
}

// systemDirs are the system's library folders. Windows has none here: the library
// in System32 belongs to Windows and is older.
var systemDirs = map[string][]string{
	"linux": {
		"/usr/local/lib", "/usr/local/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
		"/usr/lib64", "/usr/lib", "/opt/onnxruntime/lib",
	},
	"darwin": {"/opt/homebrew/lib", "/usr/local/lib"},
}

// Find looks for ONNX Runtime: at the explicit path (of a flag or DESCRY_ORT; a
// file, or a folder that holds it), next to the executable in exeDir, in
// cacheDir/onnxruntime, in the system's library folders. If explicit is set,
// nothing else is tried. Empty arguments are skipped. tried lists every path in the
// order in which it was checked, the result last. The library found has not been
// opened yet. The error is a *failure.Failure of kind Model.
func Find(explicit, exeDir, cacheDir string) (path string, tried []string, err error) {
	return thisSystem().find(explicit, exeDir, cacheDir)
}

// FindCUDA looks in cacheDir for the library that `descry models pull
// onnxruntime-cuda` puts there, with its CUDA provider next to it. For DeviceAuto
// and DeviceCUDA it is preferred to what Find returns. path is "" for other
// devices, where the library is not installed, and where there is no NVIDIA driver,
// without which it is useless.
func FindCUDA(cacheDir, device string) (path string, tried []string) {
	d, _ := deviceByID(DeviceCUDA)
	wanted := device == DeviceCUDA || device == DeviceAuto || device == ""
	if cacheDir == "" || !wanted || !slices.Contains(d.systems, runtime.GOOS) || nvidiaDriver() != nil {
		return "", nil
	}
	return thisSystem().cuda(cacheDir, d.files[runtime.GOOS])
}

// thisSystem returns the search on this system.
func thisSystem() search {
	return search{
		names:  libraryNames[runtime.GOOS],
		beside: besideDirs[runtime.GOOS],
		system: systemDirs[runtime.GOOS],
		isFile: func(p string) bool {
			info, err := os.Stat(p)
			return err == nil && info.Mode().IsRegular()
		},
		glob: filepath.Glob,
	}
}

// cudaDirs are the folders, relative to the cache, where a library for CUDA may be:
// where the model store unpacks it, under its name and version, and where a user
// may put one.
var cudaDirs = []string{"onnxruntime/onnxruntime-cuda*/lib", "onnxruntime/onnxruntime-cuda*", "onnxruntime-cuda", "onnxruntime-cuda/lib", "onnxruntime-cuda/*/lib"}

// cuda returns the first library that has the provider's files next to it.
func (s search) cuda(cacheDir string, files []string) (string, []string) {
	var tried []string
	for _, pattern := range cudaDirs {
		dirs, _ := s.glob(filepath.Join(cacheDir, pattern)) // the patterns are well formed
		slices.Sort(dirs)
		slices.Reverse(dirs) // the newest version first, in lexical order
		for _, dir := range dirs {
			versions, _ := s.glob(filepath.Join(dir, s.names[0]+".*")) // archives unpacked without their symbolic links
			path, checked := s.first(append(s.in(dir), versions...))
			tried = append(tried, checked...)
			complete := !slices.ContainsFunc(files, func(f string) bool { return !s.isFile(filepath.Join(dir, f)) })
			if path != "" && complete {
				return path, tried
			}
		}
	}
	return "", tried
}

// search holds the places of one operating system.
type search struct {
	names, beside, system []string
	isFile                func(string) bool
	glob                  func(string) ([]string, error)
}

func (s search) find(explicit, exeDir, cacheDir string) (string, []string, error) {
	if explicit != "" {
		tried := append([]string{explicit}, s.in(explicit)...)
		if path, tried := s.first(tried); path != "" {
			return path, tried, nil
		}
		return "", tried, failure.New(failure.Model, "load", explicit, "there is no ONNX Runtime library").WithHint("Correct --ort or DESCRY_ORT.")
	}
	var candidates []string
	if exeDir != "" {
		for _, d := range s.beside {
			candidates = append(candidates, s.in(filepath.Join(exeDir, d))...)
		}
	}
	if cacheDir != "" {
		candidates = append(candidates, s.in(filepath.Join(cacheDir, "onnxruntime"))...)
	}
	for _, d := range s.system {
		candidates = append(candidates, s.in(d)...)
	}
	path, tried := s.first(candidates)
	if path == "" {
		return "", tried, failure.New(failure.Model, "load", "ONNX Runtime", "the library was not found next to the program, in the cache or in the system").WithHint(fetchHint)
	}
	return path, tried, nil
}

// in returns the possible paths of the library in dir.
func (s search) in(dir string) []string {
	paths := make([]string, len(s.names))
	for i, n := range s.names {
		paths[i] = filepath.Join(dir, n)
	}
	return paths
}

// first returns the first path that is a file, and the paths checked.
func (s search) first(paths []string) (string, []string) {
	for i, p := range paths {
		if s.isFile(p) {
			return p, paths[:i+1]
		}
	}
	return "", paths
}
