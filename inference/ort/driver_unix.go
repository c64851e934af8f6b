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

// nvidiaDriver says why NVIDIA's driver cannot be loaded, nil if it can. The answer
// does not change while the program runs.
var nvidiaDriver = sync.OnceValue(func() error {
	name := C.CString("libcuda.so.1") // comes with the driver, not with CUDA
	defer C.free(unsafe.Pointer(name))
	if handle := C.dlopen(name, C.RTLD_LAZY|C.RTLD_LOCAL); handle == nil {
		return errors.New(C.GoString(C.dlerror()))
	}
	return nil
})
