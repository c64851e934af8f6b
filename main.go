// Descry opens a picture, writes a caption for it, outlines and names every
// object, classes every pixel and exports the result, all on this machine.
package main

import (
	"os"

	"descry/app"
)

func main() { os.Exit(app.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
