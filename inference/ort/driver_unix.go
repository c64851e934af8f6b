//go:build cgo && !windows

package ort

/*
#include <dlfcn.h>
#include <stdlib.h>
*/
import "C"

import (
	"errors"
	"sync"
	"unsafe"
)

// nvidiaDriver returns the error of loading NVIDIA's driver, nil if it can be
// loaded. The driver is tried once per process.
var nvidiaDriver = sync.OnceValue(func() error {
	name := C.CString("libcuda.so.1") // comes with the driver, not with CUDA
	defer C.free(unsafe.Pointer(name))
	if handle := C.dlopen(name, C.RTLD_LAZY|C.RTLD_LOCAL); handle == nil {
		return errors.New(C.GoString(C.dlerror()))
	}
	return nil
})
