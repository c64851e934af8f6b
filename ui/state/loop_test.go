package state

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"descry/inference"
	"descry/ui/state/core"
	"descry/ui/state/picture"
)

// scripted performs effects as a script says, and writes down what it was told.
type scripted struct {
	script func(ctx context.Context, e core.Effect, send func(core.Action))
	mu     sync.Mutex
	told   []string
}

func (s *scripted) Perform(ctx context.Context, e core.Effect, send func(core.Action)) {
	s.mu.Lock()
	s.told = append(s.told, reflect.TypeOf(e).Name())
	s.mu.Unlock()
	if s.script != nil {
		s.script(ctx, e, send)
	}
}

func (s *scripted) heard() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.told, " ")
}

// painted collects what was painted.
type painted struct {
	mu  sync.Mutex
	all []shown
}

func (p *painted) paint(s Screen) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all = append(p.all, shownOf(s))
}

func (p *painted) screens() []shown {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.all)
}

// TestTheLoopOpensAndDescribesAPicture with a performer that answers as the real one.
func TestTheLoopOpensAndDescribesAPicture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &scripted{script: func(ctx context.Context, e core.Effect, send func(core.Action)) {
			switch e := e.(type) {
			case Wake:
				select {
				case <-time.After(e.After):
					send(Tick{e.Number, time.Now()})
				case <-ctx.Done():
				}
			case picture.Decode:
				send(picture.Decoded{Picture: e.Picture, Key: "k", Width: 400, Height: 300})
			case picture.LoadEdit:
				send(picture.EditLoaded{Key: e.Key})
			case picture.Submit:
				at := picture.Slot(slices.Index(picture.SlotTasks[:], e.Request.Task))
				time.Sleep(500 * time.Millisecond) // of the bubble's clock
				send(picture.EngineSaid{Event: resultEvent(e.Request.ID, at)})
				send(picture.EngineSaid{Event: doneEvent(e.Request.ID, at)})
			}
		}}
		var w painted
		l := NewLoop(New(testSetup()), p, w.paint)
		l.Send(Started{Paths: []string{"/p/harbour.png"}})
		time.Sleep(400 * time.Millisecond)
		synctest.Wait()
		if all := w.screens(); all[len(all)-1].Canvas.Busy == nil {
			t.Error("nothing tells that something runs")
		}
		time.Sleep(20 * time.Second)
		synctest.Wait()
		all := w.screens()
		last := all[len(all)-1]
		if last.Panel.Caption.Text != "a sports ball below a boat at night" || len(last.Panel.Objects.Rows) != 2 || last.Canvas.Busy != nil {
			t.Errorf("last screen: %+v", last.Panel)
		}
		for i := range all[1:] {
			if reflect.DeepEqual(all[i], all[i+1]) {
				t.Fatal("the same screen was painted twice")
			}
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		l.Send(Closing{})
		synctest.Wait()
		if got := p.heard(); strings.Contains(got, "Quit") {
			t.Error("an action after Close is reduced")
		}
	})
}

// TestSendNeverWaitsAndABurstCostsFewPaints while a paint is slow.
func TestSendNeverWaitsAndABurstCostsFewPaints(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := resultSession(t)
		d.send(picture.Regenerated{})
		id := d.job(picture.SlotCaption)
		started, release := make(chan struct{}), make(chan struct{})
		var w painted
		var once sync.Once
		l := NewLoop(d.s, &scripted{}, func(s Screen) {
			w.paint(s)
			once.Do(func() { close(started); <-release })
		})
		<-started
		begin := time.Now()
		for i := range 10_000 {
			l.Send(picture.EngineSaid{Event: inference.Event{ID: id, Kind: inference.KindToken, Token: &inference.CaptionToken{Text: fmt.Sprint(i)}}})
		}
		if time.Since(begin) != 0 {
			t.Error("Send waits for the painter")
		}
		synctest.Wait()
		close(release)
		synctest.Wait()
		all := w.screens()
		if len(all) != 2 || all[1].Panel.Caption.Text != "9999" {
			t.Errorf("%d paints, the last of %q", len(all), all[len(all)-1].Panel.Caption.Text)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// TestEffectsOfALaneKeepTheirOrder, however long the first of them takes.
func TestEffectsOfALaneKeepTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var order []inference.JobID
		p := &scripted{script: func(ctx context.Context, e core.Effect, send func(core.Action)) {
			if q, ok := e.(picture.Submit); ok {
				time.Sleep(time.Duration(10-q.Request.ID) * time.Second)
				mu.Lock()
				order = append(order, q.Request.ID)
				mu.Unlock()
			}
		}}
		l := NewLoop(New(testSetup()), p, func(Screen) {})
		l.Send(picture.Opened{Paths: []string{"/p/a.png"}})
		l.Send(picture.Decoded{Picture: 1, Key: "k", Width: 4, Height: 3})
		time.Sleep(time.Minute)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(order, []inference.JobID{1, 2, 3}) {
			t.Errorf("order %v", order)
		}
	})
}

// TestQuitComesAfterEverythingIsSaved.
func TestQuitComesAfterEverythingIsSaved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := resultSession(t)
		saved := 0
		var mu sync.Mutex
		quit := make(chan int, 1)
		p := &scripted{script: func(ctx context.Context, e core.Effect, send func(core.Action)) {
			switch e.(type) {
			case picture.SaveEdit, core.SaveSettings:
				time.Sleep(3 * time.Second)
				mu.Lock()
				saved++
				mu.Unlock()
			case Quit:
				mu.Lock()
				quit <- saved
				mu.Unlock()
			}
		}}
		l := NewLoop(d.s, p, func(Screen) {})
		l.Send(picture.CaptionEdited{Text: "mine"})
		l.Send(picture.OpacitySet{Value: 0.9})
		l.Send(Closing{})
		if n := <-quit; n != 2 {
			t.Errorf("Quit after %d of 2 were saved", n)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// TestCloseEndsWhatIsUnderWay and leaves no goroutine: synctest would say so.
func TestCloseEndsWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan struct{}, 8)
		p := &scripted{script: func(ctx context.Context, e core.Effect, send func(core.Action)) {
			<-ctx.Done()
			send(Tick{})
			ended <- struct{}{}
		}}
		l := NewLoop(New(testSetup()), p, func(Screen) {})
		l.Send(picture.OpenAsked{})
		l.Send(picture.PasteAsked{})
		l.Send(nil)
		synctest.Wait()
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if len(ended) != 2 {
			t.Errorf("%d of 2 effects ended", len(ended))
		}
	})
}
