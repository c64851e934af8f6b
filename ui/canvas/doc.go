// Package canvas shows a picture of any size with its objects and classes drawn
// over it, and lets the user zoom, pan and point.
//
// The picture comes as a pyramid of buffers, each half the size of the one
// before. A frame is the visible part only, at the screen's resolution: the
// render goroutine takes the newest request (older ones are dropped), picks the
// smallest level that is fine enough, samples it, draws the overlay on top and
// delivers the finished buffer to the window's goroutine, which only uploads it.
// A delivered buffer is never written again. While the view moves, frames are
// drawn at a half or a quarter of the resolution if the last ones took too long;
// a sharp frame follows when it rests. So the window's goroutine never scales
// pixels, whatever the picture's size.
//
// Stats records how long frames took; Watchdog measures how long the window's
// goroutine was blocked.
package canvas
