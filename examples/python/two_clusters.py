"""Two linked clusters: python two_clusters.py preview | up | destroy"""

import sys

import pulumi
from pulumi import automation
from pulumi_linkerd_topology import Topology


def program():
    lab = Topology(
        "lab",
        topology={
            "clusters": [{"name": "west"}, {"name": "east"}],
            "links": [{"between": ["west", "east"]}],
        },
    )
    pulumi.export("links", lab.links)
    pulumi.export("kubeconfigs", lab.kubeconfigs)


stack = automation.create_or_select_stack("lab", "two-clusters", program)
getattr(stack, sys.argv[1])(on_output=print)
