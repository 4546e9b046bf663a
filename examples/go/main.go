// Two linked clusters: go run . preview | up | destroy
package main

import (
	"context"
	"log"
	"os"

	topology "github.com/OWNER/linkerd-topology/sdks/go/linkerdtopology"
	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func program(ctx *pulumi.Context) error {
	lab, err := topology.NewTopology(ctx, "lab", &topology.TopologyArgs{
		Topology: topology.TopologySpecArgs{
			Clusters: topology.ClusterSpecArray{
				topology.ClusterSpecArgs{Name: pulumi.String("west")},
				topology.ClusterSpecArgs{Name: pulumi.String("east")},
			},
			Links: topology.LinkSpecArray{
				topology.LinkSpecArgs{Between: pulumi.ToStringArray([]string{"west", "east"})},
			},
		},
	})
	if err != nil {
		return err
	}
	ctx.Export("links", lab.Links)
	ctx.Export("kubeconfigs", lab.Kubeconfigs)
	return nil
}

func main() {
	ctx := context.Background()
	stack, err := auto.UpsertStackInlineSource(ctx, "lab", "two-clusters", program)
	if err != nil {
		log.Fatal(err)
	}
	switch os.Args[1] {
	case "preview":
		_, err = stack.Preview(ctx, optpreview.ProgressStreams(os.Stdout))
	case "up":
		_, err = stack.Up(ctx, optup.ProgressStreams(os.Stdout))
	case "destroy":
		_, err = stack.Destroy(ctx, optdestroy.ProgressStreams(os.Stdout))
	}
	if err != nil {
		log.Fatal(err)
	}
}
