package state

import (
	"fmt"
	"testing"
	"time"

	"descry/ui/state/core"
	"descry/ui/state/picture"
)

// keeper keeps lists as the program's performer does, and decodes at once.
type keeper struct {
	*session
	list  picture.ListID
	paths []string
}

// do reduces actions and answers what they want of lists and pictures.
func (k *keeper) do(actions ...core.Action) {
	for len(actions) > 0 {
		var effects []core.Effect
		k.s, effects = Reduce(k.s, actions[0])
		actions = actions[1:]
		for _, e := range effects {
			switch e := e.(type) {
			case picture.KeepList:
				k.list, k.paths = e.List, e.Paths
			case picture.LookUp:
				if e.List == k.list {
					actions = append(actions, picture.WindowOf(e.List, k.paths, e.At))
				}
			case picture.Decode:
				actions = append(actions, picture.Decoded{Picture: e.Picture, Key: e.Source.Path, Width: 40, Height: 30})
			case picture.LoadEdit:
				actions = append(actions, picture.EditLoaded{Key: e.Key})
			case picture.SaveEdit:
				actions = append(actions, picture.EditSaved{Key: e.Key})
			}
		}
	}
}

func manyOf(n int) (paths []string) {
	for i := range n {
		paths = append(paths, fmt.Sprintf("/home/ada/Pictures/IMG_%05d.jpg", i))
	}
	return paths
}

func newKeeper(t testing.TB) *keeper {
	k := &keeper{session: newSession(t)}
	k.do(Started{}, picture.CanvasSized{Width: 920, Height: 718, Scale: 1})
	return k
}

// crowded is a window with so many pictures that was walked through for a while.
func crowded(t testing.TB, n int) *keeper {
	k := newKeeper(t)
	k.do(picture.Opened{Paths: manyOf(n)})
	for range 60 {
		k.do(picture.Walked{Step: 1}, picture.CaptionEdited{Text: "seen"}, Tick{Wake: k.s.wake.number, Now: k.now})
		k.now = k.now.Add(time.Second)
	}
	return k
}

func TestALongListIsWalkedThroughToItsEnds(t *testing.T) {
	const n = 300
	k := newKeeper(t)
	paths := manyOf(n)
	k.do(picture.Opened{Paths: paths})
	walk := func(step, from, to int) {
		t.Helper()
		for at := from; ; at += step {
			if got := k.visible().Source.Path; got != paths[at] {
				t.Fatalf("picture %d is %q", at, got)
			}
			if got, want := k.screen().Bar.Place, fmt.Sprintf("%d of %d", at+1, n); got != want {
				t.Fatalf("it says %q, not %q", got, want)
			}
			if at == to {
				return
			}
			k.do(picture.Walked{Step: step})
		}
	}
	walk(1, 0, n-1)
	if k.pic().CanNext() {
		t.Error("it goes on after the last one")
	}
	walk(-1, n-1, 0)
	if k.pic().CanBack() {
		t.Error("it goes back before the first one")
	}
}

// TestAPictureThatIsNotInTheWindowIsShownWhenItIsTold: keys are faster than disks.
func TestAPictureThatIsNotInTheWindowIsShownWhenItIsTold(t *testing.T) {
	d := newSession(t)
	paths := manyOf(100)
	d.send(picture.Opened{Paths: paths})
	list := must[picture.KeepList](d).List
	for range 40 {
		d.send(picture.Walked{Step: 1})
	}
	if got := d.screen().Bar.Place; got != "41 of 100" {
		t.Errorf("place %q", got)
	}
	if got := must[picture.LookUp](d); got.At != 40 || got.List != list {
		t.Errorf("looked up %+v", got)
	}
	d.send(picture.WindowOf(list, paths, 20)) // the answer to an earlier question
	if got := d.visible().Source.Path; got == paths[40] {
		t.Error("it is shown before it was told")
	}
	d.send(picture.WindowOf(list, paths, 40))
	if got := d.visible().Source.Path; got != paths[40] {
		t.Errorf("%q is shown", got)
	}
}

