import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { docker, dockerList } from "../../environments/docker.ts";
import type { UpResult } from "../../environments/up.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { eventually, TestEnvironment } from "./environment.ts";
import { testLinkerdChecks } from "./linkerd-checks.ts";
import { testProvedAndUnchanged } from "./proved.ts";
import { bringSources } from "./wanted-sources.ts";

const topology = {
  clusters: [{ name: "west", nodes: { controlPlanes: 3, workers: 1 } }, { name: "east" }],
  links: [{ between: ["west", "east"] }],
};

interface Nodes {
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

describe("several control planes on kind", { timeout: 2_400_000 }, () => {
  let environment: TestEnvironment;
  let first: UpResult;
  const kindName = () => `${environment.stack.name}-west`;
  const containers = async () => {
    const rows = await dockerList(["ps", "--filter", `name=^${kindName()}-`]);
    return rows.map((row) => row["Names"] ?? "").sort();
  };
  const addresses = async (names: readonly string[]) => {
    const format = "{{.Name}} {{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
    const text = await docker(["inspect", "--format", format, ...names]);
    return text.trim().split("\n").sort();
  };

  before(async () => {
    environment = await TestEnvironment.create("planes", topology);
    await bringSources(environment.directory, { severalControlPlanes: true });
    first = await environment.up();
  });
  after(() => environment.dispose());

  test("are all Ready behind their load balancer", async () => {
    assert.ok(first.proof.proved);
    const api = await environment.api("west");
    const { items } = await api.get<Nodes>("/api/v1/nodes");
    const nodes = ["control-plane", "control-plane2", "control-plane3", "worker"].map(
      (role) => `${kindName()}-${role}`,
    );
    assert.deepEqual(items.map(({ metadata }) => metadata.name).sort(), nodes);
    assert.deepEqual(await containers(), [...nodes, `${kindName()}-external-load-balancer`].sort());
  });

  testProvedAndUnchanged(() => environment);

  // They reach the API server by the fixed address of its load balancer.
  testLinkerdChecks(() => ({ environment, entered: first }));

  test("the API server answers without the first control plane", async () => {
    const lost = `${kindName()}-control-plane`;
    await docker(["pause", lost]);
    try {
      const api = await environment.reconnect("west");
      await eventually("an answer of the others", timeLimits.apiServerAnswers, async () => {
        const { items } = await api.get<Nodes>("/api/v1/nodes");
        return items.length === 4 ? true : undefined;
      });
    } finally {
      await docker(["unpause", lost]);
    }
  });

  test("up gives them their addresses back after they were started in another order", async (context) => {
    const names = await containers();
    const before = await addresses(names);
    await docker(["stop", "--time", "1", ...names]);
    // Docker assigns addresses in the order of the starts.
    for (const name of names.toSorted().toReversed()) await docker(["start", name]);
    const balancer = [`${kindName()}-external-load-balancer`];
    assert.notDeepEqual(await addresses(names), before);
    assert.ok(
      before.includes((await addresses(balancer)).join()),
      "Docker keeps the load balancer's",
    );
    const begun = performance.now();
    const { proof } = await environment.up();
    context.diagnostic(`up: ${((performance.now() - begun) / 1000).toFixed(0)} s`);
    assert.ok(proof.proved);
    assert.deepEqual(await addresses(names), before);
  });

  test("down leaves nothing", async () => {
    await environment.down();
    assert.deepEqual(await environment.traces(), []);
    assert.deepEqual(await containers(), []);
  });
});
