package desktop

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"descry/app/services"
	"descry/internal/failure"
	"descry/resources"
	"descry/settings"
	"descry/ui/state"
	"descry/ui/state/core"
	devicestate "descry/ui/state/devices"
	modelstate "descry/ui/state/models"
	picturestate "descry/ui/state/picture"
	prefstate "descry/ui/state/prefs"
)

// TestMain makes the test binary act as the second process that the window starts for
// devices, speed and diagnostics.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "devices":
			secondProcessDevices()
		case "doctor":
			fmt.Println("ok    program", strings.Join(os.Args[2:], " "))
			os.Exit(3)
		case services.MeasureSpeedCommand:
			os.Exit(secondProcessSpeed())
		}
	}
	os.Exit(m.Run())
}

// secondProcessDevices is the output of `descry devices --json` on a machine with a card.
func secondProcessDevices() {
	if os.Getenv("DESCRY_TEST_BROKEN") != "" {
		fmt.Fprintln(os.Stderr, "descry: broken")
		os.Exit(3)
	}
	tested := slices.Contains(os.Args, "--test")
	_ = json.NewEncoder(os.Stdout).Encode(services.DevicesReport{Devices: []services.DeviceReport{
		{ID: "cuda", Title: "NVIDIA card", Message: strings.Join(os.Args[2:], " "), Hint: "a hint"},
		{ID: "cpu", Title: "Processor", Auto: true, Usable: true, Tested: tested, LoadMS: 3, RunMS: 1},
	}})
	os.Exit(0)
}

// secondProcessSpeed records its call in the state folder.
func secondProcessSpeed() int {
	f, err := os.OpenFile(filepath.Join(os.Getenv("DESCRY_HOME"), "asked"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return 1
	}
	defer f.Close()
	fmt.Fprintln(f, strings.Join(os.Args[1:], " "))
	return 0
}

// fakeToolkit is a toolkit that answers at once with the values chosen by the test.
type fakeToolkit struct {
	mu     sync.Mutex
	paths  []string
	asked  []string
	copied []string
	quit   bool
}

func (k *fakeToolkit) note(format string, args ...any) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked = append(k.asked, fmt.Sprintf(format, args...))
}

func (k *fakeToolkit) first() string {
	if len(k.paths) == 0 {
		return ""
	}
	return k.paths[0]
}

func (k *fakeToolkit) AskOpen(folder string, answer func([]string)) {
	k.note("open in %s", folder)
	answer(k.paths)
}

func (k *fakeToolkit) AskSave(folder, name string, answer func(string)) {
	k.note("save %s in %s", name, folder)
	answer(k.first())
}

func (k *fakeToolkit) AskFolder(folder string, answer func(string)) {
	k.note("folder in %s", folder)
	answer(k.first())
}

func (k *fakeToolkit) CopyText(text string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.copied = append(k.copied, text)
}

func (k *fakeToolkit) Quit() { k.quit = true }

// bench is a performer over real services in temporary folders, with a fake window.
type bench struct {
	t        *testing.T
	services *services.Services
	toolkit  *fakeToolkit
	gallery  *gallery
	*performer
	home, dir string
	timeline  string
	said      chan core.Action
}

