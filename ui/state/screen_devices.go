package state

import "descry/ui/state/core"

// DevicesSheet says what the models run on, why not on something else, and lets a
// person choose and test.
type DevicesSheet struct {
	Title   string
	Text    string
	Trouble string // why there is no report; empty: there is one, or it is on its way
	Rows    []DeviceRow
	Test    core.Button
	Close   core.Button
}

// DeviceRow is one device to choose, and how it stands with it.
type DeviceRow struct {
	core.Choice
	Report string
}
