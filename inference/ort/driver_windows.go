//go:build cgo && windows

package ort

import (
	"sync"

	"golang.org/x/sys/windows"
)

// nvidiaDriver says why NVIDIA's driver cannot be loaded, nil if it can.
var nvidiaDriver = sync.OnceValue(func() error {
	_, err := windows.LoadLibraryEx("nvcuda.dll", 0, windows.LOAD_LIBRARY_SEARCH_SYSTEM32)
	return err
})
