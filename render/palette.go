package render

import (
	"hash/fnv"
	"image/color"
	"math"
	"strings"
	"unicode"

	"descry/inference"
)

// okabeIto holds the seven colours of Okabe and Ito (Color Universal Design, 2008)
// without black, which are distinguishable with any colour vision.
var okabeIto = [...]color.NRGBA{
	{0xE6, 0x9F, 0x00, 0xFF}, // orange
	{0x56, 0xB4, 0xE9, 0xFF}, // sky blue
	{0x00, 0x9E, 0x73, 0xFF}, // bluish green
	{0xCC, 0x79, 0xA7, 0xFF}, // reddish purple
	{0x00, 0x72, 0xB2, 0xFF}, // blue
	{0xD5, 0x5E, 0x00, 0xFF}, // vermilion
	{0xF0, 0xE4, 0x42, 0xFF}, // yellow
}

// cocoOrder lists COCO's 80 things in the order of their IDs. A class's index
// determines its colour, so entries must not be moved or inserted.
var cocoOrder = [...]string{
	"person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat", "traffic light",
	"fire hydrant", "stop sign", "parking meter", "bench", "bird", "cat", "dog", "horse", "sheep", "cow",
	"elephant", "bear", "zebra", "giraffe", "backpack", "umbrella", "handbag", "tie", "suitcase", "frisbee",
	"skis", "snowboard", "sports ball", "kite", "baseball bat", "baseball glove", "skateboard", "surfboard", "tennis racket", "bottle",
	"wine glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple", "sandwich", "orange",
	"broccoli", "carrot", "hot dog", "pizza", "donut", "cake", "chair", "couch", "potted plant", "bed",
	"dining table", "toilet", "tv", "laptop", "mouse", "remote", "keyboard", "cell phone", "microwave", "oven",
	"toaster", "sink", "refrigerator", "book", "clock", "vase", "scissors", "teddy bear", "hair drier", "toothbrush",
}

// aliases maps names of Pascal VOC and of everyday use to COCO's things, whose
// colour they share.
var aliases = map[string]string{
	"aeroplane": "airplane", "plane": "airplane", "motorbike": "motorcycle", "sofa": "couch",
	"tvmonitor": "tv", "television": "tv", "bike": "bicycle", "doughnut": "donut",
	"mobilephone": "cell phone", "fridge": "refrigerator", "hairdryer": "hair drier", "ship": "boat",
}

// places maps each known name, normalised, to its place in the palette.
var places = func() map[string]int {
	m := map[string]int{}
	for i, name := range cocoOrder {
		m[normalName(name)] = i
	}
	for other, name := range aliases {
		m[other] = m[normalName(name)]
	}
	return m
}()

// normalName removes what spellings differ in: case, spaces, "_" and "-".
func normalName(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// canonicalName returns the same string for all spellings and names of a class.
func canonicalName(name string) string {
	plain := normalName(name)
	if other, ok := aliases[plain]; ok {
		return normalName(other)
	}
	return plain
}

// ClassColor returns the colour of a class, which depends on the name alone. Where
// seven colours are not enough, the pattern distinguishes classes of one colour: no
// two of COCO's things or of Pascal VOC's classes share both.
func ClassColor(name string) (c color.NRGBA, p Pattern) {
	plain := normalName(name)
	place, known := places[plain]
	if !known {
		h := fnv.New32a()
		h.Write([]byte(plain))
		place = int(h.Sum32() % uint32(patterns*len(okabeIto)))
	}
	n := len(okabeIto)
	return okabeIto[place%n], Pattern(place / n)
}

// Background reports whether a class is the background or unlabelled, rather than a
// thing.
func Background(name string) bool {
	return normalName(name) == "background" || name == inference.Unlabelled
}

var (
	darkInk  = color.NRGBA{0x10, 0x12, 0x16, 0xFF}
	lightInk = color.NRGBA{0xFF, 0xFF, 0xFF, 0xFF}
)

// InkOn returns dark or light for text on c, whichever has more contrast.
func InkOn(c color.NRGBA) color.NRGBA {
	if Contrast(c, darkInk) >= Contrast(c, lightInk) {
		return darkInk
	}
	return lightInk
}

// StripeOf returns the second colour of a class with a pattern: c moved away from
// the text's colour, so that the text's contrast can only increase.
func StripeOf(c color.NRGBA) color.NRGBA {
	away := lightInk
	if InkOn(c) == lightInk {
		away = darkInk
	}
	return mix(c, away, 0.4)
}

// mix returns (1-t)·a + t·b.
func mix(a, b color.NRGBA, t float64) color.NRGBA {
	at := func(x, y uint8) uint8 { return uint8(math.Round(float64(x)*(1-t) + float64(y)*t)) }
	return color.NRGBA{at(a.R, b.R), at(a.G, b.G), at(a.B, b.B), at(a.A, b.A)}
}

// Contrast returns the contrast ratio of two opaque colours, 1 … 21 (WCAG 2.1).
func Contrast(a, b color.NRGBA) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// luminance returns the relative luminance of sRGB (WCAG 2.1), 0 … 1.
func luminance(c color.NRGBA) float64 {
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}
