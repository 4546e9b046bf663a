// Two linked clusters, component by component: go run ./components preview | up | destroy
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

// member is a cluster with what is installed in it.
type member struct {
	cluster   *topology.KindCluster
	extension *topology.Multicluster
}

func makeMember(
	ctx *pulumi.Context, name, other, pods, services string, anchor *topology.TrustAnchor, network *topology.Network,
) (member, error) {
	cluster, err := topology.NewKindCluster(ctx, "lab-"+name+"-1", &topology.KindClusterArgs{
		KindName:      "lab-" + name,
		Network:       network.Name,
		Generation:    "1",
		PodSubnet:     pods,
		ServiceSubnet: services,
	})
	if err != nil {
		return member{}, err
	}
	issuer, err := topology.NewIssuer(ctx, "lab-"+name, &topology.IssuerArgs{TrustAnchor: anchor})
	if err != nil {
		return member{}, err
	}
	linkerd, err := topology.NewControlPlane(ctx, "lab-"+name+"-1-control-plane", &topology.ControlPlaneArgs{
		Cluster:         cluster,
		TrustAnchorsPem: anchor.CertificatePem,
		Issuer:          issuer,
	})
	if err != nil {
		return member{}, err
	}
	extension, err := topology.NewMulticluster(ctx, "lab-"+name+"-1-multicluster", &topology.MulticlusterArgs{
		Cluster:      cluster,
		ControlPlane: linkerd,
		Gateway:      &topology.ExposedGatewayArgs{},
		Targets: []topology.MirrorTargetInput{
			topology.MirrorTargetArgs{Name: pulumi.String(other), ProbePort: pulumi.Int(30191)},
		},
	})
	return member{cluster, extension}, err
}

func link(ctx *pulumi.Context, source, target string, from, to member) error {
	access, err := topology.NewAccessAccount(ctx, "lab-"+target+"-1-from-"+source, &topology.AccessAccountArgs{
		Cluster:   to.cluster,
		Extension: to.extension,
		Source:    source,
		Mode:      topology.LinkModeGateway,
	})
	if err != nil {
		return err
	}
	node := "lab-" + target + "-control-plane"
	_, err = topology.NewLink(ctx, "lab-"+source+"-1-to-"+target, &topology.LinkArgs{
		Source:    from.cluster,
		Extension: from.extension,
		Target:    target,
		ApiServer: pulumi.String("https://" + node + ":6443"),
		Access:    access,
		Mode:      topology.LinkModeGateway,
		Gateway:   &topology.LinkGatewayArgs{Addresses: pulumi.StringArray{pulumi.String(node)}},
	})
	return err
}

func program(ctx *pulumi.Context) error {
	anchor, err := topology.NewTrustAnchor(ctx, "lab", nil)
	if err != nil {
		return err
	}
	network, err := topology.NewNetwork(ctx, "lab", &topology.NetworkArgs{
		Name: pulumi.String("linkerd-topology-lab"),
	})
	if err != nil {
		return err
	}
	west, err := makeMember(ctx, "west", "east", "10.1.0.0/21", "10.129.0.0/21", anchor, network)
	if err != nil {
		return err
	}
	east, err := makeMember(ctx, "east", "west", "10.2.0.0/21", "10.130.0.0/21", anchor, network)
	if err != nil {
		return err
	}
	if err := link(ctx, "west", "east", west, east); err != nil {
		return err
	}
	if err := link(ctx, "east", "west", east, west); err != nil {
		return err
	}
	ctx.Export("kubeconfigs", pulumi.StringMap{
		"west": west.cluster.Kubeconfig,
		"east": east.cluster.Kubeconfig,
	})
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
