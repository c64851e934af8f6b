//go:build cgo && windows

package ort

import (
	"sync"

	"golang.org/x/sys/windows"
)

// nvidiaDriver returns the error of loading NVIDIA's driver, nil if it can be
// loaded.
var nvidiaDriver = sync.OnceValue(func() error {
	_, err := windows.LoadLibraryEx("nvcuda.dll", 0, windows.LOAD_LIBRARY_SEARCH_SYSTEM32)
	return err
})