func TestAnotherPictureOfTheFolderIsGoneToWithoutListingItAgain(t *testing.T) {
	d := newSession(t)
	d.send(picture.Opened{Paths: []string{"/p/b.png"}})
	d.listed("/p/a.png", "/p/b.png", "/p/c.png")
	d.take()
	d.send(picture.Opened{Paths: []string{"/p/c.png"}})
	none[picture.ListFolder](d)
	if got := d.screen().Bar.Place; got != "3 of 3" {
		t.Errorf("place %q", got)
	}
}

func TestSavedCaptionsLeaveTheState(t *testing.T) {
	d := newSession(t)
	d.open("/p/a.png")
	d.finishAll()
	d.send(picture.CaptionEdited{Text: "mine"})
	key := d.visible().Key
	d.take()
	d.send(picture.PictureClosed{})
	saved := must[picture.SaveEdit](d)
	if _, held := d.s.picture.EditOf(key); !held {
		t.Fatal("it leaves before it is on disk")
	}
	d.send(picture.EditSaved{Key: key})
	if _, held := d.s.picture.EditOf(key); held {
		t.Error("it stays")
	}
	d.take()
	d.send(picture.Opened{Paths: []string{"/p/a.png"}})
	d.send(picture.Decoded{Picture: d.s.Current(), Key: key, Width: 400, Height: 300})
	if got := must[picture.LoadEdit](d); got.Key != key {
		t.Errorf("%+v", got)
	}
	d.send(picture.EditLoaded{Key: key, Edit: &saved.Edit})
	if got := d.screen().Panel.Caption.Text; got != "mine" {
		t.Errorf("it comes back as %q", got)
	}
}

func TestAClipIsReleasedWhenItIsLeft(t *testing.T) {
	d := newSession(t)
	d.send(picture.Pasted{Clip: 7})
	none[picture.ReleaseClip](d)
	d.send(picture.DecodeFailed{Picture: d.s.Current()}, picture.DecodeAgain{}) // the bytes are wanted again
	none[picture.ReleaseClip](d)
	d.send(picture.PictureClosed{})
	if got := must[picture.ReleaseClip](d); got.Clip != 7 {
		t.Errorf("%+v", got)
	}
}

// TestAnActionCostsTheSameHoweverManyPicturesThereAre counts what is allocated,
// which does not depend on the machine.
func TestAnActionCostsTheSameHoweverManyPicturesThereAre(t *testing.T) {
	cost := func(n int) float64 {
		k := crowded(t, n)
		return testing.AllocsPerRun(20, func() {
			Reduce(k.s, picture.Walked{Step: 1})
			Reduce(k.s, picture.OpacitySet{Value: 0.3})
			Show(k.s)
		})
	}
	// A number with more digits may cost one more, and package fmt's pool forgets some
	// of its buffers under the race detector; 100 times the pictures cost no such part.
	if few, many := cost(100), cost(10_000); many > 1.05*few {
		t.Errorf("%v allocations with 10,000 pictures, %v with 100", many, few)
	}
}

func sizes(b *testing.B, f func(b *testing.B, n int)) {
	for _, n := range []int{100, 1000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { f(b, n) })
	}
}

// BenchmarkOpen opens pictures from the command line.
func BenchmarkOpen(b *testing.B) {
	sizes(b, func(b *testing.B, n int) {
		k, paths := newKeeper(b), manyOf(n)
		for b.Loop() {
			Reduce(k.s, picture.Opened{Paths: paths})
		}
	})
}

// BenchmarkWalk goes to the next picture and back, and answers what that asks for.
func BenchmarkWalk(b *testing.B) {
	sizes(b, func(b *testing.B, n int) {
		k := crowded(b, n)
		for b.Loop() {
			k.do(picture.Walked{Step: 1}, picture.Walked{Step: -1})
		}
	})
}

// BenchmarkAction changes a slider and shows the window.
func BenchmarkAction(b *testing.B) {
	sizes(b, func(b *testing.B, n int) {
		k := crowded(b, n)
		value := 0.0
		for b.Loop() {
			value = 0.9 - value
			k.do(picture.OpacitySet{Value: value})
			Show(k.s)
		}
	})
}
