package detect

import "math"

// The feature maps that regions are pooled from: p2 … p5, strides 4 … 32.
const (
	PooledLevels = 4
	lowestLevel  = 2 // log2 of p2's stride
)

// PooledFrom returns the index of the feature map, 0 for p2 … 3 for p5, from which
// a box of the resized image is pooled: a square of 224 pixels belongs to p4, one
// of half the side to the map before ("Feature Pyramid Networks", Lin et al. 2017,
// equation 1; LevelMapper in poolers.py, float32).
func PooledFrom(b Box) int {
	side := float32(math.Sqrt(float64(b.area())))
	octaves := float32(math.Log2(float64(side / 224)))
	level := math.Floor(float64(4 + octaves + 1e-6))
	if !(level > lowestLevel) { // −∞ for an empty box, NaN for none
		return 0
	}
	return int(min(level, lowestLevel+PooledLevels-1)) - lowestLevel
}

// Grouped holds boxes sorted by the feature map from which each is pooled.
type Grouped struct {
	Boxes [PooledLevels][]float32 // four numbers a box
	Order []int                   // Order[i] is the original index of the i-th box of the concatenated groups
}

// Group sorts boxes by PooledFrom; within a map they keep their order.
func Group(boxes []Box) Grouped {
	g := Grouped{Order: make([]int, 0, len(boxes))}
	var members [PooledLevels][]int
	for i, b := range boxes {
		n := PooledFrom(b)
		members[n] = append(members[n], i)
		g.Boxes[n] = append(g.Boxes[n], b[:]...)
	}
	for _, m := range members {
		g.Order = append(g.Order, m...)
	}
	return g
}
