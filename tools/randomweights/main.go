// Command randomweights writes a model set of the official models' shapes with
// random numbers, for measuring time and memory where the real ones are not:
//
//	go run ./tools/randomweights DIR blip-base maskrcnn-v2 deeplabv3-resnet101
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"

	"descry/models/randomweights"
)

func main() {
	seed := flag.Uint64("seed", 1, "of the random numbers")
	flag.Usage = func() {
		fmt.Fprintf(os.Stderr, "usage: randomweights [-seed N] DIR MODEL…\nmodels: %s\n", strings.Join(randomweights.Names(), ", "))
	}
	flag.Parse()
	if flag.NArg() < 2 {
		flag.Usage()
		os.Exit(2)
	}
	if err := randomweights.WriteSet(flag.Arg(0), flag.Args()[1:], *seed); err != nil {
		fmt.Fprintln(os.Stderr, "randomweights:", err)
		os.Exit(1)
	}
}
