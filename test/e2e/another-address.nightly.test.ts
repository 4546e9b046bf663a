import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { docker } from "../../environments/docker.ts";
import type { UpResult } from "../../environments/up.ts";
import { TestEnvironment } from "./environment.ts";
import { testLinkerdChecks } from "./linkerd-checks.ts";

/** One network, so that Links are mixed: gateways, pod routes and discovery in the target. */
const topology = {
  // Docker assigns a requested address only if the subnet was requested too.
  docker: { subnet: "192.168.240.0/20" },
  clusters: [
    { name: "west", network: "lab" },
    { name: "east", network: "lab" },
  ],
  links: [{ between: ["west", "east"] }],
};

describe("a node that comes back with another address", { timeout: 1_200_000 }, () => {
  let environment: TestEnvironment;
  let first: UpResult;

  before(async () => {
    environment = await TestEnvironment.create("moved", topology);
    first = await environment.up();
    assert.ok(first.proof.proved);
  });
  after(async () => {
    await environment.dispose();
  });

  test("is followed by up", async (context) => {
    const node = `${environment.stack.name}-east-control-plane`;
    const network = first.plan.network.name;
    const address = async (): Promise<string> => {
      const format = `{{(index .NetworkSettings.Networks ${JSON.stringify(network)}).IPAddress}}`;
      return (await docker(["inspect", "--format", format, node])).trim();
    };
    assert.match(await address(), /^192\.168\.24[0-7]\./);
    const other = "192.168.241.77";
    await docker(["stop", "--time", "1", node]);
    await docker(["network", "disconnect", network, node]);
    await docker(["network", "connect", "--ip", other, network, node]);
    const begun = performance.now();
    const { proof, outputs } = await environment.up();
    const took = ((performance.now() - begun) / 1000).toFixed(1);
    context.diagnostic(`up with another address: ${took} s`);
    assert.ok(proof.proved);
    assert.equal(await address(), other);
    const clusters = outputs["clusters"] as { name: string; nodes: { address: string }[] }[];
    const east = clusters.find(({ name }) => name === "east");
    assert.deepEqual(
      east?.nodes.map(({ address }) => address),
      [other],
    );
  });

  // Linkerd's own command line reads the API servers' addresses from the credentials, on this machine.
  testLinkerdChecks(() => ({ environment, entered: first }));
});
