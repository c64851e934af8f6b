package ui

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"descry/inference"
	"descry/internal/failure"
	"descry/settings"
	"descry/ui/state"
	"descry/ui/state/core"
	"descry/ui/state/models"
	"descry/ui/state/picture"
)

// storeInventory is a catalogue as the program has it, with real sizes.
func storeInventory() models.Inventory {
	const licence = "Copyright (c) 2022, Salesforce.com, Inc.\nAll rights reserved.\n\nRedistribution and use in source and binary forms, with or without modification, are permitted provided that the following conditions are met:\n\n* Redistributions of source code must retain the above copyright notice, this list of conditions and the following disclaimer.\n\n* Redistributions in binary form must reproduce the above copyright notice …\n"
	all := models.Inventory{Folder: "/home/ada/.cache/descry/models", Disk: 17_000_000, Free: 53e9, Memory: 15_000_000_000,
		Others: []models.Info{{Spec: "starter", Name: "Starter models", Description: "Small and built in.", Tasks: []inference.Task{inference.TaskCaption, inference.TaskInstances, inference.TaskClasses}, Drawings: true}},
		Sets: []models.Set{
			{Name: "full", Title: "Full models", About: "The best captions, objects and classes", Models: []string{"blip-base", "maskrcnn-v2", "deeplabv3-resnet101"}},
			{Name: "fast", Title: "Fast models", About: "Less exact, several times as fast", Models: []string{"blip-base", "maskrcnn-v1", "deeplabv3-mobilenetv3"}},
		}}
	for _, m := range []struct {
		name, title, about string
		task               inference.Task
		bytes, memory      int64
		seconds            float64
		source             string
	}{
		{"blip-base", "BLIP base", "Captions for photographs, in English.", inference.TaskCaption, 990_768_152, 1_400_000_000, 0.9, "huggingface.co"},
		{"blip-large", "BLIP large", "Richer captions; three times as slow.", inference.TaskCaption, 0, 2_600_000_000, 2.7, "huggingface.co"},
		{"maskrcnn-v1", "Mask R-CNN v1", "80 kinds of thing with outlines; the faster one.", inference.TaskInstances, 178_090_079, 700_000_000, 2.5, "download.pytorch.org"},
		{"maskrcnn-v2", "Mask R-CNN v2", "80 kinds of thing with outlines; finds more.", inference.TaskInstances, 185_828_065, 900_000_000, 6.2, "download.pytorch.org"},
		{"fasterrcnn-v1", "Faster R-CNN v1", "80 kinds of thing, boxes only.", inference.TaskInstances, 167_000_000, 600_000_000, 2.1, "download.pytorch.org"},
		{"deeplabv3-resnet101", "DeepLabV3 ResNet-101", "20 classes; the most exact.", inference.TaskClasses, 244_545_539, 800_000_000, 4.8, "download.pytorch.org"},
		{"deeplabv3-mobilenetv3", "DeepLabV3 MobileNetV3", "20 classes; small and fast.", inference.TaskClasses, 44_356_147, 200_000_000, 0.3, "download.pytorch.org"},
		{"onnxruntime-cuda", "ONNX Runtime for NVIDIA cards", "Lets the models run on a card; needs CUDA 12 and cuDNN 9.", "", 220_000_000, 0, 0, "github.com"},
	} {
		all.Models = append(all.Models, models.Model{Name: m.name, Title: m.title, About: m.about, Task: m.task, Licence: "BSD-3-Clause", Text: licence,
			Source: m.source, Bytes: m.bytes, Pinned: m.bytes > 0, Memory: m.memory, Seconds: m.seconds, Keep: models.KeepAbsent})
	}
	return all
}

// modelsScreen reduces actions from a new window with a catalogue.
func modelsScreen(change func(*models.Inventory), actions ...core.Action) shown {
	v := storeInventory()
	if change != nil {
		change(&v)
	}
	s := state.New(state.Setup{Settings: settings.Default(), Home: "/home/ada", Models: v.Others, Store: v, Threads: 1, Cores: 2,
		Samples: []picture.Sample{{Name: "A dog at night", Title: "A dog at night"}, {Name: "A green book", Title: "A green book"}, {Name: "Two cakes", Title: "Two cakes"}, {Name: "Boat and ball", Title: "Boat and ball"}}})
	s, _ = state.Reduce(s, models.Listed{Inventory: v})
	for _, a := range actions {
		s, _ = state.Reduce(s, a)
	}
	return shownOf(state.Show(s))
}

