package state

import (
	"strings"

	"descry/ui/state/core"
)

// ClosingSheet asks whether the window may close while a download runs.
type ClosingSheet struct {
	Title, Text string
	Stay, Leave core.Button
}

// ClosingGivenUp keeps the window open when it was asked whether it may close.
type ClosingGivenUp struct{}

func (w *whole) showClosing() ClosingSheet {
	sheet := ClosingSheet{
		Title: "Close while a download runs?",
		Text:  "The download has ended, so nothing is lost.",
		Stay:  core.Button{Text: "Keep open", Tip: "Leave the window open (Esc)", Enabled: true, Do: ClosingGivenUp{}},
		Leave: core.Button{Text: "Close", Tip: "Close the window; the download goes on the next time", Enabled: true, Do: Closing{Sure: true}},
	}
	d := w.models.Downloads(w.modelsEnv())
	if len(d.Titles) == 0 { // while the question stood
		sheet.Title = "Close the window?"
		return sheet
	}
	sheet.Text = strings.Join(d.Titles, ", ") + core.Plural(len(d.Titles), " is", " are") + " still being downloaded"
	if d.Percent != "" {
		sheet.Text += " (" + d.Percent + ")"
	}
	sheet.Text += ". What has arrived is kept, and the download goes on when Descry is opened again."
	return sheet
}
