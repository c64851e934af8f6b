// Package canvas shows a picture of any size with what was found in it, and
// lets a person zoom, pan and point.
//
// The picture comes as a pyramid of ready-made buffers, each half the size of
// the one before. A frame is only the part that is seen, at the screen's own
// pixels: the render goroutine takes the newest request (older ones are
// dropped), picks the level that is just fine enough, samples it, has the
// overlay drawn on top and hands the finished buffer to the window's goroutine,
// which does nothing but upload it. A buffer that was handed over is never
// written again. While something moves, a frame may be drawn at half or a
// quarter of the pixels, if the last ones took too long; the sharp one follows
// when it rests. So the window's goroutine never scales a pixel, whatever the
// picture's size.
//
// Stats counts the frames' times; Watchdog measures how long the window's
// goroutine was ever kept from answering.
package canvas
