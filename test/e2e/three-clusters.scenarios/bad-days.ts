import assert from "node:assert/strict";
import path from "node:path";
import { before, test } from "node:test";
import { execa } from "execa";
import { docker, dockerList } from "../../../environments/docker.ts";
import { corePath, deploymentPath, gatewayDeployment, linkPath } from "../../../linkerd/names.ts";
import { timeLimits } from "../../../system/time-limits.ts";
import { eventually, type TestEnvironment } from "../environment.ts";
import type { Scenario, SharedClusters } from "../scenario.ts";
import { baseTopology } from "../three-clusters.ts";
import { createNamespace, createWeb, namespace, servicePath } from "../workload.ts";

const multicluster = "linkerd-multicluster";
const mirror = servicePath("web-east");

export const badDays: Scenario = {
  name: "bad-days",
  title: "an up that is killed, a reboot, and what was changed from outside",
  topology: baseTopology,
  beforeFirstUp: killHalfWay,
  tests,
};

/** Kills an `up`, with its engine and its plugins, once there is a node of the first cluster. */
async function killHalfWay({ stack, env }: TestEnvironment): Promise<void> {
  const child = execa(
    process.execPath,
    [path.join(import.meta.dirname, "..", "up-child.ts"), stack.name, stack.file],
    // It gets its own process group, so that the test can kill everything in it at once.
    { env, detached: true, reject: false, stdio: ["ignore", "inherit", "inherit"] },
  );
  const node = `${stack.name}-west-control-plane`;
  await eventually("a half-made node", timeLimits.clusterCreate, async () => {
    const rows = await dockerList(["ps", "--all", "--filter", `name=^${node}$`]);
    return rows.length > 0 ? true : undefined;
  });
  process.kill(-(child.pid ?? 0), "SIGKILL");
  const { signal } = await child;
  assert.equal(signal, "SIGKILL", "the up ended before it was killed");
}

function tests(shared: SharedClusters): void {
  let environment: TestEnvironment;
  let nodes: readonly string[];

  before(() => {
    environment = shared.environment;
    nodes = shared.entered.plan.clusters.flatMap((cluster) =>
      cluster.type === "kind" ? cluster.nodes.map(({ name }) => name) : [],
    );
  });

  test("an up that follows a killed one finishes it", async () => {
    assert.ok(shared.entered.proof.proved);
    const found = await dockerList(["ps", "--filter", `name=${environment.stack.name}`]);
    assert.deepEqual(found.map((row) => row["Names"]).sort(), [...nodes].sort());

    const [west, east] = [shared.api("west"), shared.api("east")];
    await Promise.all([createNamespace(west), createNamespace(east)]);
    await createWeb(east, "east");
    await east.patch(servicePath("web"), {
      metadata: { labels: { "mirror.linkerd.io/exported": "true" } },
    });
    await eventually("the mirror web-east", timeLimits.mirrorFollows, () => west.get(mirror));
  });

  test("up brings back a machine that was rebooted", async (context) => {
    await docker(["stop", "--time", "1", ...nodes]);
    const begun = performance.now();
    const { proof } = await environment.up();
    context.diagnostic(`up after a stop of all nodes: ${seconds(begun)}`);
    assert.ok(proof.proved);
    // Docker may publish their API servers on other ports.
    for (const { name } of shared.entered.plan.clusters) await shared.reconnect(name);
    const west = shared.api("west");
    await eventually("the mirror's endpoints", timeLimits.mirrorFollows, async () => {
      const { subsets } = await west.get<{ subsets?: { addresses?: object[] }[] }>(
        corePath(namespace, "endpoints", "web-east"),
      );
      return subsets?.[0]?.addresses;
    });
  });

  test("up --refresh brings back a Link, credentials and a gateway", async (context) => {
    const west = shared.api("west");
    const deleted = [
      linkPath(multicluster, "east"),
      corePath(multicluster, "secrets", "cluster-credentials-east"),
      corePath("linkerd", "secrets", "cluster-credentials-east"),
      deploymentPath(multicluster, gatewayDeployment),
      corePath(multicluster, "services", gatewayDeployment),
    ];
    for (const path of deleted) await west.delete(path);
    const begun = performance.now();
    const { proof } = await environment.up({ refresh: true });
    context.diagnostic(`up --refresh: ${seconds(begun)}`);
    assert.ok(proof.proved);
    for (const path of deleted) await west.get(path);
    await eventually("the mirror web-east", timeLimits.mirrorFollows, () => west.get(mirror));
  });

  test("then a further up changes nothing", async () => {
    const { changes } = await environment.up();
    assert.deepEqual(Object.keys(changes), ["same"]);
  });
}

function seconds(begun: number): string {
  return `${((performance.now() - begun) / 1000).toFixed(1)} s`;
}
