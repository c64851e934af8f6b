package render

import (
	"fmt"
	"math"

	"descry/inference"
	"descry/inference/rle"
)

// Sureness describes a probability, 0 … 1, in words.
func Sureness(score float64) string {
	switch {
	case score >= 0.85:
		return "sure"
	case score >= 0.55:
		return "fairly sure"
	}
	return "guessing" // also for NaN
}

// CaptionSureness describes a caption's score (mean log-probability of its tokens)
// in words, by the geometric mean of the probabilities.
func CaptionSureness(score float64) string { return Sureness(math.Exp(score)) }

// Percent returns a score of 0 … 1 as "99 %".
func Percent(score float64) string {
	if math.IsNaN(score) {
		return "? %"
	}
	return fmt.Sprintf("%.0f %%", 100*min(max(score, 0), 1))
}

// Share describes an area as a share of a picture of w × h pixels.
func Share(area, w, h int) string {
	if w <= 0 || h <= 0 {
		return ""
	}
	percent := 100 * float64(area) / (float64(w) * float64(h))
	switch {
	case area <= 0:
		return "nothing of the picture"
	case percent < 1:
		return "less than 1 % of the picture"
	case percent > 99 && percent < 100:
		return "nearly all of the picture"
	}
	return fmt.Sprintf("%.0f %% of the picture", min(percent, 100))
}

// thirds are the names of a picture's nine parts, by row and column.
var thirds = [3][3]string{
	{"upper left", "top", "upper right"},
	{"left", "middle", "right"},
	{"lower left", "bottom", "lower right"},
}

// Where describes the part of a picture of w × h pixels that contains the centre of
// a box (x1, y1, x2, y2).
func Where(box [4]float32, w, h int) string {
	return thirds[third(box[1], box[3], h)][third(box[0], box[2], w)]
}

func third(from, to float32, size int) int {
	if size <= 0 {
		return 1
	}
	at := 3 * (float64(from) + float64(to)) / 2 / float64(size)
	if math.IsNaN(at) {
		return 1
	}
	return int(min(max(at, 0), 2))
}

// SecondNameIoU is the overlap from which on two objects are taken for the same.
const SecondNameIoU = 0.8

// HideSecondNames reports which items are duplicates of an object that an item of
// higher score already names: non-maximum suppression across classes, by the IoU of
// the masks if both have one, else of the boxes.
func HideSecondNames(items []inference.Instance, iou float64) []bool {
	hide := make([]bool, len(items))
	order := inference.ByScore(items)
	for k, i := range order {
		for _, j := range order[:k] {
			if !hide[j] && sameObject(items[i], items[j], iou) {
				hide[i] = true
				break
			}
		}
	}
	return hide
}

func sameObject(a, b inference.Instance, minIoU float64) bool {
	box := boxIoU(a.Box, b.Box)
	if box <= 0 {
		return false
	}
	if a.Mask != nil && b.Mask != nil {
		return rle.IoU(*a.Mask, *b.Mask) >= minIoU
	}
	return box >= minIoU
}

func boxIoU(a, b [4]float32) float64 {
	area := func(x1, y1, x2, y2 float32) float64 { return float64(max(x2-x1, 0)) * float64(max(y2-y1, 0)) }
	both := area(max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3]))
	either := area(a[0], a[1], a[2], a[3]) + area(b[0], b[1], b[2], b[3]) - both
	if !(either > 0) {
		return 0
	}
	return both / either
}
