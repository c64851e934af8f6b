// Package words describes results in words: how sure a model is of what it found,
// how much of the picture an object takes, and in which part of it the object lies.
// The window, the command line and the pictures that are drawn use the same words.
package words

import (
	"math"

	"descry/internal/message"
)

// level is how sure a model is, in as many steps as people are told.
type level int

const (
	guessing level = iota // also for NaN
	fairlySure
	sure
)

func levelOf(score float64) level {
	switch {
	case score >= 0.85:
		return sure
	case score >= 0.55:
		return fairlySure
	}
	return guessing
}

// Sureness describes a probability, 0 … 1, in words.
func Sureness(score float64) string {
	switch levelOf(score) {
	case sure:
		return message.Sprintf("sure")
	case fairlySure:
		return message.Sprintf("fairly sure")
	}
	return message.Sprintf("guessing")
}

// CaptionSureness describes a caption's score (mean log-probability of its tokens)
// in words, by the geometric mean of the probabilities.
func CaptionSureness(score float64) string { return Sureness(math.Exp(score)) }

// CaptionLikelihood describes how likely another caption of the same picture is, by
// the same score.
func CaptionLikelihood(score float64) string {
	switch levelOf(math.Exp(score)) {
	case sure:
		return message.Sprintf("likely")
	case fairlySure:
		return message.Sprintf("possible")
	}
	return message.Sprintf("a guess")
}

// Percent returns a score of 0 … 1 as "99 %".
func Percent(score float64) string {
	if math.IsNaN(score) {
		return message.Sprintf("? %%")
	}
	return message.Sprintf("%.0f %%", 100*min(max(score, 0), 1))
}

// Share describes an area as a share of a picture of w × h pixels.
func Share(area, w, h int) string {
	if w <= 0 || h <= 0 {
		return ""
	}
	percent := 100 * float64(area) / (float64(w) * float64(h))
	switch {
	case area <= 0:
		return message.Sprintf("0 %% of the picture")
	case percent < 1:
		return message.Sprintf("less than 1 %% of the picture")
	case percent > 99 && percent < 100:
		return message.Sprintf("nearly all of the picture")
	}
	return message.Sprintf("%.0f %% of the picture", min(percent, 100))
}

// thirds are the names of a picture's nine parts, by row and column.
var thirds = [3][3]message.Text{
	{message.Of("upper left"), message.Of("top"), message.Of("upper right")},
	{message.Of("left"), message.Of("middle"), message.Of("right")},
	{message.Of("lower left"), message.Of("bottom"), message.Of("lower right")},
}

// Where describes the part of a picture of w × h pixels that contains the centre of
// a box (x1, y1, x2, y2).
func Where(box [4]float32, w, h int) string {
	return thirds[third(box[1], box[3], h)][third(box[0], box[2], w)].String()
}

func third(from, to float32, size int) int {
	if size <= 0 {
		return 1
	}
	at := 3 * (float64(from) + float64(to)) / 2 / float64(size)
	if math.IsNaN(at) {
		return 1
	}
	return int(min(max(at, 0), 2))
}
