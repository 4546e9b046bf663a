import assert from "node:assert/strict";
import { createServer, type AddressInfo } from "node:net";
import { describe, test } from "node:test";
import { checkForeignClusters } from "../../../environments/preflight/foreign-clusters.ts";
import { checkPorts } from "../../../environments/preflight/ports.ts";
import type { PreflightContext } from "../../../environments/preflight/preflight.ts";
import { planOrThrow } from "../../../planning/plan.ts";
import type { Topology } from "../../../planning/topology.ts";

function contextOf(topology: Topology, containers: PreflightContext["containers"] = []) {
  const plan = planOrThrow(topology, { name: "lab" });
  const missing = plan.clusters.filter((cluster) => cluster.type === "kind");
  return { plan, sources: undefined, env: {}, containers, missing };
}

describe("the checks before up", () => {
  test("name a port that is taken, its cluster, and what to do", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const portMappings = [{ containerPort: 30080, hostPort: port }];
    const problems = await checkPorts(contextOf({ clusters: [{ name: "west", portMappings }] }));
    await new Promise((resolve) => server.close(resolve));
    assert.equal(problems.length, 1);
    assert.match(
      problems[0] ?? "",
      new RegExp(
        `^cluster west: TCP port ${port} of 127.0.0.1 is taken by another program: choose`,
      ),
    );
    assert.deepEqual(
      await checkPorts(contextOf({ clusters: [{ name: "west", portMappings }] })),
      [],
    );
  });

  test("take a kind cluster on another network for somebody else's", async () => {
    const container = { name: "lab-west-control-plane", cluster: "lab-west", running: true };
    const found = (network: string) =>
      checkForeignClusters(
        contextOf({ clusters: [{ name: "west" }] }, [{ ...container, networks: [network] }]),
      );
    assert.match(
      (await found("kind"))[0] ?? "",
      /kind cluster "lab-west" already, on the Docker network kind/,
    );
    assert.deepEqual(await found("linkerd-topology-lab"), []);
  });
});
