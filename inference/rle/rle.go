// Package rle implements COCO's run-length encoding of binary masks (pycocotools,
// common/maskApi.c): runs down the columns, background first.
package rle

// Mask is a binary mask of Height × Width pixels as alternating run lengths in
// column-major order (y fastest), starting with background; the first run may
// be 0. The runs of a valid mask sum to Height·Width.
type Mask struct {
	Height int      `json:"height"`
	Width  int      `json:"width"`
	Counts []uint32 `json:"counts"`
}
