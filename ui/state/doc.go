// Package state is Descry's window as a value: one State, changed by one pure
// function, shown by another.
//
//	widget ─ Action ─► Reduce(State, Action) ─► State ─► Show ─► Screen ─► widgets
//	                        │
//	                        └─ Effects (data) ─► Performer ─ Action ─► …
//
// Widgets send Actions and show a Screen; they decide nothing. Whatever touches
// a file, the worker, a dialog or the clock is an Effect, which is data, so that
// a test can compare it; what comes of it comes back as an Action. Time enters
// in an Action too (Now). So the whole behaviour of the window is tested without
// a window.
//
// Slices and maps in a State are replaced, never changed in place. Pictures and
// masks are not in it: a Picture names them by its Source, and results of the
// worker are shared and read-only.
//
// An Action that changes nothing gives the same State and no Effects, since
// widgets answer when a program sets them.
package state
