//go:build cgo

package ort

import "testing"

func needsCgo(testing.TB) {}
