package app

// Settings interim
type Settings struct {
	MaxPixels int64
	Score     float64
}

func loadSettings(string) Settings { return Settings{} }
