package state

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"descry/inference"
	"descry/internal/failure"
	"descry/render"
	"descry/settings"
	"descry/ui/state/core"
	"descry/ui/state/devices"
	"descry/ui/state/models"
	"descry/ui/state/picture"
	"descry/ui/state/prefs"
)

var update = flag.Bool("update", false, "write the golden files anew")

// written returns a screen as text: a line for each value that is set. Menus and
// sheets that are made from the table of commands are left to their own tests.
func written(s shown) string {
	s.Menus, s.Shortcuts = nil, nil
	var b strings.Builder
	v := reflect.ValueOf(s)
	for _, of := range []reflect.Value{v.Field(0), v} {
		for i := range of.NumField() {
			switch of.Field(i).Interface().(type) {
			case Screen, View: // their parts are written one by one
			default:
				writeDown(&b, of.Field(i), "Screen."+of.Type().Field(i).Name)
			}
		}
	}
	return b.String()
}

func writeDown(b *strings.Builder, v reflect.Value, path string) {
	if v.IsZero() {
		return
	}
	switch x := v.Interface().(type) {
	case core.Button:
		flags := ""
		if !x.Enabled {
			flags += " (off)"
		}
		if x.On {
			flags += " (ticked)"
		}
		fmt.Fprintf(b, "%s: [%s]%s — %s → %s%+v\n", path, x.Text, flags, x.Tip, typeName(x.Do), x.Do)
		return
	case []render.Item:
		for _, item := range x {
			fmt.Fprintf(b, "%s: %d %s\n", path, item.Index, item.Instance.Label)
		}
		return
	case *inference.Classes:
		fmt.Fprintf(b, "%s: %d × %d, %q\n", path, x.Width, x.Height, x.Labels)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		if v.Type().PkgPath() == "image/color" {
			fmt.Fprintf(b, "%s: %02X%02X%02X\n", path, v.Field(0).Uint(), v.Field(1).Uint(), v.Field(2).Uint())
			return
		}
		for i := range v.NumField() {
			writeDown(b, v.Field(i), path+"."+v.Type().Field(i).Name)
		}
	case reflect.Slice:
		for i := range v.Len() {
			writeDown(b, v.Index(i), fmt.Sprintf("%s[%d]", path, i))
		}
	case reflect.Pointer:
		writeDown(b, v.Elem(), path)
	case reflect.Interface:
		fmt.Fprintf(b, "%s: %s%+v\n", path, typeName(v.Interface()), v.Interface())
	default:
		fmt.Fprintf(b, "%s: %v\n", path, v.Interface())
	}
}

// typeName returns the name of a value's type without its package.
func typeName(v any) string {
	name := fmt.Sprintf("%T", v)
	return name[strings.LastIndex(name, ".")+1:]
}