func newBench(t *testing.T, o services.WindowOptions) *bench {
	t.Helper()
	home := t.TempDir()
	for name, value := range map[string]string{
		"DESCRY_HOME": home, "HOME": home, "DESCRY_CATALOGUE": "", "DESCRY_OFFLINE": "1", "DESCRY_TEST_BROKEN": "",
		"DBUS_SESSION_BUS_ADDRESS": "", "PATH": t.TempDir(), // no dialogs and no tools of the system
	} {
		t.Setenv(name, value)
	}
	b := &bench{t: t, services: services.New(os.Getenv), toolkit: &fakeToolkit{}, gallery: newGallery(), home: home, dir: t.TempDir(), said: make(chan core.Action, 10_000)}
	b.timeline = filepath.Join(b.dir, "timeline")
	line, err := newTimeline(b.timeline, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	b.performer = newPerformer(b.services, o, b.toolkit, b.gallery, line, b.send)
	t.Cleanup(func() {
		b.close()
		line.close()
	})
	return b
}

func (b *bench) send(a core.Action) { b.said <- a }

// perform performs an effect on its own goroutine, as the loop does, and
// returns the first answer.
func (b *bench) perform(e core.Effect) core.Action {
	b.t.Helper()
	go b.Perform(context.Background(), e, b.send)
	return b.next()
}

func (b *bench) next() core.Action {
	b.t.Helper()
	select {
	case a := <-b.said:
		return a
	case <-time.After(30 * time.Second):
		b.t.Fatal("no answer came")
		return nil
	}
}

// quiet performs an effect that has no answer.
func (b *bench) quiet(e core.Effect) {
	b.t.Helper()
	b.Perform(context.Background(), e, b.send)
	select {
	case a := <-b.said:
		b.t.Errorf("%T was answered by %+v", e, a)
	default:
	}
}

// noted reports whether the timeline has a text.
func (b *bench) noted(text string) bool {
	b.t.Helper()
	all, err := os.ReadFile(b.timeline)
	if err != nil {
		b.t.Fatal(err)
	}
	return strings.Contains(string(all), text)
}

// file writes a file of the test's folder.
func (b *bench) file(name string, content []byte) string {
	b.t.Helper()
	path := filepath.Join(b.dir, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		b.t.Fatal(err)
	}
	return path
}

// answers compares the actions received with those expected.
func answers(t *testing.T, got, want core.Action) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("answered by %T %+v, want %T %+v", got, got, want, want)
	}
}

func pngOf(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTimePassesAndTheWindowQuits(t *testing.T) {
	b := newBench(t, services.WindowOptions{})
	before := time.Now()
	tick, ok := b.perform(state.Wake{Number: 7, After: time.Millisecond}).(state.Tick)
	if !ok || tick.Wake != 7 || tick.Now.Sub(before) < time.Millisecond {
		t.Errorf("%+v", tick)
	}
	b.quiet(state.Quit{})
	if !b.toolkit.quit {
		t.Error("the window stays open")
	}
}

func TestPicturesAreDecodedKeptAndReleased(t *testing.T) {
	b := newBench(t, services.WindowOptions{})
	path := b.file("a.png", pngOf(t, 5, 3))
	a, ok := b.perform(picturestate.Decode{Picture: 1, Source: picturestate.Source{Kind: picturestate.SourceFile, Path: path}}).(picturestate.Decoded)
	if !ok || a.Picture != 1 || a.Width != 5 || a.Height != 3 || len(a.Key) != 64 || a.Photo {
		t.Fatalf("%+v", a)
	}
	if base := b.gallery.Base(1); base == nil || base.Bounds().Dx() != 5 {
		t.Error("it is no longer in memory")
	}
	b.quiet(picturestate.Release{Picture: 1})
	if b.gallery.Base(1) != nil {
		t.Error("released, its pixels are still there")
	}
	sample := resources.Samples()[0]
	if a, ok := b.perform(picturestate.Decode{Picture: 2, Source: picturestate.Source{Kind: picturestate.SourceSample, Path: sample.Name}}).(picturestate.Decoded); !ok || a.Picture != 2 {
		t.Errorf("%+v", a)
	}
	for name, c := range map[string]struct {
		e    picturestate.Decode
		kind failure.Kind
	}{
		"no file":     {picturestate.Decode{Picture: 3, Source: picturestate.Source{Path: filepath.Join(b.dir, "absent.png")}}, failure.Unreadable},
		"no picture":  {picturestate.Decode{Picture: 3, Source: picturestate.Source{Path: b.file("b.png", []byte("prose"))}}, failure.Unsupported},
		"too many":    {picturestate.Decode{Picture: 3, Source: picturestate.Source{Path: path}, Pixels: 14}, failure.TooLarge},
		"no sample":   {picturestate.Decode{Picture: 3, Source: picturestate.Source{Kind: picturestate.SourceSample, Path: "none"}}, failure.Unreadable},
		"no clipping": {picturestate.Decode{Picture: 3, Source: picturestate.Source{Kind: picturestate.SourceClip, Clip: 9}}, failure.Unreadable},
	} {
		if a, ok := b.perform(c.e).(picturestate.DecodeFailed); !ok || a.Picture != 3 || a.Failure.Kind != c.kind {
			t.Errorf("%s: %+v", name, a)
		}
	}
	if a, ok := b.perform(picturestate.Decode{Picture: 4, Source: picturestate.Source{Path: path}, Pixels: 15}).(picturestate.Decoded); !ok {
		t.Errorf("at the limit: %+v", a)
	}
}

func TestAPictureThatIsReleasedWhileItWaitsIsNotTold(t *testing.T) {
	b := newBench(t, services.WindowOptions{})
	b.gallery.turn <- struct{}{} // another picture is being decoded
	path := b.file("a.png", pngOf(t, 5, 3))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b.Perform(context.Background(), picturestate.Decode{Picture: 1, Source: picturestate.Source{Path: path}}, b.send)
	}()
	for b.gallery.waiting(1) {
		runtime.Gosched()
	}
	b.quiet(picturestate.Release{Picture: 1})
	<-ended
	if len(b.said) != 0 {
		t.Errorf("told %+v", <-b.said)
	}
	<-b.gallery.turn
}

