package state

import (
	"path/filepath"
	"slices"
	"sort"
	"time"

	"descry/internal/failure"
)

// mostKept is how many pictures keep their results; the least recently used
// beyond that are forgotten. Their pixels go sooner (mostPixels).
const (
	mostKept   = 64
	mostPixels = 4 // pictures whose pixels are kept: the one seen and its neighbours
)

// reduceOpen handles the Actions by which pictures come and go.
func (c *change) reduceOpen(a Action) {
	switch a := a.(type) {
	case OpenPaths:
		c.openPaths(a.Paths)
	case OpenSample:
		c.openSample(a.Name)
	case OpenEnded:
		c.Opening = false
	case Pasted:
		c.pasted(a)
	case FolderListed:
		c.folderListed(a)
	case Decoded:
		c.decoded(a)
	case DecodeFailed:
		c.decodeFailed(a.Source, a.Failure)
	}
}

// openPaths shows the first of the files; with several the arrows walk those,
// with one its folder.
func (c *change) openPaths(paths []string) {
	if len(paths) == 0 {
		return
	}
	if len(paths) > mostPathsOpened {
		paths = paths[:mostPathsOpened]
	}
	var walk []Source
	for _, p := range paths {
		if src := (Source{Path: p}); !slices.Contains(walk, src) {
			walk = append(walk, src)
		}
	}
	c.show(walk, 0)
	if len(walk) == 1 {
		c.effect(ListFolder{paths[0]})
	}
}

// openSample shows a sample; the arrows walk the samples.
func (c *change) openSample(name string) {
	at := slices.IndexFunc(c.Samples, func(s Sample) bool { return s.Name == name })
	if at < 0 {
		return
	}
	var walk []Source
	for _, s := range c.Samples {
		walk = append(walk, Source{Sample: s.Name})
	}
	c.show(walk, at)
}

func (c *change) pasted(a Pasted) {
	if a.Empty != "" {
		c.notice(Notice{Kind: Trouble, Title: "Nothing to paste", Text: a.Empty})
		return
	}
	c.show([]Source{{Pasted: a.Clip}}, 0)
}

// folderListed lets the arrows walk the folder of the picture that is shown. A
// path that is the folder itself shows its first picture.
func (c *change) folderListed(a FolderListed) {
	p := c.Current()
	if p == nil || p.Source.Path != a.Path || len(c.Walk) != 1 {
		return
	}
	var walk []Source
	for _, path := range a.Paths {
		walk = append(walk, Source{Path: path})
	}
	if at := slices.Index(walk, p.Source); at >= 0 {
		c.Walk, c.At = walk, at
		c.lookAhead()
		return
	}
	if len(walk) > 0 && filepath.Dir(a.Paths[0]) == filepath.Clean(a.Path) {
		c.show(walk, 0)
	}
}

// walk goes to a neighbour.
func (c *change) walk(by int) { c.show(c.Walk, c.At+by) }

// show goes to a place of a walk.
func (c *change) show(walk []Source, at int) {
	if at < 0 || at >= len(walk) {
		return
	}
	c.leaveFor(walk[at])
	c.Walk, c.At = walk, at
	c.Sheet, c.Opening = NoSheet, false
	src := walk[at]
	if p, known := c.Pictures[src]; !known || p.Stage == Failed {
		c.add(src)
	}
	c.current(func(p *Picture) {
		p.Used = c.Now
		p.Objects.Hover = -1
	})
	if p := c.Current(); p.Stage == Ready {
		c.effect(Decode{src}) // its pixels may be gone
		c.askTasks(true)
	}
	if src.Path != "" {
		c.settings(func(s *Settings) { s.Folder = filepath.Dir(src.Path) })
	}
	c.trim()
}

// add makes a picture known and asks for its pixels.
func (c *change) add(src Source) {
	pictures := make(map[Source]*Picture, len(c.Pictures)+1)
	for k, v := range c.Pictures {
		pictures[k] = v
	}
	pictures[src] = &Picture{Source: src, Stage: Decoding, Used: c.Now, Objects: ObjectState{Hover: -1, Selected: -1}}
	c.Pictures = pictures
	c.effect(Decode{src})
}

// leave keeps the shown picture's edit and cancels its jobs: what is no longer
// seen is not described any further.
func (c *change) leave() { c.leaveFor(Source{}) }

// leaveFor leaves for another picture; jobs that were started ahead for that one
// go on, and come to the front.
func (c *change) leaveFor(next Source) {
	if p := c.Current(); p != nil && p.Draft.Unsaved {
		c.keepEdit(p.Source)
	}
	c.Bare = false
	for _, id := range c.openJobs() {
		if job := c.Jobs[id]; job.Source != next || job.Model != c.Settings.Model {
			c.cancelJob(id)
			continue
		}
		c.effect(FrontJob{id}, Wake{busyAfter})
	}
}

