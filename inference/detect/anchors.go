package detect

import "math"

// Anchors is the grid of reference boxes of one feature map (AnchorGenerator in
// anchor_utils.py). Cell holds the boxes around the origin, one for each aspect
// ratio and size; they are repeated at every cell of the map, StrideX and StrideY
// pixels apart, so that box i belongs to row i/(A·Width), column i/A mod Width,
// shape i mod A, with A = len(Cell).
type Anchors struct {
	Cell             []Box
	Width, Height    int // of the feature map, in cells
	StrideX, StrideY int // pixels of the padded image per cell; 61 where 800 rows have 13 cells
}

// NewAnchors returns the anchors of a feature map of width × height cells, for an
// image of imageWidth × imageHeight pixels, padding included. The stride of each
// axis is the integer quotient of the two.
func NewAnchors(sizes, ratios []float64, width, height, imageWidth, imageHeight int) Anchors {
	return Anchors{
		Cell: CellAnchors(sizes, ratios), Width: width, Height: height,
		StrideX: imageWidth / max(width, 1), StrideY: imageHeight / max(height, 1),
	}
}

// CellAnchors returns the boxes of one cell: for each aspect ratio (height/width),
// each size (the square root of the area, in pixels), rounded half to even.
func CellAnchors(sizes, ratios []float64) []Box {
	cell := make([]Box, 0, len(sizes)*len(ratios))
	half := func(v float32) float32 { return float32(math.RoundToEven(float64(v / 2))) }
	for _, ratio := range ratios {
		high := float32(math.Sqrt(float64(float32(ratio))))
		wide := 1 / high
		for _, size := range sizes {
			w, h := wide*float32(size), high*float32(size)
			cell = append(cell, Box{half(-w), half(-h), half(w), half(h)})
		}
	}
	return cell
}

// Len returns the number of boxes in the grid.
func (a Anchors) Len() int { return a.Width * a.Height * len(a.Cell) }

// At returns box i, 0 ≤ i < Len.
func (a Anchors) At(i int) Box {
	cell, at := a.Cell[i%len(a.Cell)], i/len(a.Cell)
	x := float32(at % a.Width * a.StrideX)
	y := float32(at / a.Width * a.StrideY)
	return Box{cell[0] + x, cell[1] + y, cell[2] + x, cell[3] + y}
}
