package resources

import _ "embed"

// Icon is the program's icon, an SVG drawing.
//
//go:embed icon.svg
var Icon []byte
