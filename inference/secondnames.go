package inference

import "descry/inference/rle"

// SecondNameIoU is the overlap from which on two objects are taken for the same.
const SecondNameIoU = 0.8

// HideSecondNames reports which items are duplicates of an object that an item of
// higher score already names: non-maximum suppression across classes, by the IoU of
// the masks if both have one, else of the boxes.
func HideSecondNames(items []Instance, iou float64) []bool {
	hide := make([]bool, len(items))
	order := ByScore(items)
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

func sameObject(a, b Instance, minIoU float64) bool {
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