var modelStates = map[string]func() shown{
	"models-card":  func() shown { return modelsScreen(nil) },
	"models-empty": func() shown { return modelsScreen(nil, core.SheetOpened{Sheet: models.Sheet}) },
	"models-offer": func() shown { return modelsScreen(nil, models.SetOffered{Set: "full"}) },
	"models-licence": func() shown {
		return modelsScreen(nil, models.SetOffered{Set: "full"}, models.LicenceShown{Model: "blip-base"})
	},
	"models-short": func() shown {
		return modelsScreen(func(v *models.Inventory) { v.Free, v.Memory = 900_000_000, 2_000_000_000 }, models.Offered{Model: "blip-large"})
	},
	"models-busy": func() shown {
		return modelsScreen(func(v *models.Inventory) { v.Models[6].Keep, v.Models[6].Measured = models.KeepReady, true },
			models.SetOffered{Set: "full"}, models.OfferTaken{}, models.PullProgressed{Pull: 1, Progress: models.Progress{Stage: models.StageReceiving, Done: 370_000_000, Total: 990_768_152, PerSecond: 12e6}},
			models.PullProgressed{Pull: 2, Progress: models.Progress{Stage: models.StageRetrying, Done: 90_000_000, Total: 185_828_065, Note: "the server is busy (503)"}},
			models.PullPaused{Model: "deeplabv3-resnet101"}, models.PullEnded{Pull: 3, Failure: failure.New(failure.Cancelled, "download", "", "stopped")})
	},
	"models-error": func() shown {
		return modelsScreen(nil, models.SetOffered{Set: "full"}, models.OfferTaken{},
			models.PullProgressed{Pull: 1, Progress: models.Progress{Stage: models.StageReceiving, Done: 370_000_000, Total: 990_768_152}},
			models.PullEnded{Pull: 1, Failure: failure.New(failure.Unreadable, "download", "pytorch_model.bin", "the file that came is not the one that was published: its hash is 0a1b2c…, not d66386…").WithHint("It was put aside and is not used. Try again; if it comes again, something between here and huggingface.co changes files.")},
			models.PullEnded{Pull: 2, Failure: failure.New(failure.Unreadable, "download", "x", "download.pytorch.org was not found").WithHint("Is this computer online?")})
	},
	"models-ready": func() shown {
		return modelsScreen(func(v *models.Inventory) {
			for _, i := range []int{0, 3, 5} {
				v.Models[i].Keep, v.Models[i].Measured, v.Models[i].Here = models.KeepReady, true, v.Models[i].Bytes
			}
			v.Models[0].Place, v.Disk = "Hugging Face's cache", 447e6
		}, core.SheetOpened{Sheet: models.Sheet})
	},
	"models-closing": func() shown {
		return modelsScreen(nil, models.SetOffered{Set: "full"}, models.OfferTaken{},
			models.PullProgressed{Pull: 1, Progress: models.Progress{Stage: models.StageReceiving, Done: 370_000_000, Total: 990_768_152, PerSecond: 12e6}}, state.Closing{})
	},
	"models-status": func() shown {
		return modelsScreen(nil, models.SetOffered{Set: "full"}, models.OfferTaken{}, core.SheetOpened{},
			models.PullProgressed{Pull: 1, Progress: models.Progress{Stage: models.StageReceiving, Done: 370_000_000, Total: 990_768_152, PerSecond: 12e6}})
	},
}

func init() {
	for name, f := range modelStates {
		states[name] = f
	}
}

// TestNothingIsCutOnTheModelsPage finds words that have no room, buttons that
// lie over one another and parts that stand out of the page.
func TestNothingIsCutOnTheModelsPage(t *testing.T) {
	notRaced(t)
	for _, name := range []string{"models-busy", "models-error", "models-ready"} {
		for _, size := range []fyne.Size{{Width: 600, Height: 400}, {Width: 900, Height: 600}, {Width: 1280, Height: 800}} {
			x := opened(t, states[name](), size.Width, size.Height)
			p := x.sheets.page.(*modelsPage)
			least := size.Width < 700 // licence and speed are left to the offer, titles of the sets to their buttons
			if w := p.whole.Size().Width; w < p.whole.MinSize().Width || w > size.Width-32-2*sheetMargin || p.list.MinSize().Width > w {
				t.Errorf("%s at %v: the page is %v wide", name, size, w)
			}
			for key, r := range p.rows {
				l := r.line
				if l.speedTip.Visible() == least || l.title.Size().Width < 100 || l.title.Position().X+l.title.Size().Width > l.size.Position().X {
					t.Errorf("%s at %v: %s: speed %v, title %v", name, size, key, l.speedTip.Visible(), l.title.Size())
				}
				for _, w := range []struct {
					o          fyne.CanvasObject
					wants, has float32
				}{{l.size, l.size.Wanted(), l.size.Size().Width}, {l.speedTip, l.speed.Wanted(), l.speed.Size().Width}, {l.licence, l.licence.MinSize().Width, l.licence.Size().Width}} {
					if w.o.Visible() && w.wants > w.has+0.5 {
						t.Errorf("%s at %v: %s wants %v, has %v", name, size, key, w.wants, w.has)
					}
				}
				for _, b := range l.acts {
					if b.Visible() && b.Position().X < l.state.Position().X+l.state.Size().Width {
						t.Errorf("%s at %v: %s: %q lies over the state", name, size, key, b.Text())
					}
				}
				if !l.use.Visible() && key != "Acceleration/onnxruntime-cuda" {
					t.Errorf("%s cannot be chosen", key)
				}
			}
			for _, c := range p.cards {
				if !least && c.title.Wanted() > c.title.Size().Width {
					t.Errorf("%s at %v: %q is cut", name, size, c.title.Text())
				}
			}
			if !least && p.disk.Wanted() > p.disk.Size().Width {
				t.Errorf("%s at %v: %q is cut", name, size, p.disk.Text())
			}
		}
	}
}

