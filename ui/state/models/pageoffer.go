package models

import (
	"math"
	"slices"
	"strings"

	"descry/internal/message"
	"descry/ui/state/core"
)

// unknownSize stands in for a size that is told only once a download runs.
const unknownSize = "unknown size"

func (s view) showOffer() *Offer {
	var models []Model
	for _, name := range s.offer.models {
		models = append(models, s.inventory.Model(name))
	}
	part := &Offer{
		Back: core.Button{Text: "Not now", Tip: "Back to all models (Esc)", Enabled: true, Do: OfferClosed{}},
		Get:  core.Button{Text: message.Sprintf("Download %s", downloadText(models)), Tip: "Download and use it", Enabled: !s.offline(), Do: OfferTaken{}},
	}
	if downloadText(models) == unknownSize {
		part.Get.Text = "Download"
	}
	part.Title = message.Sprintf("Get %s", models[0].Title)
	part.Text = "Descry downloads it from its publisher, checks it and uses it as soon as it is ready. You can keep working."
	if set := s.inventory.Set(s.offer.set); set.Name != "" {
		part.Title = message.Sprintf("Get the %s", strings.ToLower(set.Title))
	}
	if len(models) > 1 {
		part.Text = "Descry downloads them from their publishers, checks them and uses each as soon as it is ready. You can keep working."
		part.Get.Tip = "Download and use them"
	}
	for _, m := range models {
		size := sizeText(m.Bytes)
		if m.Bytes == 0 {
			size = unknownSize
		}
		part.Rows = append(part.Rows, OfferRow{
			Title: m.Title, About: m.About, Size: size, Source: message.Sprintf("from %s", m.Source),
			Licence: core.Button{Text: message.Sprintf("Licence: %s", m.Licence), Tip: "Read the licence", Enabled: m.Text != "", Do: LicenceShown{m.Name}},
		})
	}
	part.Facts = s.offerFacts(models)
	return part
}

// offerFacts says what the models cost, before anything is downloaded.
func (s view) offerFacts(models []Model) []Fact {
	var facts []Fact
	add := func(name, text string, bad bool) { facts = append(facts, Fact{name, text, bad}) }
	disk := downloadText(models)
	need, free := downloadBytes(models), s.inventory.Free
	if free > 0 {
		disk = message.Sprintf("%s; %s free", disk, sizeText(free))
	}
	add("Download", disk, free > 0 && need > free)
	seconds, measured, memory := sumCosts(models)
	if seconds > 0 {
		text := message.Sprintf("%s on this computer", speedText(seconds, measured))
		if measured {
			text = message.Sprintf("%s, measured on this computer", speedText(seconds, measured))
		}
		add("Time per picture", text, false)
	}
	if memory > 0 {
		text := message.Sprintf("about %s", sizeText(memory))
		short := s.inventory.Memory > 0 && memory > s.inventory.Memory
		if s.inventory.Memory > 0 {
			text = message.Sprintf("about %s; %s free now", sizeText(memory), sizeText(s.inventory.Memory))
		}
		if short {
			text = message.Sprintf("%s. Close other programs, or use the fast models.", text)
		}
		add("Memory", text, short)
	}
	var loose []string
	for _, m := range models {
		if !m.Pinned {
			loose = append(loose, m.Title)
		}
	}
	if len(loose) > 0 {
		add("Checked", message.Sprintf("%s: against the checksum that the server gives; Descry has none of its own", strings.Join(loose, ", ")), false)
	} else {
		add("Checked", "every file against a known checksum", false)
	}
	if s.offline() {
		add("Network", "Turn off Stay offline first", true)
	}
	return facts
}

func (s view) showLicence() *Licence {
	m := s.inventory.Model(s.licence)
	part := &Licence{Title: message.Sprintf("%s: %s", m.Title, m.Licence), Text: m.Text,
		Back: core.Button{Text: "Back", Tip: "Back to the models (Esc)", Enabled: true, Do: LicenceShown{m.Name}}}
	return part
}

// downloadBytes is what is still to come of models.
func downloadBytes(models []Model) int64 {
	var sum int64
	for _, m := range models {
		sum += max(m.Bytes-m.Here, 0)
	}
	return sum
}

// downloadText says how much is still to come; "more than" where a size is not known.
func downloadText(models []Model) string {
	sum := downloadBytes(models)
	unknown := slices.ContainsFunc(models, func(m Model) bool { return m.Bytes == 0 })
	switch {
	case unknown && sum == 0:
		return unknownSize
	case unknown:
		return message.Sprintf("more than %s", sizeText(sum))
	}
	return sizeText(sum)
}

// sizeText returns bytes in decimal units, as disks and networks count: "990 MB".
func sizeText(n int64) string {
	v := float64(max(n, 0))
	for _, u := range []struct {
		unit string
		size float64
	}{{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}} {
		if v < u.size*0.9995 {
			continue
		}
		if x := v / u.size; x < 9.95 {
			return message.Sprintf("%.1f %s", x, u.unit)
		} else {
			return message.Sprintf("%.0f %s", x, u.unit)
		}
	}
	return message.Sprintf("%.0f bytes", v)
}

// speedText returns a picture's seconds, with "about" where they were reckoned.
func speedText(seconds float64, measured bool) string {
	text := message.Sprintf("%.0f s", seconds)
	switch {
	case seconds < 0.995:
		text = message.Sprintf("%.2f s", seconds)
	case seconds < 9.95:
		text = message.Sprintf("%.1f s", seconds)
	case seconds >= 120:
		text = message.Sprintf("%.0f min", seconds/60)
	}
	if !measured {
		return message.Sprintf("about %s", text)
	}
	return text
}

// part returns done of total as 0 … 1.
func part(done, total int64) float64 {
	if total <= 0 {
		return 0
	}
	return min(max(float64(done)/float64(total), 0), 1)
}

// percentText returns done of total in whole percent, 100 only when all is there.
func percentText(done, total int64) string {
	return message.Sprintf("%.0f %%", math.Floor(100*part(done, total)))
}

// partText says what goes on and how far it is, where that is known.
func partText(done, total int64, what string) string {
	if total <= 0 || done <= 0 {
		return what
	}
	return message.Sprintf("%s, %s", what, percentText(done, total))
}

// progressText returns percent, speed and time left: "37 % · 12 MB/s · 2 min left".
func progressText(p Progress) string {
	text := sizeText(p.Done)
	if p.Total > 0 {
		text = percentText(p.Done, p.Total)
	}
	if p.PerSecond >= 1 {
		speed := sizeText(int64(p.PerSecond))
		if p.Total <= p.Done {
			return message.Sprintf("%s · %s/s", text, speed)
		}
		return message.Sprintf("%s · %s/s · %s left", text, speed, leftText(float64(p.Total-p.Done)/p.PerSecond))
	}
	return text
}

// leftText returns a time that is only guessed at, coarsely.
func leftText(seconds float64) string {
	switch {
	case seconds < 10:
		return "a few seconds"
	case seconds < 90:
		return message.Sprintf("%.0f s", math.Ceil(seconds/10)*10)
	case seconds < 90*60:
		return message.Sprintf("%.0f min", math.Ceil(seconds/60))
	case seconds < 48*3600:
		return message.Sprintf("%.0f h", math.Ceil(seconds/3600))
	}
	return "days"
}
