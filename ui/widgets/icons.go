package widgets

import (
	"fmt"
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
)

// IconName names an icon.
type IconName string

// The icons of the window.
const (
	IconMasks    IconName = "masks"
	IconOutlines IconName = "outlines"
	IconBoxes    IconName = "boxes"
	IconLabels   IconName = "labels"
	IconClasses  IconName = "classes"
	IconBack     IconName = "back"
	IconNext     IconName = "next"
	IconClose    IconName = "close"
	IconMinus    IconName = "minus"
	IconPlus     IconName = "plus"
	IconTick     IconName = "tick"
	IconSave     IconName = "save"
	IconMore     IconName = "more"
	IconPanel    IconName = "panel"
	IconDown     IconName = "down"
	IconOpen     IconName = "open"
)

// drawings are the SVG paths of the icons on a grid of 24; S stands for stroke, F
// for fill.
var drawings = map[IconName]string{
	IconMasks:    `<path F d="M12 3.5c3 0 4 2 6 3.5s3 3.5 2 7-4 6.5-8 6.5-8-2.5-8.5-6.5S6 3.5 12 3.5z"/>`,
	IconOutlines: `<path S d="M12 3.5c3 0 4 2 6 3.5s3 3.5 2 7-4 6.5-8 6.5-8-2.5-8.5-6.5S6 3.5 12 3.5z"/>`,
	IconBoxes:    `<path S d="M4 5h16v14H4z"/>`,
	IconLabels:   `<path S d="M3.5 7.5h10.5l6 4.5-6 4.5H3.5z"/><path F d="M6.5 11h5v2h-5z"/>`,
	IconClasses:  `<path S d="M4 4h16v16H4z"/><path F d="M4 12l5-4 5 5 6-4v11H4z"/>`,
	IconBack:     `<path S d="M14.5 5.5L8 12l6.5 6.5"/>`,
	IconNext:     `<path S d="M9.5 5.5L16 12l-6.5 6.5"/>`,
	IconClose:    `<path S d="M6.5 6.5l11 11M17.5 6.5l-11 11"/>`,
	IconMinus:    `<path S d="M6 12h12"/>`,
	IconPlus:     `<path S d="M6 12h12M12 6v12"/>`,
	IconTick:     `<path S d="M5 12.5l4.5 4.5L19 7.5"/>`,
	IconSave:     `<path S d="M12 4v11M7.5 11l4.5 4.5 4.5-4.5M4.5 19.5h15"/>`,
	IconMore:     `<path F d="M4 10.5h3v3H4zM10.5 10.5h3v3h-3zM17 10.5h3v3h-3z"/>`,
	IconPanel:    `<path S d="M4 5h16v14H4z"/><path F d="M14 5h6v14h-6z"/>`,
	IconDown:     `<path S d="M6.5 9.5l5.5 5.5 5.5-5.5"/>`,
	IconOpen:     `<path S d="M3.5 18.5v-13h6l2 2.5h9v10.5z"/>`,
}

// resource returns the icon in a colour. The colour is part of the resource's name,
// because Fyne caches images by name.
func (n IconName) resource(c color.Color) fyne.Resource {
	r, g, b, _ := c.RGBA()
	hex := fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
	body := strings.ReplaceAll(drawings[n], "<path S ", `<path fill="none" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" stroke="`+hex+`" `)
	body = strings.ReplaceAll(body, "<path F ", `<path fill="`+hex+`" `)
	svg := `<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24">` + body + `</svg>`
	return fyne.NewStaticResource("descry-"+string(n)+hex+".svg", []byte(svg))
}
