package picture

import (
	"descry/internal/message"
)

// seconds returns milliseconds as "0.21 s".
func seconds(ms float64) string {
	if ms >= 10_000 {
		return message.Sprintf("%.0f s", ms/1000)
	}
	return message.Sprintf("%.2f s", ms/1000)
}
