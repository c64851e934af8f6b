package picture

import (
	"fmt"
)

// seconds returns milliseconds as "0.21 s".
func seconds(ms float64) string {
	if ms >= 10_000 {
		return fmt.Sprintf("%.0f s", ms/1000)
	}
	return fmt.Sprintf("%.2f s", ms/1000)
}
