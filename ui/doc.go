// Package ui is the window.
package ui
