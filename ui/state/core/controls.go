package core

// Button is a control that sends an action. An empty Text with Do nil is no
// button: it is not shown.
type Button struct {
	Text    string // label; also the name for those who cannot see an icon
	Tip     string // tooltip, with the key where there is one
	Enabled bool
	On      bool // of a toggle or check box
	Do      Action
}

// None reports whether there is no button at all.
func (b Button) None() bool { return b.Text == "" && b.Do == nil }

// Choice is one of several that exclude each other.
type Choice struct {
	Text string
	Tip  string
	On   bool
	Do   Action
}

// Group is one setting with its choices.
type Group struct {
	Name, Text string
	Choices    []Choice
}

// TextField is a line of text that a person types. Text is what it begins with:
// the widget sends what is typed and does not take its own words back.
type TextField struct {
	Name        string
	Hint        string // under the name
	Placeholder string
	Text        string
}

// CloseButton closes the open sheet.
func CloseButton(text string) Button {
	return Button{Text: text, Tip: "Close this page (Esc)", Enabled: true, Do: SheetOpened{SheetNone}}
}