// waiting reports whether a picture has not been requested yet.
func (g *gallery) waiting(id picturestate.PictureID) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.pictures[id] == nil
}

func TestDialogsOfTheToolkitAnswerWhereTheSystemHasNone(t *testing.T) {
	b := newBench(t, services.WindowOptions{})
	one, two := b.file("2.png", nil), b.file("10.png", nil)
	b.toolkit.paths = []string{b.dir, "else.png"}
	answers(t, b.perform(picturestate.AskOpen{Folder: "/somewhere"}), picturestate.Opened{Paths: []string{one, two, "else.png"}})
	answers(t, b.perform(modelstate.AskImport{Folder: "/models"}), modelstate.ImportChosen{Paths: []string{b.dir, "else.png"}})
	answers(t, b.perform(picturestate.AskSave{Ask: 3, Folder: "/out", Name: "a.png"}), picturestate.PlaceChosen{Ask: 3, Path: b.dir})
	answers(t, b.perform(picturestate.AskFolder{Ask: 4, Folder: "/out"}), picturestate.PlaceChosen{Ask: 4, Path: b.dir})
	if want := []string{"open in /somewhere", "open in /models", "save a.png in /out", "folder in /out"}; !slices.Equal(b.toolkit.asked, want) {
		t.Errorf("asked %q", b.toolkit.asked)
	}
	b.toolkit.paths = nil // dismissed
	answers(t, b.perform(picturestate.AskFolder{Ask: 5}), picturestate.PlaceChosen{Ask: 5})
	answers(t, b.perform(picturestate.AskOpen{}), picturestate.Opened{})
}

