package render

import (
	"slices"

	"descry/inference"
)

// paintingOrder returns the indices of items from back to front: large objects
// behind small ones, so that none is hidden, and the highlighted one last.
func paintingOrder(items []Item, highlight int) []int {
	order := make([]int, len(items))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if a == highlight || b == highlight {
			if a == highlight {
				return 1
			}
			return -1
		}
		return items[b].Instance.Area - items[a].Instance.Area
	})
	return order
}

// instances returns the instances of items.
func instances(items []Item) []inference.Instance {
	all := make([]inference.Instance, len(items))
	for i, item := range items {
		all[i] = item.Instance
	}
	return all
}
