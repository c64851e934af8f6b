package models

import "descry/ui/state/core"

// Page is the Models page: what there is, what of it is here, what is
// used. Exactly one of table, Offer and Licence is to be seen.
type Page struct {
	Title   string
	Text    string
	Told    string      // what has happened: "BLIP base is here and is used from now on."
	ToldDo  core.Button // "Describe the open picture again"
	Trouble *Trouble    // of an import
	Sets    []SetCard
	Heads   []string // of the table's columns: name, size, licence, speed, state
	Groups  []Group
	Disk    string // "Models take 1.4 GB; 53 GB free"
	Folder  core.Button
	Import  core.Button
	Offline core.Button // check box
	Note    string      // why the network is closed
	Close   core.Button
	Offer   *Offer
	Licence *Licence
}

// SetCard is a choice of one model for each task.
type SetCard struct {
	Name, Title string
	Text        string // what is in it
	Facts       string // "1.4 GB on disk · about 6 s a picture · 3.2 GB of memory"
	Get         core.Button
	On          bool // in use
}

// Group is the models for one task.
type Group struct {
	Title string
	Rows  []Row
}

// Row is one line of the table.
type Row struct {
	Name     string
	Use      core.Button // round box: use it for the task; empty where it cannot be chosen
	Title    string
	About    string
	Size     string
	Licence  core.Button // opens the licence; a Do of nil: words only
	Speed    string
	SpeedTip string
	State    string
	Good     bool    // it is here
	Part     float64 // of the bar, 0 … 1; −1: no bar
	Moving   bool    // the bar grows
	Acts     []core.Button
	Trouble  *Trouble
}

// Trouble is an error in its place, with what to do.
type Trouble struct {
	Text, Hint string
	Acts       []core.Button
}

// Offer is what is said before a download.
type Offer struct {
	Title string
	Text  string
	Rows  []OfferRow
	Facts []Fact
	Get   core.Button
	Back  core.Button
}

// OfferRow is one model of the offer.
type OfferRow struct {
	Title, About, Size, Source string
	Licence                    core.Button
}

// Fact is a name with what there is to say. Bad: it stands in the way.
type Fact struct {
	Name, Text string
	Bad        bool
}

// Licence is a licence in full.
type Licence struct {
	Title, Text string
	Back        core.Button
}

// Card is the start page's card about the models.
type Card struct {
	Text  string
	Get   core.Button
	Close core.Button
}
