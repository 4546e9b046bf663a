// Command no-data-plane stands in for the programs of Linkerd that can't be
// built from Go modules: the proxy (and what its image carries besides) and the
// policy controller. It answers health checks and CARRIES NO TRAFFIC: no
// mTLS, no routing, no policy. Pods start and are reported healthy with it,
// which is what the rest of a control plane needs to be the real one.
//
// The name it is called by (argv[0]: the path in the image) chooses the
// program.
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
)

var programs = map[string]func(arguments []string){
	"linkerd2-proxy-identity":    proxy,
	"linkerd2-proxy":             proxy,
	"linkerd-await":              await,
	"linkerd2-proxy-init":        nothing("no packet is redirected: traffic passes by the sidecar"),
	"linkerd2-network-validator": nothing("no packet is redirected, so there is nothing to validate"),
	"sleep":                      sleep,
	"linkerd-policy-controller":  policyController,
}

func main() {
	called := filepath.Base(os.Args[0])
	program, known := programs[called]
	if !known {
		fmt.Fprintf(os.Stderr, "no-data-plane: called as %q, which stands in for nothing\n", called)
		os.Exit(2)
	}
	log.SetFlags(log.LstdFlags | log.LUTC | log.Lmsgprefix)
	log.SetPrefix("no-data-plane: ")
	program(os.Args[1:])
}

func nothing(why string) func([]string) {
	return func([]string) { announce(why) }
}

// announce is every program's first line in the log.
func announce(what string) {
	log.Printf("this is not Linkerd's %s; %s", filepath.Base(os.Args[0]), what)
}