// decoded files a picture's measures and asks the models about it.
func (c *change) decoded(a Decoded) {
	p, known := c.Pictures[a.Source]
	if !known {
		c.effect(Forget{a.Source})
		return
	}
	c.setNow(a.Now)
	first := p.Stage != Ready
	c.picture(a.Source, func(p *Picture) {
		if first || p.Key != a.Key { // another file under the same name
			p.Stage, p.Failure = Ready, nil
			p.Key, p.Width, p.Height, p.Photo, p.Decode = a.Key, a.Width, a.Height, a.Photo, a.Took
			p.Results = nil
			p.Hidden = nil
			p.Objects = ObjectState{Hover: -1, Selected: -1}
			if !p.Draft.Unsaved {
				p.Draft = Draft{}
			}
		}
	})
	if p := c.Pictures[a.Source]; !p.Draft.Loaded {
		c.effect(LoadEdit{a.Source, a.Key})
	}
	visible := c.Current() != nil && c.Current().Source == a.Source
	if visible {
		if first {
			c.remember(a.Source)
			c.hintAtPhotographs(a.Photo)
		}
		c.askTasks(true)
		return
	}
	c.askTasksOf(a.Source, false)
}

// decodeFailed says what is wrong with a picture, where it would stand.
func (c *change) decodeFailed(src Source, f *failure.Failure) {
	if _, known := c.Pictures[src]; !known || f == nil {
		return
	}
	c.picture(src, func(p *Picture) { p.Stage, p.Failure = Failed, f })
	if p := c.Current(); p != nil && p.Source == src {
		c.settings(func(s *Settings) {
			s.Recent = slices.DeleteFunc(slices.Clone(s.Recent), func(path string) bool { return path == src.Path })
		})
		c.lookAhead()
	}
}

// remember puts a file at the head of the recent ones.
func (c *change) remember(src Source) {
	if src.Path == "" {
		return
	}
	c.settings(func(s *Settings) {
		recent := slices.DeleteFunc(slices.Clone(s.Recent), func(path string) bool { return path == src.Path })
		s.Recent = append([]string{src.Path}, recent...)
	})
}

// hintAtPhotographs says once what the built-in models know.
func (c *change) hintAtPhotographs(photo bool) {
	if !photo || c.Told || c.Settings.Model != "starter" {
		return
	}
	c.Told = true
	c.settings(func(s *Settings) { s.ToldDrawings = true })
	c.Notice = &Notice{Kind: Note, Title: "This looks like a photograph.", Text: "The built-in models know drawings only, so take what they say of it lightly."}
}

// neighbours are the sources beside the shown one, the next first.
func (s State) neighbours() []Source {
	var list []Source
	for _, at := range []int{s.At + 1, s.At - 1} {
		if s.At >= 0 && at >= 0 && at < len(s.Walk) {
			list = append(list, s.Walk[at])
		}
	}
	return list
}

// trim forgets pixels of pictures that are far, and the least recently used
// pictures beyond mostKept. Unsaved edits keep a picture.
func (c *change) trim() {
	near := c.neighbours()
	if p := c.Current(); p != nil {
		near = append(near, p.Source)
	}
	var far []*Picture
	for _, p := range c.Pictures {
		if !slices.Contains(near, p.Source) {
			far = append(far, p)
		}
	}
	sort.Slice(far, func(i, j int) bool {
		if !far[i].Used.Equal(far[j].Used) {
			return far[i].Used.After(far[j].Used)
		}
		return less(far[i].Source, far[j].Source)
	})
	keep := max(0, mostPixels-len(near))
	pictures := map[Source]*Picture{}
	for k, v := range c.Pictures {
		pictures[k] = v
	}
	changed := false
	for i, p := range far {
		if i >= keep && p.Stage == Ready {
			c.effect(Forget{p.Source})
		}
		if i >= mostKept && !p.Draft.Unsaved || p.Source.Pasted == 0 && p.Stage != Ready {
			delete(pictures, p.Source)
			changed = true
		}
	}
	if changed {
		c.Pictures = pictures
	}
}

// less orders sources, so that equal States give equal Effects.
func less(a, b Source) bool {
	if a.Path != b.Path {
		return a.Path < b.Path
	}
	if a.Sample != b.Sample {
		return a.Sample < b.Sample
	}
	return a.Pasted < b.Pasted
}

// notice shows a notice for a while.
func (c *change) notice(n Notice) {
	n.Expires = c.Now.Add(noticeStays)
	c.Notice = &n
	c.effect(Wake{noticeStays + time.Millisecond})
}