// TestTheModelsPageSendsWhatItSays presses what a person would.
func TestTheModelsPageSendsWhatItSays(t *testing.T) {
	x := opened(t, states["models-busy"](), 1280, 800)
	p := x.sheets.page.(*modelsPage)
	pressed := func(c fyne.Tappable) core.Action {
		t.Helper()
		x.sent = nil
		c.Tapped(&fyne.PointEvent{})
		if len(x.sent) != 1 {
			t.Fatalf("sent %v", x.sent)
		}
		return x.sent[0]
	}
	for _, c := range []struct {
		on   fyne.Tappable
		want core.Action
	}{
		{p.rows["Captions/blip-base"].line.acts[0], models.PullPaused{Model: "blip-base"}},
		{p.rows["Class map/deeplabv3-resnet101"].line.acts[0], models.PullResumed{Model: "deeplabv3-resnet101"}},
		{p.rows["Class map/deeplabv3-resnet101"].line.acts[1], models.RemovalAsked{Model: "deeplabv3-resnet101"}},
		{p.rows["Class map/deeplabv3-mobilenetv3"].line.acts[0], models.VerifyAsked{Model: "deeplabv3-mobilenetv3"}},
		{p.rows["Captions/blip-large"].line.acts[0], models.Offered{Model: "blip-large"}},
		{p.rows["Captions/blip-large"].line.licence, models.LicenceShown{Model: "blip-large"}},
		{p.rows["Objects/starter"].line.use, models.Chosen{Task: inference.TaskInstances, Model: "starter"}},
		{p.cards[1].get, models.SetOffered{Set: "fast"}},
		{p.offline, models.OfflineToggled{}},
		{p.folder, models.FolderShown{}},
		{p.load, models.ImportAsked{}},
		{p.done, core.SheetOpened{}},
	} {
		if got := pressed(c.on); got != c.want {
			t.Errorf("sent %#v, want %#v", got, c.want)
		}
	}
	if got := pressed(x.status.pull); got != (core.SheetOpened{Sheet: models.Sheet}) {
		t.Errorf("the status bar's chip sends %#v", got)
	}
}

// TestProgressKeepsFocusAndRows: what moves repaints its row and nothing else.
func TestProgressKeepsFocusAndRows(t *testing.T) {
	s := states["models-busy"]()
	x := opened(t, s, 1280, 800)
	p := x.sheets.page.(*modelsPage)
	b := p.rows["Captions/blip-base"].line.acts[0]
	x.win.Canvas().Focus(b)
	before := append([]fyne.CanvasObject(nil), p.table.Objects...)
	for i := range 5 {
		s = states["models-busy"]()
		for g := range s.Models.Groups {
			for r := range s.Models.Groups[g].Rows {
				if s.Models.Groups[g].Rows[r].Name == "blip-base" {
					s.Models.Groups[g].Rows[r].State = time.Duration(i).String()
				}
			}
		}
		x.Paint(s.whole())
	}
	if x.win.Canvas().Focused() != fyne.Focusable(b) {
		t.Error("painting took the keyboard away")
	}
	for i := range before {
		if before[i] != p.table.Objects[i] {
			t.Fatalf("row %d was made anew", i)
		}
	}
	if got := p.rows["Captions/blip-base"].line.state.Text(); got != "4ns" {
		t.Errorf("the row says %q", got)
	}
}

// TestTheModelsPageIsBuiltAsItsStateSays compares its structure with masters.
func TestTheModelsPageIsBuiltAsItsStateSays(t *testing.T) {
	notRaced(t)
	for _, name := range []string{"models-empty", "models-busy", "models-error", "models-ready", "models-offer", "models-card"} {
		for suffix, look := range map[string]struct {
			theme settings.Theme
			size  fyne.Size
		}{"": {settings.ThemeLight, fyne.NewSize(1280, 800)}, "-narrow": {settings.ThemeDark, fyne.NewSize(900, 600)}} {
			t.Run(name+suffix, func(t *testing.T) {
				s := states[name]()
				s.Theme = look.theme
				x := opened(t, s, look.size.Width, look.size.Height)
				test.AssertRendersToMarkup(t, name+suffix+".xml", x.win.Canvas())
			})
		}
	}
}

// TestAnOfferIsShownWhole: in a window with room for it nothing has to be scrolled.
func TestAnOfferIsShownWhole(t *testing.T) {
	for _, name := range []string{"models-offer", "models-short"} {
		x := opened(t, states[name](), 1280, 800)
		o := x.sheets.page.(*modelsPage).offer
		if wants, has := o.scroll.Content.MinSize().Height, o.scroll.Size().Height; wants > has+0.5 || wants < has-24 {
			t.Errorf("%s is %v high in a room of %v", name, wants, has)
		}
	}
}