func TestDialogsOfTheSystemComeFirst(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the dialogs of Linux")
	}
	b := newBench(t, services.WindowOptions{})
	chosen := b.file("chosen.png", nil)
	tool := func(script string) {
		if err := os.WriteFile(filepath.Join(os.Getenv("PATH"), "zenity"), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	tool("printf '%s\\n' '" + chosen + "'")
	answers(t, b.perform(picturestate.AskOpen{}), picturestate.Opened{Paths: []string{chosen}})
	answers(t, b.perform(modelstate.AskImport{}), modelstate.ImportChosen{Paths: []string{chosen}})
	answers(t, b.perform(picturestate.AskSave{Ask: 1, Name: "x.png"}), picturestate.PlaceChosen{Ask: 1, Path: chosen})
	answers(t, b.perform(picturestate.AskFolder{Ask: 2}), picturestate.PlaceChosen{Ask: 2, Path: chosen})
	tool("exit 1") // dismissed
	answers(t, b.perform(picturestate.AskFolder{Ask: 3}), picturestate.PlaceChosen{Ask: 3})
	answers(t, b.perform(picturestate.AskOpen{}), picturestate.Opened{})
	if len(b.toolkit.asked) != 0 {
		t.Errorf("the toolkit was asked too: %q", b.toolkit.asked)
	}
}

func TestTheClipboardIsWrittenAndPasted(t *testing.T) {
	b := newBench(t, services.WindowOptions{})
	answers(t, b.perform(core.CopyText{Text: "a boat", What: "caption"}), core.TextCopied{What: "caption"})
	if !slices.Equal(b.toolkit.copied, []string{"a boat"}) {
		t.Errorf("copied %q", b.toolkit.copied)
	}
	if runtime.GOOS != "linux" {
		t.Skip("the clipboard tools of Linux")
	}
	t.Setenv("WAYLAND_DISPLAY", "")
	t.Setenv("DISPLAY", ":0")
	answers(t, b.perform(picturestate.ReadClipboard{}), picturestate.Pasted{})
	if !b.noted("pasting needs the program xclip") {
		t.Error("nothing says why the clipboard is not read")
	}
	picture := b.file("clip.png", pngOf(t, 4, 2))
	tool := func(kind, give string) {
		script := "#!/bin/sh\ncase \"$*\" in *TARGETS*) echo '" + kind + "' ;; *) " + give + " ;; esac\n"
		if err := os.WriteFile(filepath.Join(os.Getenv("PATH"), "xclip"), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	tool("image/png", "/bin/cat '"+picture+"'")
	for n := range uint64(2) {
		answers(t, b.perform(picturestate.ReadClipboard{}), picturestate.Pasted{Clip: n + 1})
	}
	if a, ok := b.perform(picturestate.Decode{Picture: 1, Source: picturestate.Source{Kind: picturestate.SourceClip, Clip: 2}}).(picturestate.Decoded); !ok || a.Width != 4 || a.Height != 2 {
		t.Errorf("the pasted picture: %+v", a)
	}
	tool("text/uri-list", "echo 'file://"+picture+"'")
	answers(t, b.perform(picturestate.ReadClipboard{}), picturestate.Opened{Paths: []string{picture}})
	tool("UTF8_STRING", "printf 'a text'")
	answers(t, b.perform(picturestate.ReadClipboard{}), picturestate.Pasted{Text: "a text"})
}

func TestTheFileManagerIsOpened(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the file managers of Linux")
	}
	b := newBench(t, services.WindowOptions{})
	shown := filepath.Join(b.dir, "shown")
	if err := os.WriteFile(filepath.Join(os.Getenv("PATH"), "xdg-open"), []byte("#!/bin/sh\necho \"$1\" >> '"+shown+"'\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	b.quiet(core.ShowInFolder{Path: filepath.Join(b.dir, "a.png")})
	made := filepath.Join(b.dir, "new", "folder")
	b.quiet(core.OpenFolder{Path: made})
	text, err := os.ReadFile(shown)
	if err != nil || string(text) != b.dir+"\n"+made+"\n" {
		t.Errorf("shown: %q, %v", text, err)
	}
	if info, err := os.Stat(made); err != nil || !info.IsDir() {
		t.Error("the folder was not made")
	}
}

func TestEditsAreSavedAndLoadedByTheWindow(t *testing.T) {
	b := newBench(t, services.WindowOptions{})
	key := strings.Repeat("0a", 32)
	answers(t, b.perform(picturestate.LoadEdit{Key: key}), picturestate.EditLoaded{Key: key})
	edit := picturestate.Edit{Caption: "my boat", Own: true, Earlier: []string{"a boat"}, Later: []string{"the boat"}}
	answers(t, b.perform(picturestate.SaveEdit{Key: key, Name: "a.png", Edit: edit}), picturestate.EditSaved{Key: key})
	answers(t, b.perform(picturestate.LoadEdit{Key: key}), picturestate.EditLoaded{Key: key, Edit: &edit})
	if _, err := os.Stat(filepath.Join(b.home, "data", "edits", key+".json")); err != nil {
		t.Error(err)
	}
	if a, ok := b.perform(picturestate.SaveEdit{Key: "../x", Edit: edit}).(picturestate.EditSaved); !ok || a.Failure == nil || a.Failure.Kind != failure.Unwritable {
		t.Errorf("%+v", a)
	}
	if err := os.WriteFile(filepath.Join(b.home, "data", "edits", key+".json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	answers(t, b.perform(picturestate.LoadEdit{Key: key}), picturestate.EditLoaded{Key: key})
	if !b.noted("cannot be read") {
		t.Error("nothing says that an edit is damaged")
	}
}

func TestSettingsAreSavedByTheWindow(t *testing.T) {
	b := newBench(t, services.WindowOptions{})
	s := settings.Default()
	s.Opacity, s.Model = 0.25, "full"
	b.quiet(core.SaveSettings{Settings: s})
	if got := services.LoadSettings(b.services.Dirs.Config); !reflect.DeepEqual(got, s) {
		t.Errorf("came back as %+v", got)
	}
	if reflect.DeepEqual(b.services.Settings, s) {
		t.Error("what was read at the start has changed")
	}
	config := b.services.Dirs.Config
	if err := os.RemoveAll(config); err == nil {
		err = os.WriteFile(config, nil, 0o600)
		if err != nil {
			t.Fatal(err)
		}
	}
	if a, ok := b.perform(core.SaveSettings{Settings: s}).(core.SettingsFailed); !ok || a.Failure.Kind != failure.Unwritable {
		t.Errorf("%+v", a)
	}
}

func TestDevicesAndDiagnosticsComeFromASecondProcess(t *testing.T) {
	b := newBench(t, services.WindowOptions{Runtime: services.RuntimeOptions{Library: "/some/lib"}})
	for _, test := range []bool{false, true} {
		a, ok := b.perform(devicestate.Look{Test: test}).(devicestate.Reported)
		if !ok || a.Test != test || a.Trouble != "" || len(a.Reports) != 2 || a.Reports[1].Tested != test || !a.Reports[1].Usable || a.Reports[1].RunMS != 1 || a.Reports[0].Hint != "a hint" {
			t.Fatalf("%+v", a)
		}
		if m := a.Reports[0].Message; !strings.Contains(m, "--json") || !strings.HasSuffix(m, "--ort /some/lib") || strings.Contains(m, "--test") != test {
			t.Errorf("it was asked with %s", m)
		}
	}
	answers(t, b.perform(prefstate.RunDoctor{}), prefstate.DoctorSaid{Text: "ok    program --ort /some/lib\n"})
	t.Setenv("DESCRY_TEST_BROKEN", "1")
	if a, ok := b.perform(devicestate.Look{}).(devicestate.Reported); !ok || a.Reports != nil || !strings.HasPrefix(a.Trouble, "Could not check the devices: ") {
		t.Errorf("%+v", a)
	}
}

func TestTheSpeedIsMeasuredOnceByASecondProcess(t *testing.T) {
	b := newBench(t, services.WindowOptions{})
	for range 2 {
		if _, ok := b.perform(modelstate.List{Speed: true}).(modelstate.Listed); !ok {
			t.Fatal("the models are not listed")
		}
	}
	if _, ok := b.next().(modelstate.Listed); !ok {
		t.Error("they are not listed again when the speed is known")
	}
	text, err := os.ReadFile(filepath.Join(b.home, "asked"))
	if err != nil || string(text) != services.MeasureSpeedCommand+"\n" {
		t.Errorf("asked %q, %v", text, err)
	}
}
