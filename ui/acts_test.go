package ui

import (
	"reflect"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"descry/settings"
	"descry/ui/pages/pagetest"
	"descry/ui/state"
	"descry/ui/state/core"
	"descry/ui/state/picture"
	"descry/ui/widgets"
)

// ofType keeps the actions of the wanted one's type: hovering and sizes come
// along with much.
func ofType(sent []core.Action, want core.Action) []core.Action {
	var list []core.Action
	for _, a := range sent {
		if reflect.TypeOf(a) == reflect.TypeOf(want) {
			list = append(list, a)
		}
	}
	return list
}

func at(x, y float32) *fyne.PointEvent { return &fyne.PointEvent{Position: fyne.NewPos(x, y)} }

func TestEachControlSendsItsAction(t *testing.T) {
	for name, c := range map[string]struct {
		screen func() shown
		do     func(x *harness)
		want   core.Action
	}{
		"open":          {startScreen, func(x *harness) { test.Tap(x.start.open) }, picture.OpenAsked{}},
		"paste":         {startScreen, func(x *harness) { test.Tap(x.start.paste) }, picture.PasteAsked{}},
		"sample":        {startScreen, func(x *harness) { test.Tap(x.start.cards[2]) }, picture.SampleOpened{Name: "Two cakes"}},
		"recent":        {startScreen, func(x *harness) { test.Tap(x.start.links[1]) }, picture.Opened{Paths: []string{"/p/kitchen.jpg"}}},
		"tool bar open": {resultScreen, func(x *harness) { test.Tap(x.bar.open) }, picture.OpenAsked{}},
		"next":          {resultScreen, func(x *harness) { test.Tap(x.bar.next) }, picture.Walked{Step: 1}},
		"back":          {resultScreen, func(x *harness) { test.Tap(x.bar.back) }, picture.Walked{Step: -1}},
		"save":          {resultScreen, func(x *harness) { test.Tap(x.bar.save) }, core.SheetOpened{Sheet: picture.SheetSave}},
		"panel":         {resultScreen, func(x *harness) { test.Tap(x.bar.panel) }, picture.PanelToggled{}},
		"boxes":         {resultScreen, func(x *harness) { test.Tap(x.bar.pills[2]) }, picture.LayerToggled{Layer: settings.LayerBoxes}},
		"notice":        {classesScreen, func(x *harness) { test.Tap(pagetest.All[*widgets.LinkText](x.pile.box)[0]) }, core.FolderShown{Path: "/p"}},
		"notice gone":   {classesScreen, func(x *harness) { test.Tap(pagetest.All[*widgets.Button](x.pile.box)[0]) }, core.NoticeClosed{ID: 3}},
	} {
		t.Run(name, func(t *testing.T) {
			x := opened(t, c.screen(), 1280, 800)
			c.do(x)
			if got := ofType(x.sent, c.want); len(got) != 1 || !reflect.DeepEqual(got[0], c.want) {
				t.Errorf("sent %#v, want %#v once", x.sent, c.want)
			}
		})
	}
}

func TestPaintingIsNeverTakenForAPersonsAct(t *testing.T) {
	x := opened(t, startScreen(), 1280, 800)
	for range 2 {
		for _, name := range []string{"result", "busy", "empty", "error", "classes", "save", "settings", "export", "captions", "about", "keys", "start"} {
			s := states[name]()
			s.Canvas.Opacity.Value, s.Canvas.Score.Value = 0.11, 0.22
			s.Panel.Caption.Text += "!"
			x.Paint(s.whole())
		}
	}
	for _, a := range x.sent {
		switch a.(type) {
		case picture.CanvasSized, state.WindowSized:
		default:
			t.Errorf("painting sent %#v", a)
		}
	}
}

func TestKeysBecomeCommands(t *testing.T) {
	x := opened(t, resultScreen(), 1280, 800)
	c := x.win.Canvas()
	press := func(name fyne.KeyName) { c.OnTypedKey()(&fyne.KeyEvent{Name: name}) }
	for _, k := range []struct {
		do   func()
		want core.CommandID
	}{
		{func() { press(fyne.KeyM) }, "masks"},
		{func() { press(fyne.KeyRight) }, core.CommandNext},
		{func() { press(fyne.Key0) }, core.CommandFit},
		{func() { c.OnTypedRune()('+') }, core.CommandZoomIn},
		{func() { c.OnTypedRune()('-') }, core.CommandZoomOut},
		{func() { press(fyne.KeyF1) }, core.CommandShortcuts},
		{func() {
			x.keys.shortcut(&desktop.CustomShortcut{KeyName: fyne.KeyS, Modifier: fyne.KeyModifierShortcutDefault})
		}, core.CommandSave},
		{func() { x.keys.shortcut(&fyne.ShortcutPaste{}) }, core.CommandPaste},
	} {
		x.sent = nil
		k.do()
		if len(x.sent) != 1 || x.sent[0] != (core.Run{Command: k.want}) {
			t.Errorf("sent %#v, want %s", x.sent, k.want)
		}
	}
}

