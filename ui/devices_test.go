package ui

import "descry/ui/widgets"

// devicesPage is the open page of devices.
func (x *harness) devicesPage() *devicesPage { return x.sheets.page.(*devicesPage) }

// deviceRow is the round box of a device.
func (x *harness) deviceRow(i int) *widgets.CheckRow { return x.devicesPage().list[i].choice }
