package state

import (
	"strings"

	"descry/internal/message"
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
		Text:  "The download has ended; nothing is lost.",
		Stay:  core.Button{Text: "Keep open", Tip: "Leave the window open (Esc)", Enabled: true, Do: ClosingGivenUp{}},
		Leave: core.Button{Text: "Close", Tip: "Close the window; the download resumes next time", Enabled: true, Do: Closing{Sure: true}},
	}
	d := w.models.Downloads(w.modelsEnv())
	if len(d.Titles) == 0 { // while the question stood
		sheet.Title = "Close the window?"
		return sheet
	}
	titles := strings.Join(d.Titles, ", ")
	if d.Percent != "" {
		titles = message.Sprintf("%s (%s)", titles, d.Percent)
	}
	sheet.Text = core.Plural(len(d.Titles),
		message.Of("Still downloading: %s. What has been downloaded is kept, and the download resumes when you open Descry again.", titles),
		message.Of("Still downloading: %s. What has been downloaded is kept, and the downloads resume when you open Descry again.", titles))
	return sheet
}
