import { checkProblems } from "./check-problems.ts";

const pair = [{ name: "west" }, { name: "east" }];

const on = (subnet: unknown, clusters: readonly object[] = pair) => ({
  clusters,
  docker: { subnet },
});

checkProblems("the Docker network", [
  [
    "no subnet",
    on("172.30.0.0"),
    'docker.subnet: "172.30.0.0" is not an IPv4 subnet (write a subnet such as 172.30.0.0/16)',
  ],
  [
    "an IPv6 subnet",
    on("fd00:30::/64"),
    'docker.subnet: "fd00:30::/64" is not an IPv4 subnet (write an IPv4 subnet such as 172.30.0.0/16: the network is IPv4 only)',
  ],
  [
    "an address in a subnet",
    on("172.30.1.0/16"),
    'docker.subnet: "172.30.1.0/16" begins within a subnet of that size (write 172.30.0.0/16)',
  ],
  [
    "a subnet that is too small",
    on("172.30.0.0/21"),
    'docker.subnet: "172.30.0.0/21" is too small: half of it is divided into ranges for load balancers (write a /20 or larger)',
  ],
  [
    "a subnet that is too large",
    on("160.0.0.0/3"),
    'docker.subnet: "160.0.0.0/3" is larger than any private network (write a /8 or smaller)',
  ],
  [
    "a subnet where pods are",
    on("10.22.0.0/16"),
    'docker.subnet: "10.22.0.0/16" overlaps the pod subnet 10.22.72.0/21 of "west" (choose a subnet in 172.16.0.0/12 or 192.168.0.0/16, such as 172.30.0.0/16)',
  ],
  [
    "a subnet where pods and Services are",
    on("10.0.0.0/8"),
    'docker.subnet: "10.0.0.0/8" overlaps the pod subnet 10.22.72.0/21 of "west" and 3 more, of "west", "east" (choose a subnet in 172.16.0.0/12 or 192.168.0.0/16, such as 172.30.0.0/16)',
  ],
  [
    "a subnet with less room than nodes",
    on(
      "172.30.0.0/20",
      Array.from({ length: 9 }, (_, index) => ({
        name: `c${index}`,
        podSubnet: `10.${index + 1}.0.0/16`,
        nodes: { controlPlanes: 3, workers: 250 },
      })),
    ),
    "docker.subnet: its first half has 2046 addresses for the 2286 containers of the nodes (choose a larger subnet)",
  ],
  [
    "a load balancer without addresses",
    {
      clusters: [
        { name: "west", loadBalancer: true },
        { name: "east", loadBalancer: false },
      ],
    },
    'clusters[0].loadBalancer: the load balancer of "west" has no addresses to give (write docker.subnet, from which each cluster gets a range)',
  ],
  [
    "ranges for load balancers that meet, one of them without a gateway",
    on("172.30.0.0/20", [
      { name: "west", slot: 5, loadBalancer: true },
      { name: "east", slot: 516 },
    ]),
    'clusters[1].slot: "east" and "west" have the same range for load balancers, 172.30.8.20/30 (write slot: 517, or a docker.subnet of at least a /17, where each slot has its own)',
  ],
  [
    "ranges for load balancers that meet",
    on("172.30.0.0/20", [
      { name: "west", slot: 5 },
      { name: "east", slot: 516, gateway: { serviceType: "LoadBalancer" } },
    ]),
    'clusters[1].slot: "east" and "west" have the same range for load balancers, 172.30.8.20/30 (write slot: 517, or a docker.subnet of at least a /17, where each slot has its own)',
  ],
  [
    "ranges of one slot",
    on("172.30.0.0/16", [
      { name: "west", slot: 5, gateway: { serviceType: "LoadBalancer" } },
      { name: "east", slot: 5, podSubnet: "10.3.0.0/16", serviceSubnet: "10.200.0.0/16" },
    ]),
    'clusters[1].slot: "east" and "west" have the same range for load balancers, 172.30.128.40/29 (write slot: 64)',
  ],
  [
    "none, where the first and the last slot are in use",
    on("172.30.0.0/17", [
      { name: "west", slot: 0, podSubnet: "10.3.0.0/16", serviceSubnet: "10.200.0.0/16" },
      { name: "east", slot: 4095 },
    ]),
  ],
  [
    "none, where no cluster has a load balancer",
    on(
      "172.30.0.0/20",
      Array.from({ length: 30 }, (_, index) => ({ name: `c${index}`, slot: 2 + index * 73 })),
    ),
  ],
  [
    "one slot, told once",
    on("172.30.0.0/16", [
      { name: "west", slot: 5 },
      { name: "east", slot: 5 },
    ]),
    'clusters[1].slot: "east" and "west" have the same default subnets (slot 5) (write slot: 64, for the newer of the two: other subnets recreate a cluster)',
  ],
]);
