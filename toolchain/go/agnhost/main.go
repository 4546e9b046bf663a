// Command agnhost is the part of Kubernetes' own test image that verification uses, where that image can't
// be pulled: a server that says who it is and what reached it, and a pod that waits for commands.
package main

import (
	"os"

	"github.com/spf13/cobra"
	grpchealthchecking "k8s.io/kubernetes/test/images/agnhost/grpc-health-checking"
	"k8s.io/kubernetes/test/images/agnhost/netexec"
	"k8s.io/kubernetes/test/images/agnhost/pause"
)

func main() {
	root := &cobra.Command{Use: "agnhost", SilenceUsage: true}
	root.AddCommand(netexec.CmdNetexec, pause.CmdPause, grpchealthchecking.CmdGrpcHealthChecking)
	if root.Execute() != nil {
		os.Exit(1)
	}
}
