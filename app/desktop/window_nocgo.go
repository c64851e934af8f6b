//go:build !cgo

package desktop

import (
	"context"

	"descry/app/services"
	"descry/internal/failure"
)

// Open returns an error: this build has no window.
func Open(context.Context, *services.Services, services.WindowOptions) error {
	return failure.New(failure.Usage, "open", "", "this build of Descry has no window").WithHint("Use descry describe, or build with cgo (CGO_ENABLED=1).")
}