func TestEveryCommandOfTheTableHasAKeyThatWorks(t *testing.T) {
	x := opened(t, resultScreen(), 1280, 800)
	for _, c := range state.Commands {
		for _, key := range c.Keys {
			x.sent = nil
			switch s := shortcut(key); {
			case s != nil:
				x.keys.shortcut(s)
			case x.keys.runes[[]rune(key.Name)[0]].ID == c.ID && len(key.Name) == 1:
				x.win.Canvas().OnTypedRune()([]rune(key.Name)[0])
			case c.Held:
				x.keys.held(keyName(key.Name), true)
			default:
				x.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: keyName(key.Name)})
			}
			if len(x.sent) != 1 {
				t.Errorf("%s (%s): sent %#v", c.ID, key.Text(), x.sent)
			}
		}
	}
}

func TestTheBarePictureShowsWhileTheKeyIsHeld(t *testing.T) {
	x := opened(t, resultScreen(), 1280, 800)
	for _, down := range []bool{true, true, false, false} { // the system repeats a key that is held
		x.keys.held(fyne.KeyH, down)
	}
	if len(x.sent) != 2 || x.sent[0] != (picture.Bare{On: true}) || x.sent[1] != (picture.Bare{}) {
		t.Errorf("sent %#v", x.sent)
	}
}

func TestLettersGoIntoTheCaptionWhileItIsTyped(t *testing.T) {
	x := opened(t, resultScreen(), 1280, 800)
	e := pagetest.All[*widgets.Editor](x.pictures.Object())[0]
	x.win.Canvas().Focus(e.Focusable())
	test.Type(e.Focusable(), "My ")
	for _, a := range x.sent {
		if _, edit := a.(picture.CaptionEdited); !edit {
			t.Errorf("sent %#v", a)
		}
	}
	if last, _ := x.sent[len(x.sent)-1].(picture.CaptionEdited); !strings.HasPrefix(last.Text, "My ") {
		t.Errorf("the last edit is %q", last.Text)
	}
	x.sent = nil
	e.Focusable().TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if x.win.Canvas().Focused() != nil {
		t.Error("Escape does not end typing")
	}
}

func TestAFocusedButtonLeavesLettersToTheWindow(t *testing.T) {
	x := opened(t, resultScreen(), 1280, 800)
	x.win.Canvas().Focus(x.bar.next)
	x.bar.next.TypedKey(&fyne.KeyEvent{Name: fyne.KeyM})
	if len(x.sent) != 1 || x.sent[0] != (core.Run{Command: "masks"}) {
		t.Errorf("sent %#v", x.sent)
	}
	x.sent = nil
	x.bar.next.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if len(x.sent) != 1 || x.sent[0] != (picture.Walked{Step: 1}) {
		t.Errorf("Enter sent %#v", x.sent)
	}
	test.Tap(x.bar.back)
	if x.win.Canvas().Focused() == x.bar.back {
		t.Error("a click took the keyboard")
	}
}

func TestAFocusedObjectLeavesTheRightArrowToTheWindow(t *testing.T) {
	x := opened(t, resultScreen(), 1280, 800)
	row := pagetest.All[*widgets.ObjectRow](x.pictures.Object())[0]
	x.win.Canvas().Focus(row)
	x.sent = nil
	row.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	if len(x.sent) != 1 || x.sent[0] != (core.Run{Command: core.CommandNext}) {
		t.Errorf("the right arrow sent %#v", x.sent)
	}
}

func TestTabWalksThroughTheControls(t *testing.T) {
	x := opened(t, resultScreen(), 1280, 800)
	page, seen := x.pictures.Object(), map[fyne.Focusable]bool{}
	for range 60 {
		x.win.Canvas().FocusNext()
		seen[x.win.Canvas().Focused()] = true
	}
	for name, f := range map[string]fyne.Focusable{
		"open": x.bar.open, "masks": x.bar.pills[0], "save": x.bar.save, "menu": x.bar.menu, "opacity": pagetest.All[*widgets.Slider](page)[0],
		"caption": pagetest.All[*widgets.Editor](page)[0].Focusable(), "first object": pagetest.All[*widgets.ObjectRow](page)[0], "export": pagetest.Button(page, "Export…"),
	} {
		if !seen[f] {
			t.Errorf("Tab does not reach %s", name)
		}
	}
	if seen[x.start.open] {
		t.Error("Tab reaches the hidden start page")
	}
}

func TestMenusShowKeysAndTicks(t *testing.T) {
	if menus := menuOf(testMenus(), func(core.Action) {}); len(menus) != 2 || menus[0].Items[0].Shortcut == nil || !menus[1].Items[0].Checked {
		t.Errorf("the menus are %+v", menus)
	}
}