// TestScreens compares every state of the window with a golden file. After a
// wanted change: go test ./ui/state -run TestScreens -update, and read the diff.
func TestScreens(t *testing.T) {
	for name, steps := range map[string]func(*session){
		"start": func(d *session) {},
		"start-recent": func(d *session) {
			d.open("/home/ada/Pictures/harbour.png")
			d.open("/srv/kitchen.jpg")
			d.send(picture.PictureClosed{})
		},
		"opening": func(d *session) {
			d.send(picture.Opened{Paths: []string{"/home/ada/Pictures/harbour.png"}})
			d.pass(time.Second)
		},
		"busy": func(d *session) {
			d.open("/home/ada/Pictures/cakes.png")
			d.token("two cakes in the")
			d.pass(800 * time.Millisecond)
		},
		"result": func(d *session) {
			d.open("/home/ada/Pictures/harbour.png")
			d.finishAll()
			d.send(picture.Hovered{Object: 1})
		},
		"edited": func(d *session) {
			d.open("/home/ada/Pictures/harbour.png")
			d.finishAll()
			d.send(picture.CaptionEdited{Text: "Our boat."}, picture.ObjectToggled{Object: 0}, picture.LayerToggled{Layer: settings.LayerClasses}, picture.ScoreSet{Value: 0.3}, picture.Selected{Object: 1}, picture.ViewActual{})
		},
		"not-opened": func(d *session) {
			d.send(picture.Opened{Paths: []string{"/p/huge.tif"}})
			d.send(picture.DecodeFailed{Picture: d.s.Current(), Failure: failure.New(failure.TooLarge, "decode", "/p/huge.tif", "the picture has 300 million pixels, the limit is 200").WithHint("Raise the limit in the settings.")})
			d.send(picture.DetailsToggled{})
		},
		"model-missing": func(d *session) {
			d.open("/home/ada/Pictures/harbour.png")
			f := failure.New(failure.Model, "load", "full/blip.bin", "the file is not there").WithHint("Choose other models.")
			for _, at := range []picture.Slot{picture.SlotCaption, picture.SlotInstances, picture.SlotClasses} {
				d.fail(at, f)
			}
		},
		"save": func(d *session) {
			d.open("/home/ada/Pictures/harbour.png")
			d.finishAll()
			d.send(core.Run{Command: core.CommandSave})
		},
		"export": func(d *session) {
			d.open("/home/ada/Pictures/harbour.png")
			d.finishAll()
			d.send(core.Run{Command: core.CommandExport})
		},
		"models-card":  func(d *session) {},
		"models-empty": func(d *session) { d.send(core.Run{Command: core.CommandModels}) },
		"models-offer": func(d *session) { d.send(models.SetOffered{Set: "full"}) },
		"models-busy": func(d *session) {
			d.send(models.SetOffered{Set: "full"}, models.OfferTaken{}, models.VerifyAsked{Model: "blip-large"})
			d.progress("blip-base", 370_000_000, 12_000_000)
			d.send(models.PullPaused{Model: "maskrcnn-v2"}, models.PullEnded{Pull: d.pulled("deeplabv3-resnet101"), Failure: failure.New(failure.Unreadable, "download", "x", "the disk is full").WithHint("Free 200 MB.")})
		},
		"models-closing": func(d *session) {
			d.send(models.Offered{Model: "blip-base"}, models.OfferTaken{})
			d.progress("blip-base", 370_000_000, 12_000_000)
			d.send(Closing{})
		},
		"settings": func(d *session) { d.send(core.Run{Command: core.CommandSettings}) },
		"devices": func(d *session) {
			d.send(core.SheetOpened{Sheet: devices.Sheet}, devices.Reported{Reports: testDevices()}, devices.Tested{})
		},
		"captions": func(d *session) {
			d.open("/home/ada/Pictures/harbour.png")
			d.finishAll()
			d.send(prefs.PresetSet{Preset: inference.PresetPaper}, prefs.DrawingSet{TopP: 0.9, Temperature: 1}, prefs.AvoidSet{Text: "man, two people"}, core.SheetOpened{Sheet: prefs.SheetCaption})
		},
		"about": func(d *session) { d.send(core.Run{Command: core.CommandAbout}, prefs.DoctorSaid{Text: "all is well"}) },
	} {
		t.Run(name, func(t *testing.T) {
			d := newSession(t)
			if strings.HasPrefix(name, "models") {
				d = storeSession(t)
			}
			d.send(Started{}, picture.CanvasSized{Width: 920, Height: 718, Scale: 1})
			steps(d)
			got := written(d.screen())
			path := filepath.Join("testdata", "screens", name+".txt")
			if *update {
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("differs from %s:\n%s", path, firstDifference(string(want), got))
			}
		})
	}
}

// firstDifference returns the first lines that differ.
func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range w {
		if i >= len(g) || w[i] != g[i] {
			return fmt.Sprintf("line %d\nwant %s\ngot  %s", i+1, w[i], strings.Join(g[min(i, len(g)):min(i+1, len(g))], ""))
		}
	}
	return "more lines: " + strings.Join(g[len(w):], "\n")
}
