// Package rules holds the rules of this repository as tests: which package may
// import which, one comment a package and one a name, how long functions, files and
// packages may be, how messages are written.
// The rules and their reasons are in ARCHITECTURE.md.
package rules
