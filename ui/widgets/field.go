package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Field is a single-line text field.
type Field struct {
	widget.Entry
	setting bool
}

// NewField returns an empty field. changed is called with the text after user
// edits only.
func NewField(changed func(text string)) *Field {
	f := &Field{}
	f.OnChanged = func(s string) {
		if !f.setting {
			changed(s)
		}
	}
	f.ExtendBaseWidget(f)
	return f
}

// Put shows a text and a placeholder.
func (f *Field) Put(text, placeholder string) {
	if f.PlaceHolder != placeholder {
		f.SetPlaceHolder(placeholder)
	}
	if f.Text != text {
		f.setting = true
		f.SetText(text)
		f.setting = false
	}
}

// TypedKey removes the focus on Escape; a second Escape goes to the window.
func (f *Field) TypedKey(k *fyne.KeyEvent) {
	if k.Name == fyne.KeyEscape {
		if c := fyne.CurrentApp().Driver().CanvasForObject(f); c != nil {
			c.Unfocus()
		}
		return
	}
	f.Entry.TypedKey(k)
}
