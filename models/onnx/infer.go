package onnx

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Shape inference: what the operators' methods have in common. A shape that
// follows from none of the operands' is nil, an extent that does not is unknown;
// nothing here fails, since the runtime judges whether a graph is consistent.
//
// Shapes are computed in graphs as well (Shape, Slice, Concat, then Reshape). So of
// small vectors of whole numbers the elements are followed too, as Dims whose Size
// may be any number and of which unknownInt is the one that is not known.

// unknownInt is an element that is not known.
var unknownInt = Dim{Size: math.MinInt64}

// mostElements is how long a vector is followed: no shape has more axes.
const mostElements = 16

// asInt is an extent as an element of a vector.
func asInt(d Dim) Dim {
	if d == unknownDim {
		return unknownInt
	}
	return d
}

// asDim is an element of a vector as an extent.
func asDim(d Dim) Dim {
	if d.Name == "" && d.Size < 0 {
		return unknownDim
	}
	return d
}

// number returns an element that is a known number.
func number(d Dim) (int64, bool) { return d.Size, d.Name == "" && d != unknownInt }

// reserved are the characters of derived names, which no other name has.
const reserved = "+*/()"

// sum adds numbers, and writes the sum of named ones: "past+tokens".
func sum(a, b Dim) Dim {
	m, okA := number(a)
	n, okB := number(b)
	switch {
	case a == unknownInt || b == unknownInt:
		return unknownInt
	case okA && okB:
		return Dim{Size: m + n}
	case okA && m == 0:
		return b
	case okB && n == 0:
		return a
	case okA && m < 0 || okB && n < 0:
		return unknownInt
	}
	return terms(a, b, "+", "*/()")
}

// product multiplies as sum adds: "rows*tokens".
func product(a, b Dim) Dim {
	m, okA := number(a)
	n, okB := number(b)
	switch {
	case a == unknownInt || b == unknownInt:
		return unknownInt
	case okA && okB:
		if m < 0 || n < 0 || m > 0 && n > math.MaxInt64/m {
			return unknownInt
		}
		return Dim{Size: m * n}
	case okA && m == 1:
		return b
	case okB && n == 1:
		return a
	case okA && m < 1 || okB && n < 1:
		return unknownInt
	}
	return terms(a, b, "*", "+/()")
}

// terms joins terms in order, so that equal sums and products have equal names;
// names with other operators are not followed.
func terms(a, b Dim, operator, others string) Dim {
	if strings.ContainsAny(a.Name+b.Name, others) {
		return unknownInt
	}
	all := append(strings.Split(a.String(), operator), strings.Split(b.String(), operator)...)
	slices.Sort(all)
	return Dim{Size: -1, Name: strings.Join(all, operator)}
}

// difference subtracts numbers, and takes terms off a sum.
func difference(a, b Dim) Dim {
	m, okA := number(a)
	n, okB := number(b)
	switch {
	case a == unknownInt || b == unknownInt:
		return unknownInt
	case okA && okB:
		return Dim{Size: m - n}
	case okB && n == 0:
		return a
	case a == b:
		return Dim{}
	case strings.ContainsAny(a.Name+b.Name, "*/()"):
		return unknownInt
	}
	rest := strings.Split(a.String(), "+")
	for _, term := range strings.Split(b.String(), "+") {
		i := slices.Index(rest, term)
		if i < 0 || len(rest) == 1 {
			return unknownInt
		}
		rest = slices.Delete(rest, i, i+1)
	}
	left := Dim{}
	for _, term := range rest {
		d := Dim{Size: -1, Name: term}
		if n, err := strconv.ParseInt(term, 10, 64); err == nil {
			d = Dim{Size: n}
		}
		left = sum(left, d)
	}
	return left
}

// windows is how many windows of a kernel fit into an extent:
// ⌊(n + 2·pad − dilation·(kernel − 1) − 1) / stride⌋ + 1, which is ⌈n / stride⌉ where
// the padding makes up for the kernel.
func windows(n Dim, kernel Dim, pad, stride, dilation int64) Dim {
	k, ok := number(kernel)
	if !ok || n == unknownDim {
		return unknownDim
	}
	missing := dilation*(k-1) - 2*pad
	switch {
	case n.Known() && n.Size-missing-1 >= 0:
		return Dim{Size: (n.Size-missing-1)/stride + 1}
	case n.Known() || missing < 0:
		return unknownDim
	case missing == 0 && stride == 1:
		return n
	case missing == 0:
		return Dim{Size: -1, Name: fmt.Sprintf("ceil(%s/%d)", n.Name, stride)}
	}
	return Dim{Size: -1, Name: fmt.Sprintf("ceil((%s-%d)/%d)", n.Name, missing, stride)}
}

// axis returns which axis of so many a possibly negative number means.
func axis(n int64, rank int) (int, bool) {
	if n < 0 {
		n += int64(rank)
	}
	return int(n), n >= 0 && n < int64(rank)
}

// at returns an extent, which is unknown where the shape is or has no such axis.
func (s Shape) at(i int) Dim {
	if i < 0 || i >= len(s) {
		return unknownDim
	}
	return s[i]
}

// with returns the shape with another extent.
func (s Shape) with(i int, d Dim) Shape {
	if i < 0 || i >= len(s) {
		return nil
	}
	s = slices.Clone(s)
	s[i] = d
	return s
}

// ranked returns the shape if it has so many axes, else nil.
func (s Shape) ranked(rank int) Shape {
	if len(s) != rank {
		return nil
	}
	return s
}

// broadcast is numpy's: shapes are aligned at their last axes, and an extent of 1
// is repeated.
func broadcast(shapes ...Shape) Shape {
	rank := 0
	for _, s := range shapes {
		if s == nil {
			return nil
		}
		rank = max(rank, len(s))
	}
	out := make(Shape, rank)
	for i := range out {
		out[i] = Dim{Size: 1}
		for _, s := range shapes {
			if k := i - rank + len(s); k >= 0 {
				out[i] = broadcastDim(out[i], s[k])
			}
		}
	}
	return out
}

// broadcastDim returns the extent of two that are broadcast: a size other than 1 wins
// over one that is not known.
func broadcastDim(a, b Dim) Dim {
	one := Dim{Size: 1}
	switch {
	case a == one || a == b && b != unknownDim:
		return b
	case b == one:
		return a
	case a.Known() && b.Known():
		return unknownDim // inconsistent
	case a.Known():
		return a
	case b.Known():
		return b
	}
	return unknownDim
}

// equal returns what is known of an extent that two operands share.
func equal(a, b Dim) Dim {
	if a.Known() || b == unknownDim {
		return a
	}
	if b.Known() || a == unknownDim {
		return b
	}
	return a
}

// volume multiplies extents.
func volume(dims []Dim) Dim {
	n := Dim{Size: 1}
	for _, d := range dims {
		n = product(n, asInt(d))
	}
	return n
}
