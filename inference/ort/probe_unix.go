//go:build cgo && !windows

package ort

/*
#cgo linux LDFLAGS: -ldl
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

// The first members of OrtApiBase, and OrtApi as an array of functions: its
// members are only ever appended (onnxruntime_c_api.h).
typedef struct { const void *(*GetApi)(uint32_t); const char *(*GetVersionString)(void); } api_base;
typedef void *(*get_providers)(char ***names, int *n);
typedef void *(*release_providers)(char **names, int n);

static const api_base *call_api_base(void *f) { return ((const api_base *(*)(void))f)(); }
static const char *call_version(const api_base *b) { return b->GetVersionString(); }
static void *member(const api_base *b, uint32_t version, int index) {
	void *const *api = b->GetApi(version);
	return api ? api[index] : 0;
}
static int call_get(void *f, char ***names, int *n) { return ((get_providers)f)(names, n) == 0; }
static void trim(void) {
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}
static void call_release(void *f, char **names, int n) { ((release_providers)f)(names, n); }
*/
import "C"

import (
	"errors"
	"unsafe"
)

// Indices of two functions in OrtApi (onnxruntime_c_api.h, since version 1.4).
const (
	apiGetAvailableProviders     = 125
	apiReleaseAvailableProviders = 126
)

// probeLibrary loads the library and reads its version and providers. It stays
// loaded: the binding is about to load it too, and native code is never unloaded
// safely.
func probeLibrary(path string) (probe, error) {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	handle := C.dlopen(name, C.RTLD_LAZY|C.RTLD_LOCAL)
	if handle == nil {
		return probe{}, errors.New("it cannot be loaded: " + C.GoString(C.dlerror()))
	}
	symbol := C.CString("OrtGetApiBase")
	defer C.free(unsafe.Pointer(symbol))
	get := C.dlsym(handle, symbol)
	if get == nil {
		C.dlclose(handle)
		return probe{}, errors.New("it is a library, but not ONNX Runtime")
	}
	base := C.call_api_base(get)
	p := probe{version: C.GoString(C.call_version(base))}
	if !recentEnough(p.version) {
		C.dlclose(handle)
		return probe{}, tooOld(p.version)
	}
	available := C.member(base, leastMinor, apiGetAvailableProviders)
	release := C.member(base, leastMinor, apiReleaseAvailableProviders)
	var names **C.char
	var n C.int
	if available != nil && release != nil && C.call_get(available, &names, &n) != 0 {
		for _, s := range unsafe.Slice(names, n) {
			p.providers = append(p.providers, C.GoString(s))
		}
		C.call_release(release, names, n)
	}
	return p, nil
}

// trimHeap returns to the system what the runtime has freed. glibc keeps freed
// blocks of up to 32 MB, which weights are: without this, opening and closing
// BLIP's vision tower ten times grows the process from 0.4 to 1.2 GB.
func trimHeap() { C.trim() }
