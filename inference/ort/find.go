package ort

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"descry/internal/failure"
)

// libraryNames are the library's file names by operating system, the one that
// Descry's own build makes first.
var libraryNames = map[string][]string{
	"linux":   {"libonnxruntime.so.1", "libonnxruntime.so"},
	"darwin":  {"libonnxruntime.dylib", "libonnxruntime.1.dylib"},
	"windows": {"onnxruntime.dll"},
}

// besideDirs are the folders, seen from the executable's, where a package may put
// the library.
var besideDirs = map[string][]string{
	"linux":   {".", "lib", "../lib/descry", "../lib"},
	"darwin":  {".", "../Frameworks"},
	"windows": {"."},
}

// systemDirs are the folders where a system keeps such libraries. There is none
// for Windows: the one in System32 belongs to Windows and is older.
var systemDirs = map[string][]string{
	"linux": {
		"/usr/local/lib", "/usr/local/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
		"/usr/lib64", "/usr/lib", "/opt/onnxruntime/lib",
	},
	"darwin": {"/opt/homebrew/lib", "/usr/local/lib"},
}

// Find looks for ONNX Runtime: the explicit path (a flag's or DESCRY_ORT's; a
// file, or a folder that holds it), beside the executable in exeDir, in
// cacheDir/onnxruntime, in the system's library folders. An explicit path that is
// not there is an error: nothing else is tried. Empty arguments are skipped.
// tried lists every path that was looked at, the found one last. What is found has
// still to be opened. The error is a *failure.Failure of kind Model.
func Find(explicit, exeDir, cacheDir string) (path string, tried []string, err error) {
	return here().find(explicit, exeDir, cacheDir)
}

// FindCUDA looks in cacheDir for the library that `descry models pull
// onnxruntime-cuda` puts there, with its CUDA provider beside it. Whoever wants DeviceAuto or DeviceCUDA opens it
// before what Find finds. "" where device is another one, where it is not there,
// and where there is no NVIDIA driver, without which it is of no use.
func FindCUDA(cacheDir, device string) (path string, tried []string) {
	d, _ := deviceByID(DeviceCUDA)
	wanted := device == DeviceCUDA || device == DeviceAuto || device == ""
	if cacheDir == "" || !wanted || !slices.Contains(d.systems, runtime.GOOS) || nvidiaDriver() != nil {
		return "", nil
	}
	return here().cuda(cacheDir, d.files[runtime.GOOS])
}

// here is this system's search.
func here() search {
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

// cudaDirs are the folders, seen from the cache, where a library for CUDA may lie:
// where the store of models unpacks it, under its name and version, and where a
// person may put one.
var cudaDirs = []string{"onnxruntime/onnxruntime-cuda*/lib", "onnxruntime/onnxruntime-cuda*", "onnxruntime-cuda", "onnxruntime-cuda/lib", "onnxruntime-cuda/*/lib"}

// cuda returns the first library that has the files of the provider beside it.
func (s search) cuda(cacheDir string, files []string) (string, []string) {
	var tried []string
	for _, pattern := range cudaDirs {
		dirs, _ := s.glob(filepath.Join(cacheDir, pattern)) // the patterns are well formed
		slices.Sort(dirs)
		slices.Reverse(dirs) // the newest version first, as names of versions go
		for _, dir := range dirs {
			versions, _ := s.glob(filepath.Join(dir, s.names[0]+".*")) // archives unpacked without their links
			path, looked := s.first(append(s.in(dir), versions...))
			tried = append(tried, looked...)
			whole := !slices.ContainsFunc(files, func(f string) bool { return !s.isFile(filepath.Join(dir, f)) })
			if path != "" && whole {
				return path, tried
			}
		}
	}
	return "", tried
}

// search is one system's way to find the library.
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
		return "", tried, failure.New(failure.Model, "load", "ONNX Runtime", "the library was not found beside the program, in the cache or in the system").WithHint("%s", fetchHint)
	}
	return path, tried, nil
}

// in returns the paths that the library could have in dir.
func (s search) in(dir string) []string {
	paths := make([]string, len(s.names))
	for i, n := range s.names {
		paths[i] = filepath.Join(dir, n)
	}
	return paths
}

// first returns the first path that is a file, and the paths looked at.
func (s search) first(paths []string) (string, []string) {
	for i, p := range paths {
		if s.isFile(p) {
			return p, paths[:i+1]
		}
	}
	return "", paths
}
