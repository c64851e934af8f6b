package state

import (
	"reflect"
	"strings"
	"testing"

	"descry/settings"
	"descry/ui/state/core"
	"descry/ui/state/devices"
	"descry/ui/state/picture"
	"descry/ui/state/prefs"
)

// TestEveryCommandHasAMenuALabelAKeyAndAnAction, and no key does two things.
func TestEveryCommandHasAMenuALabelAKeyAndAnAction(t *testing.T) {
	ids, labels, taken := map[core.CommandID]bool{}, map[string]bool{}, map[Key]core.CommandID{}
	place := -1
	for _, c := range Commands {
		if ids[c.ID] || labels[c.Label] {
			t.Errorf("%s is there twice", c.ID)
		}
		ids[c.ID], labels[c.Label] = true, true
		at := -1
		for i, m := range menus {
			if m == c.Menu {
				at = i
			}
		}
		if at < place {
			t.Errorf("%s: menu %q is unknown or out of order", c.ID, c.Menu)
		}
		place = at
		if c.Label == "" || c.Tip == "" || c.Do == nil || len(c.Keys) == 0 || strings.HasSuffix(c.Tip, ".") {
			t.Errorf("%s lacks something: %+v", c.ID, c)
		}
		for _, k := range c.Keys {
			if other, used := taken[k]; used {
				t.Errorf("%s: %s is the key of %s", c.ID, k.Text(), other)
			}
			taken[k] = c.ID
			if id, ok := CommandFor(k); !ok || id != c.ID {
				t.Errorf("%s runs %s", k.Text(), id)
			}
		}
	}
	for _, l := range []settings.Layer{settings.LayerMasks, settings.LayerOutlines, settings.LayerBoxes, settings.LayerLabels, settings.LayerClasses} {
		if !ids[core.CommandID(l)] {
			t.Errorf("no command for %s", l)
		}
	}
	if _, ok := CommandFor(Key{Name: "Q"}); ok {
		t.Error("a key that nothing has runs something")
	}
}

func TestKeysAreWrittenAsOnTheKeyboard(t *testing.T) {
	for want, k := range map[string]Key{"Ctrl+Shift+S": ctrlUp("S"), "Ctrl+,": ctrl(","), "←": key("Left"), "−": key("-"), "F1": key("F1"), "Alt+X": {Alt: true, Name: "X"}} {
		if got := k.Text(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestMenuAndShortcutsPageHoldEveryCommand: both are made from the table.
func TestMenuAndShortcutsPageHoldEveryCommand(t *testing.T) {
	d := newSession(t)
	d.send(core.Run{Command: core.CommandShortcuts})
	s := d.screen()
	items, rows := 0, 0
	for i, m := range s.Menus {
		items += len(m.Items)
		rows += len(s.Shortcuts[i].Rows)
		for _, item := range m.Items {
			if item.Text == "" || item.Do == nil || item.KeyText == "" || len(item.Keys) == 0 {
				t.Errorf("%s: %+v", m.Name, item)
			}
		}
	}
	if items != len(Commands) || rows != len(Commands) || s.Sheet != SheetShortcuts {
		t.Errorf("%d items and %d rows for %d commands", items, rows, len(Commands))
	}
}

// TestACommandThatIsNotEnabledDoesNothing, one that is does what its button says.
func TestACommandThatIsNotEnabledDoesNothing(t *testing.T) {
	for _, d := range []*session{newSession(t), resultSession(t)} {
		for _, c := range Commands {
			if c.enabled == nil || c.enabled(d.pic()) {
				continue
			}
			if next, effects := Reduce(d.s, core.Run{Command: c.ID}); len(effects) > 0 || !reflect.DeepEqual(next, d.s) {
				t.Errorf("%s does something", c.ID)
			}
		}
	}
	d := resultSession(t)
	d.send(core.Run{Command: core.CommandPanel})
	if s := d.screen(); s.Panel.Shown || s.Bar.Panel.On {
		t.Error("the panel stays")
	}
	d.send(core.Run{Command: core.CommandQuit})
	must[Quit](d)
}

// controls calls f for every Button in a value.
func controls(v reflect.Value, path string, f func(core.Button, string)) {
	if b, ok := v.Interface().(core.Button); ok {
		f(b, path)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			controls(v.Field(i), path+"."+v.Type().Field(i).Name, f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			controls(v.Index(i), path, f)
		}
	case reflect.Pointer:
		if !v.IsNil() && v.Type().PkgPath() == "" && strings.HasPrefix(v.Type().Elem().PkgPath(), "descry/ui/state") {
			controls(v.Elem(), path, f)
		}
	}
}

// TestEveryControlHasANameATipAndAnAction on every page and sheet.
func TestEveryControlHasANameATipAndAnAction(t *testing.T) {
	for _, sheet := range []core.PageID{core.SheetNone, picture.SheetSave, picture.SheetExport, SheetShortcuts, prefs.SheetSettings, prefs.SheetAbout, devices.Sheet} {
		for name, d := range map[string]*session{"start": newSession(t), "result": resultSession(t)} {
			d.send(core.SheetOpened{Sheet: sheet}, picture.ScoreSet{Value: 0.3}, picture.LayerToggled{Layer: settings.LayerClasses}, picture.ObjectToggled{Object: 0})
			seen := 0
			controls(reflect.ValueOf(d.screen()), name, func(b core.Button, path string) {
				if b.Do == nil {
					return
				}
				seen++
				if b.Text == "" || b.Tip == "" {
					t.Errorf("%s with %q: %+v", path, sheet, b)
				}
			})
			if seen < 30 {
				t.Errorf("%s: only %d controls", name, seen)
			}
		}
	}
}
