// Package rules holds the rules of this repository as tests: which package may
// import which, one comment a package, how long files and functions may be.
// The rules and their reasons are in ARCHITECTURE.md.
package rules
