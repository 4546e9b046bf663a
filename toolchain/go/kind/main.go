// Command kind is the official kind CLI.
package main

import "sigs.k8s.io/kind/cmd/kind/app"

func main() {
	app.Main()
}
