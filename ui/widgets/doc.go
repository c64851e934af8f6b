// Package widgets has the parts that Descry's window is made of: pills,
// buttons, chips, rows, bars, cards. They are drawn from the theme's names
// (package ui/theme), know nothing of models or pictures, and tell what was
// done to them by calling one function.
//
// Three things hold for all of them. What can be pressed is a Control: it has a
// tooltip, can be reached with Tab, shows its focus by a ring of 2 dp, and is
// worked with Space or Enter. A click never takes the keyboard: the focus stays
// where it was, and a focused control hands every key that it does not use to
// the window, so that a letter key works wherever the focus is, but in a text
// field. A setter changes only what differs and never calls back, so that
// showing a state can not be mistaken for a person's act.
package widgets
