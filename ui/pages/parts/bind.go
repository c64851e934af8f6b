package parts

import (
	"fyne.io/fyne/v2"

	"descry/ui/state/core"
	"descry/ui/widgets"
)

// Sender is the one way out of the window.
type Sender func(core.Action)

// Do returns a function that sends an action; of none, one that does nothing.
func (s Sender) Do(a core.Action) func() {
	return func() {
		if a != nil {
			s(a)
		}
	}
}

// Button makes a control say and do what the state says. A button that is no
// button is hidden.
func (s Sender) Button(w *widgets.Button, b core.Button) {
	widgets.SetVisible(w, !b.None())
	if b.None() {
		return
	}
	w.SetText(b.Text)
	s.Icon(w, b)
}

// Icon is Button for a control whose label is an icon.
func (s Sender) Icon(w *widgets.Button, b core.Button) {
	w.SetTip(b.Tip)
	w.SetEnabled(b.Enabled)
	w.SetOn(b.On)
	w.OnTap(s.Do(b.Do))
}

// Check is Button for a check box, whose words are fixed.
func (s Sender) Check(w *widgets.CheckRow, b core.Button) {
	widgets.SetVisible(w, !b.None())
	w.SetText(b.Text)
	w.SetTip(b.Tip)
	w.SetEnabled(b.Enabled)
	w.SetChecked(b.On)
	w.OnTap(s.Do(b.Do))
}

// Choices shows a list of which one is chosen as round boxes in a column.
func (s Sender) Choices(into *fyne.Container, list []core.Choice) {
	changed := len(into.Objects) != len(list)
	for len(into.Objects) < len(list) {
		into.Objects = append(into.Objects, widgets.NewCheckRow("", "", nil).Round())
	}
	into.Objects = into.Objects[:len(list)]
	for i, c := range list {
		row := into.Objects[i].(*widgets.CheckRow)
		row.SetText(c.Text)
		row.SetTip(c.Tip)
		row.SetChecked(c.On)
		row.OnTap(s.Do(c.Do))
	}
	if changed {
		into.Refresh()
	}
}

// Buttons shows a list of buttons in a row, the first as the primary one where
// that is asked for.
func (s Sender) Buttons(into *fyne.Container, list []core.Button, primary bool) {
	changed := len(into.Objects) != len(list)
	for i := len(into.Objects); i < len(list); i++ {
		look := widgets.Secondary
		if i == 0 && primary {
			look = widgets.Primary
		}
		into.Objects = append(into.Objects, widgets.NewButton(look, "", "", nil).Sized(84, 34))
	}
	into.Objects = into.Objects[:len(list)]
	for i, b := range list {
		w := into.Objects[i].(*widgets.Button)
		changed = changed || w.Text() != b.Text
		s.Button(w, b)
	}
	if changed {
		into.Refresh()
	}
}
