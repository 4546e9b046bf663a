"""Topologies that are refused, each for what the argument names."""

import sys

import pulumi
from pulumi import automation
from pulumi_linkerd_topology import Topology


def program():
    first = Topology("first", topology={"clusters": [{"name": "west"}]})
    clusters = {
        "unknown": [{"name": first.clusters[0].uid}, {"name": first.clusters[0].kubernetes_version}],
        "secret": [{"name": pulumi.Output.secret("west")}],
        "misspelt": [{"name": "west", "podsubnet": "10.1.0.0/21"}, {"name": "west"}],
    }
    Topology("second", topology={"clusters": clusters[sys.argv[1]]})


stack = automation.create_or_select_stack("lab", "two-clusters", program)
stack.preview(on_output=print)
