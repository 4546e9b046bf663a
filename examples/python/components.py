"""Two linked clusters, component by component: python components.py preview | up | destroy"""

import sys

import pulumi
from pulumi import automation
from pulumi_linkerd_topology import (
    AccessAccount,
    ControlPlane,
    Issuer,
    KindCluster,
    Link,
    Multicluster,
    Network,
    TrustAnchor,
)


def program():
    anchor = TrustAnchor("lab")
    network = Network("lab", name="linkerd-topology-lab")
    clusters, extensions = {}, {}
    for index, (name, other) in enumerate([("west", "east"), ("east", "west")], 1):
        cluster = clusters[name] = KindCluster(
            f"lab-{name}-1",
            kind_name=f"lab-{name}",
            network=network.name,
            generation="1",
            pod_subnet=f"10.{index}.0.0/21",
            service_subnet=f"10.{128 + index}.0.0/21",
        )
        linkerd = ControlPlane(
            f"lab-{name}-1-control-plane",
            cluster=cluster,
            trust_anchors_pem=anchor.certificate_pem,
            issuer=Issuer(f"lab-{name}", trust_anchor=anchor),
        )
        extensions[name] = Multicluster(
            f"lab-{name}-1-multicluster",
            cluster=cluster,
            control_plane=linkerd,
            gateway={},
            targets=[{"name": other, "probe_port": 30191}],
        )
    for source, target in [("west", "east"), ("east", "west")]:
        node = f"lab-{target}-control-plane"
        Link(
            f"lab-{source}-1-to-{target}",
            source=clusters[source],
            extension=extensions[source],
            target=target,
            api_server=f"https://{node}:6443",
            access=AccessAccount(
                f"lab-{target}-1-from-{source}",
                cluster=clusters[target],
                extension=extensions[target],
                source=source,
                mode="gateway",
            ),
            mode="gateway",
            gateway={"addresses": [node]},
        )
    pulumi.export("kubeconfigs", {name: cluster.kubeconfig for name, cluster in clusters.items()})


stack = automation.create_or_select_stack("lab", "two-clusters", program)
getattr(stack, sys.argv[1])(on_output=print)
