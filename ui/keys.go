package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"descry/ui/pages/parts"
	"descry/ui/state"
	"descry/ui/state/core"
	"descry/ui/state/picture"
)

// fyneKeys are the keys whose name in the command table is not Fyne's.
var fyneKeys = map[string]fyne.KeyName{
	"Enter": fyne.KeyReturn, "PageUp": fyne.KeyPageUp, "PageDown": fyne.KeyPageDown,
}

// keyName returns Fyne's name of a key of the command table.
func keyName(name string) fyne.KeyName {
	if k, ok := fyneKeys[name]; ok {
		return k
	}
	return fyne.KeyName(name)
}

// fyneShortcuts are the Ctrl combinations for which Fyne has a type of its own
// and never a custom one.
var fyneShortcuts = map[string]fyne.Shortcut{
	"C": &fyne.ShortcutCopy{}, "V": &fyne.ShortcutPaste{}, "X": &fyne.ShortcutCut{},
	"A": &fyne.ShortcutSelectAll{}, "Z": &fyne.ShortcutUndo{}, "Y": &fyne.ShortcutRedo{},
}

// shortcut returns Fyne's shortcut of a key with modifiers; nil for a plain key.
func shortcut(k state.Key) fyne.Shortcut {
	if !k.Ctrl && !k.Alt {
		return nil
	}
	if s, ok := fyneShortcuts[strings.ToUpper(k.Name)]; ok && k.Ctrl && !k.Shift && !k.Alt {
		return s
	}
	var m fyne.KeyModifier
	if k.Ctrl {
		m |= fyne.KeyModifierShortcutDefault
	}
	if k.Shift {
		m |= fyne.KeyModifierShift
	}
	if k.Alt {
		m |= fyne.KeyModifierAlt
	}
	return &desktop.CustomShortcut{KeyName: keyName(k.Name), Modifier: m}
}

// keyboard turns keys into commands of the table. Plain keys come to it only
// while no text field has the focus.
type keyboard struct {
	send   parts.Sender
	plain  map[fyne.KeyName]state.Command
	runes  map[rune]state.Command
	ctrl   map[string]state.Command // by the shortcut's name
	local  map[fyne.KeyName]func()  // what the window does itself
	typing func() bool
	down   map[fyne.KeyName]bool // keys of held commands that are down
}

// newKeyboard listens to a window's keys.
func newKeyboard(c fyne.Canvas, send parts.Sender, typing func() bool, local map[fyne.KeyName]func()) *keyboard {
	k := &keyboard{send: send, typing: typing, local: local, plain: map[fyne.KeyName]state.Command{}, runes: map[rune]state.Command{}, ctrl: map[string]state.Command{}, down: map[fyne.KeyName]bool{}}
	for _, cmd := range state.Commands {
		for _, key := range cmd.Keys {
			if s := shortcut(key); s != nil {
				k.ctrl[s.ShortcutName()] = cmd
				c.AddShortcut(s, k.shortcut)
				continue
			}
			if r := []rune(key.Name); len(r) == 1 && !isLetterOrDigit(r[0]) {
				k.runes[r[0]] = cmd // where such a key is depends on the layout: the sign counts
				continue
			}
			k.plain[keyName(key.Name)] = cmd
		}
	}
	c.SetOnTypedKey(k.typed)
	c.SetOnTypedRune(k.rune)
	if d, ok := c.(desktop.Canvas); ok {
		d.SetOnKeyDown(func(e *fyne.KeyEvent) { k.held(e.Name, true) })
		d.SetOnKeyUp(func(e *fyne.KeyEvent) { k.held(e.Name, false) })
	}
	return k
}

func isLetterOrDigit(r rune) bool { return r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' }

func (k *keyboard) typed(e *fyne.KeyEvent) {
	if do, ok := k.local[e.Name]; ok {
		do()
		return
	}
	if cmd, ok := k.plain[e.Name]; ok && !cmd.Held && !k.typing() {
		k.send(core.Run{Command: cmd.ID})
	}
}

func (k *keyboard) shortcut(s fyne.Shortcut) {
	if cmd, ok := k.ctrl[s.ShortcutName()]; ok {
		k.send(core.Run{Command: cmd.ID})
	}
}

func (k *keyboard) rune(r rune) {
	if cmd, ok := k.runes[r]; ok && !k.typing() {
		k.send(core.Run{Command: cmd.ID})
	}
}

// held sends the command of a key that works while it is down.
func (k *keyboard) held(name fyne.KeyName, down bool) {
	cmd, ok := k.plain[name]
	if !ok || !cmd.Held || k.down[name] == down || down && k.typing() {
		return
	}
	k.down[name] = down
	if down {
		k.send(cmd.Do)
		return
	}
	k.send(picture.Bare{})
}

// menuOf returns the window's menus as Fyne's.
func menuOf(menus []state.Menu, send parts.Sender) []*fyne.Menu {
	var all []*fyne.Menu
	for _, m := range menus {
		menu := fyne.NewMenu(m.Name)
		for _, it := range m.Items {
			if it.Separator {
				menu.Items = append(menu.Items, fyne.NewMenuItemSeparator())
			}
			item := fyne.NewMenuItem(it.Text, send.Do(it.Do))
			item.Disabled, item.Checked = !it.Enabled, it.Check && it.On
			if len(it.Keys) > 0 {
				if s := shortcut(it.Keys[0]); s != nil {
					item.Shortcut = s
				} else {
					item.Label += "\u2003" + it.KeyText
				}
			}
			menu.Items = append(menu.Items, item)
		}
		all = append(all, menu)
	}
	return all
}
