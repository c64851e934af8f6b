//go:build unix

package main

import (
	"fmt"
	"go/parser"
	"go/token"
	"slices"
	"testing"
)

func TestEveryKindOfMutantIsFound(t *testing.T) {
	source := []byte(`package p

func f(a, b int, ok bool, err error) (int, error) {
	for a < b && ok {
		a++
		if ok {
			break
		}
		b += a - -b
		println("a" + "b")
	}
	if a&b == 1 {
		return 0, err
	}
	return a, nil
}
`)
	all, err := mutants("p.go", source)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range all {
		got = append(got, fmt.Sprintf("%d %s %s → %s", m.line, m.kind, short(m.old), short(m.new)))
		if _, err := parser.ParseFile(token.NewFileSet(), "p.go", m.apply(source), 0); err != nil {
			t.Errorf("%v: %v", m, err)
		}
	}
	slices.Sort(got)
	want := []string{
		"10 removed println(\"a\" + \"b\") → nothing",
		"12 bits & → |",
		"12 negation == → !=",
		"13 error err → nil",
		"4 boundary < → <=",
		"4 logical && → ||",
		"4 negation < → >=",
		"5 increment ++ → --",
		"5 removed a++ → nothing",
		"6 condition ok → !(ok)",
		"7 loop break → continue",
		"9 arithmetic - → +",
		"9 assignment += → -=",
		"9 removed b += a - -b → _ = a - -b",
		"9 sign - → +",
	}
	if !slices.Equal(got, want) {
		t.Errorf("found\n%q\nwant\n%q", got, want)
	}
}

func TestOnlyCoveredPlacesCount(t *testing.T) {
	c := covered{"p.go": {{3, 10, 5, 2}}}
	for _, at := range []struct {
		line, col int
		want      bool
	}{{3, 9, false}, {3, 10, true}, {4, 1, true}, {5, 2, true}, {5, 3, false}, {6, 1, false}} {
		if got := c.has("p.go", at.line, at.col); got != at.want {
			t.Errorf("%d:%d is covered: %v", at.line, at.col, got)
		}
	}
}
