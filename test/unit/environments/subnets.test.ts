import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import type { PreflightContext } from "../../../environments/preflight/check.ts";
import {
  checkDockerSubnet,
  checkSubnets,
  parseRoutes,
} from "../../../environments/preflight/subnets.ts";
import { planOrThrow } from "../../../planning/plan.ts";
import type { Topology } from "../../../planning/topology.ts";

const networks = [
  { Id: "0123456789abcdef", Name: "somebodys", IPAM: { Config: [{ Subnet: "172.30.0.0/16" }] } },
  { Id: "8899aabbccddeeff", Name: "tens", IPAM: { Config: [{ Subnet: "10.77.0.0/16" }] } },
  { Id: "fedcba9876543210", Name: "v6", IPAM: { Config: [{ Subnet: "fc00::/64" }] } },
  {
    Id: "00112233445566778899",
    Name: "linkerd-topology-lab",
    IPAM: { Config: [{ Subnet: "172.28.0.0/16" }] },
  },
];

describe("the checks of subnets before up", () => {
  let directory: string;
  const pathBefore = process.env["PATH"];
  before(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), "linkerd-topology-e2e-subnets-"));
    const lines = networks.map(({ Id }) => JSON.stringify({ ID: Id })).join("\n");
    const docker = `#!/bin/sh
if [ "$2" = ls ]; then cat <<'END'
${lines}
END
else cat <<'END'
${JSON.stringify(networks)}
END
fi
`;
    await writeFile(path.join(directory, "docker"), docker);
    await chmod(path.join(directory, "docker"), 0o755);
    process.env["PATH"] = `${directory}${path.delimiter}${pathBefore ?? ""}`;
  });
  after(async () => {
    process.env["PATH"] = pathBefore;
    await rm(directory, { recursive: true });
  });

  function contextOf(topology: Topology): PreflightContext {
    const plan = planOrThrow(topology, { name: "lab" });
    const missing = plan.clusters.filter((cluster) => cluster.type === "kind");
    return { plan, sources: undefined, env: {}, containers: [], missing };
  }

  test("name a pod subnet that is a Docker network's, whose, and what to do", async () => {
    const clusters = [{ name: "west", podSubnet: "10.77.8.0/21" }, { name: "east" }];
    assert.deepEqual(await checkSubnets(contextOf({ clusters })), [
      "cluster west: its podSubnet 10.77.8.0/21 overlaps with 10.77.0.0/16 of the Docker network " +
        '"tens": choose another podSubnet or slot, or remove that network',
    ]);
  });

  test("name a subnet of the Docker network that is another one's", async () => {
    const clusters = [{ name: "west" }];
    const routes = path.join(directory, "routes");
    await writeFile(
      routes,
      [
        "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask",
        "br-001122334455\t00001CAC\t00000000\t0001\t0\t0\t0\t0000FFFF",
        "tun0\t0000400A\t00000000\t0001\t0\t0\t0\t0000FFFF",
      ].join("\n"),
    );
    const check = (subnet: string) =>
      checkDockerSubnet(contextOf({ clusters, docker: { subnet } }), routes);
    assert.deepEqual(await check("172.30.16.0/20"), [
      "docker.subnet 172.30.16.0/20 overlaps with 172.30.0.0/16 of the Docker network " +
        '"somebodys": choose another docker.subnet, or remove that network',
    ]);
    assert.deepEqual(await check("10.64.16.0/20"), [
      "docker.subnet 10.64.16.0/20 overlaps with 10.64.0.0/16, which this machine reaches by tun0: " +
        "choose another docker.subnet, or this machine can no longer reach it",
    ]);
    // Its own, made by an earlier up.
    assert.deepEqual(await check("172.28.0.0/16"), []);
    assert.deepEqual(await checkDockerSubnet(contextOf({ clusters }), routes), []);
  });

  test("read the routes of the host", () => {
    const header =
      "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT";
    const table = [
      header,
      "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0",
      "br-540d6ce82b7d\t000017AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0",
      "tun1\t00000000\t010200C0\t0003\t0\t0\t0\t00000080\t0\t0\t0",
      "tun1\t00000080\t010200C0\t0003\t0\t0\t0\t00000080\t0\t0\t0",
      "tun0\t0000100A\t00000000\t0001\t0\t0\t0\t0000F0FF\t0\t0\t0",
      "",
    ].join("\n");
    assert.deepEqual(parseRoutes(table), [
      { device: "br-540d6ce82b7d", subnet: "172.23.0.0/16" },
      { device: "tun0", subnet: "10.16.0.0/12" },
    ]);
  });
});
