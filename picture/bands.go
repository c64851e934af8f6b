package picture

import (
	"runtime"
	"sync"
)

// bands calls f on bands of the rows 0..n, on as many goroutines as there are
// processors, and returns when all have ended. A row has width pixels; small
// pictures stay on the caller's goroutine.
func bands(n, width int, f func(y0, y1 int)) {
	const minPixels = 1 << 16 // fewer do not make up for the start of a goroutine
	count := min(runtime.GOMAXPROCS(0), n, n*width/minPixels)
	if count <= 1 {
		f(0, n)
		return
	}
	var wait sync.WaitGroup
	for i := range count {
		wait.Go(func() { f(n*i/count, n*(i+1)/count) })
	}
	wait.Wait()
}
