package models

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"descry/inference"
	"descry/ui/pages/pagetest"
	"descry/ui/state/core"
	"descry/ui/state/models"
)

// open shows the page in one of its states.
func open(t *testing.T, state string, width, height float32) *pagetest.Bench {
	t.Helper()
	return pagetest.Open(t, NewPage, nil, pagetest.ModelScreens[state]().Sheet.Content, width, height)
}

// TestNothingIsCutOnTheModelsPage finds words that have no room, buttons that
// lie over one another and parts that stand out of the page.
func TestNothingIsCutOnTheModelsPage(t *testing.T) {
	if testing.Short() {
		t.Skip("it measures on one goroutine")
	}
	for _, name := range []string{"models-busy", "models-error", "models-ready"} {
		for _, size := range []fyne.Size{{Width: 600, Height: 400}, {Width: 900, Height: 600}, {Width: 1280, Height: 800}} {
			x := open(t, name, size.Width, size.Height)
			p := x.Page.(*Page)
			least := size.Width < 700 // licence and speed are left to the offer, titles of the sets to their buttons
			if w := p.whole.Size().Width; w < p.whole.MinSize().Width || w > size.Width-56 || p.list.MinSize().Width > w {
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
	x := open(t, "models-busy", 1280, 800)
	p := x.Page.(*Page)
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
		if got := x.Pressed(c.on); got != c.want {
			t.Errorf("sent %#v, want %#v", got, c.want)
		}
	}
}

// TestProgressKeepsFocusAndRows: what moves repaints its row and nothing else.
func TestProgressKeepsFocusAndRows(t *testing.T) {
	x := open(t, "models-busy", 1280, 800)
	p := x.Page.(*Page)
	b := p.rows["Captions/blip-base"].line.acts[0]
	x.Win.Canvas().Focus(b)
	before := append([]fyne.CanvasObject(nil), p.table.Objects...)
	for i := range 5 {
		s := pagetest.ModelScreens["models-busy"]().Sheet.Content.(models.Page)
		for g := range s.Groups {
			for r := range s.Groups[g].Rows {
				if s.Groups[g].Rows[r].Name == "blip-base" {
					s.Groups[g].Rows[r].State = time.Duration(i).String()
				}
			}
		}
		x.Show(s)
	}
	if x.Win.Canvas().Focused() != fyne.Focusable(b) {
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

// TestAnOfferIsShownWhole: in a window with room for it nothing has to be scrolled.
func TestAnOfferIsShownWhole(t *testing.T) {
	for _, name := range []string{"models-offer", "models-short"} {
		x := open(t, name, 1280, 800)
		o := x.Page.(*Page).offer
		if wants, has := o.scroll.Content.MinSize().Height, o.scroll.Size().Height; wants > has+0.5 || wants < has-24 {
			t.Errorf("%s is %v high in a room of %v", name, wants, has)
		}
	}
}
