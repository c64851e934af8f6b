package inference

import (
	"cmp"
	"slices"
)

// ByScore returns the indices of items by descending score; equal ones keep their
// order.
func ByScore(items []Instance) []int {
	order := make([]int, len(items))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(items[b].Score, items[a].Score) })
	return order
}
