//go:build cgo && windows

package ort

import (
	"errors"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Indices of two functions in OrtApi (onnxruntime_c_api.h, since version 1.4): its
// members are only ever appended.
const (
	apiGetAvailableProviders     = 125
	apiReleaseAvailableProviders = 126
)

// apiBase is OrtApiBase.
type apiBase struct{ getAPI, getVersionString uintptr }

// probeLibrary loads the library by its absolute path (System32 may hold an old
// one) and reads its version and providers. It stays loaded: the binding is about
// to load it too, and native code is never unloaded safely.
func probeLibrary(path string) (probe, error) {
	handle, err := windows.LoadLibraryEx(path, 0, windows.LOAD_WITH_ALTERED_SEARCH_PATH)
	if err != nil {
		return probe{}, errors.New("it cannot be loaded: " + err.Error())
	}
	get, err := windows.GetProcAddress(handle, "OrtGetApiBase")
	if err != nil {
		_ = windows.FreeLibrary(handle)
		return probe{}, errors.New("it is a library, but not ONNX Runtime")
	}
	address, _, _ := syscall.SyscallN(get)
	base := *(**apiBase)(unsafe.Pointer(&address))
	text, _, _ := syscall.SyscallN(base.getVersionString)
	p := probe{version: windows.BytePtrToString(*(**byte)(unsafe.Pointer(&text)))}
	if !recentEnough(p.version) {
		_ = windows.FreeLibrary(handle)
		return probe{}, tooOld(p.version)
	}
	p.providers = providers(base)
	return p, nil
}

// providers returns the providers that the library was built with.
func providers(base *apiBase) []string {
	address, _, _ := syscall.SyscallN(base.getAPI, leastMinor)
	if address == 0 {
		return nil
	}
	api := *(**[apiReleaseAvailableProviders + 1]uintptr)(unsafe.Pointer(&address))
	var names **byte
	var n int32
	status, _, _ := syscall.SyscallN(api[apiGetAvailableProviders], uintptr(unsafe.Pointer(&names)), uintptr(unsafe.Pointer(&n)))
	if status != 0 {
		return nil
	}
	var all []string
	for _, s := range unsafe.Slice(names, n) {
		all = append(all, windows.BytePtrToString(s))
	}
	_, _, _ = syscall.SyscallN(api[apiReleaseAvailableProviders], uintptr(unsafe.Pointer(names)), uintptr(n))
	return all
}

// trimHeap does nothing: the heap of Windows returns large blocks itself.
func trimHeap() {}
