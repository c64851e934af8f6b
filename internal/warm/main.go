// Command warm only names the module's dependencies until the packages that use them exist.
package main

import (
	_ "fyne.io/fyne/v2/app"
	_ "fyne.io/fyne/v2/driver/desktop"
	_ "fyne.io/fyne/v2/test"
	_ "fyne.io/fyne/v2/widget"
	_ "github.com/adrg/xdg"
	_ "github.com/bep/imagemeta"
	_ "github.com/dweymouth/fyne-tooltip"
	_ "github.com/dweymouth/fyne-tooltip/widget"
	_ "github.com/ncruces/zenity"
	_ "github.com/nfnt/resize"
	_ "github.com/rogpeppe/go-internal/testscript"
	_ "github.com/rymdport/portal"
	_ "github.com/rymdport/portal/filechooser"
	_ "github.com/schollz/progressbar/v3"
	_ "github.com/spf13/cobra"
	_ "github.com/sugarme/tokenizer"
	_ "github.com/sugarme/tokenizer/decoder"
	_ "github.com/sugarme/tokenizer/model/wordpiece"
	_ "github.com/sugarme/tokenizer/normalizer"
	_ "github.com/sugarme/tokenizer/pretokenizer"
	_ "github.com/sugarme/tokenizer/processor"
	_ "github.com/yalue/onnxruntime_go"
	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/font/gofont/goregular"
	_ "golang.org/x/image/font/opentype"
	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"
	_ "golang.org/x/sync/errgroup"
	_ "golang.org/x/sys/cpu"
	_ "golang.org/x/term"
	_ "golang.org/x/text/unicode/norm"
	_ "google.golang.org/protobuf/encoding/protowire"
)

func main() {}
