// Package widgets holds the widgets that Descry's window is built from: pills,
// buttons, chips, rows, lists, bars, cards. They take colours and sizes from the
// theme (package ui/theme), know nothing about models or pictures, and report
// user input through callbacks.
//
// Three rules hold for all of them. Everything that can be pressed is a Control:
// it has a tooltip, can be reached with Tab, shows its focus with a ring of 2 dp,
// and responds to Space and Enter. A click never moves the keyboard focus, and a
// focused control passes every key that it does not use to the window, so that
// shortcuts work wherever the focus is, except in a text field. Setters change
// only what differs and never call back, so that showing a state cannot be
// mistaken for user input.
//
// Layouts are functions that return containers (Row, Column, Flow, …), whose heights
// may depend on their width (TallFor). A List has widgets for visible rows only.
package widgets
