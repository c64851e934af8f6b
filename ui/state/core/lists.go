package core

import (
	"slices"
	"time"
)

// Replaced returns a copy of list with v at i.
func Replaced[T any](list []T, i int, v T) []T {
	next := make([]T, len(list))
	copy(next, list)
	next[i] = v
	return next
}

// Added returns a copy of list with v at its end.
func Added[T any](list []T, v T) []T {
	next := make([]T, len(list), len(list)+1)
	copy(next, list)
	return append(next, v)
}

// Without returns a copy of list without the elements for which drop returns
// true, list itself if there are none.
func Without[T any](list []T, drop func(T) bool) []T {
	for i := range list {
		if !drop(list[i]) {
			continue
		}
		next := make([]T, i, len(list)-1)
		copy(next, list)
		for _, v := range list[i+1:] {
			if !drop(v) {
				next = append(next, v)
			}
		}
		if len(next) == 0 {
			return nil
		}
		return next
	}
	return list
}

// Stamped returns list with what f has changed; list itself if f changed nothing.
func Stamped[T any](list []T, f func(*T) bool) []T {
	for i := range list {
		if v := list[i]; f(&v) {
			list = Replaced(list, i, v)
		}
	}
	return list
}

// Due reports whether a time has passed since the stamp. A clock that was set
// back counts as passed.
func Due(since time.Time, after time.Duration, now time.Time) bool {
	return !since.IsZero() && (now.Sub(since) >= after || now.Before(since))
}

// With returns sorted numbers with one more among them, if it is positive.
func With(all []int, n int) []int {
	if n > 0 && !slices.Contains(all, n) {
		all = append(all, n)
	}
	slices.Sort(all)
	return all
}
