import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { docker } from "../../environments/docker.ts";
import type { Tell } from "../../environments/report/phase.ts";
import { withScratch } from "../../environments/scratch.ts";
import { readState } from "../../environments/state.ts";
import { bringEngine } from "../../environments/tools.ts";
import { openExistingStack } from "../../environments/workspace.ts";
import { timeLimits } from "../../system/time-limits.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { isNotFound } from "../../kubernetes/errors.ts";
import { eventually, TestEnvironment } from "./environment.ts";
import { createNamespace, createWeb, namespace } from "./workload.ts";

const quiet: Tell = { step: () => undefined, current: () => undefined, notice: () => undefined };
const link = "/apis/multicluster.linkerd.io/v1alpha3/namespaces/linkerd-multicluster/links/east";
const mirror = `/api/v1/namespaces/${namespace}/services/web-east`;

const topology = {
  clusters: [
    { name: "west", network: "lab" },
    { name: "east", network: "lab" },
  ],
  links: [{ between: ["west", "east"] }],
};

describe("a cluster that was deleted by hand", { timeout: 1_200_000 }, () => {
  let environment: TestEnvironment;
  let west: KubernetesApi;

  before(async () => {
    environment = await TestEnvironment.create("deleted", topology);
    await environment.up();
    west = await environment.api("west");
    const east = await environment.api("east");
    await Promise.all([createNamespace(west), createNamespace(east)]);
    await createWeb(east, "east");
    await east.patch(`/api/v1/namespaces/${namespace}/services/web`, {
      metadata: { labels: { "mirror.linkerd.io/exported": "true" } },
    });
    await eventually("the mirror web-east", timeLimits.mirrorFollows, () => west.get(mirror));
  });
  after(() => environment.dispose());

  test("a plain refresh of a cluster whose nodes are stopped keeps the state", async () => {
    const { stack, backend, env } = environment.request();
    const node = `${stack.name}-east-control-plane`;
    const uid = async () => {
      const east = await environment.reconnect("east");
      const path = link.replace("links/east", "links/west");
      return (await east.get<{ metadata: { uid: string } }>(path)).metadata.uid;
    };
    const recorded = await uid();
    await docker(["stop", node]);
    const tools = await bringEngine({ env, state: undefined, tell: quiet });
    await withScratch(tools.env, async (scratch) => {
      const opened = await openExistingStack({ stack, backend, env: scratch });
      assert.ok(opened);
      // What the package itself awaited in the cluster is awaited again: a refresh drops it.
      const kept = async () =>
        ((await readState(backend, opened)).deployment.resources ?? []).filter(
          ({ urn }) =>
            !/:index:(InjectorReady|LinkReady|ProxiesCurrent|ReleaseComplete)::/.test(urn),
        );
      const urns = async () => (await kept()).map(({ urn }) => urn).sort();
      const before = await urns();
      // The provider of kind clusters starts the nodes, and the API server may answer late.
      await opened.refresh({ color: "never" }).catch((error: unknown) => {
        assert.match(String(error), /unreachable|no answer|connection refused/i);
      });
      assert.deepEqual(await urns(), before);
    });
    const { proof } = await environment.up();
    assert.ok(proof.proved);
    assert.equal(await uid(), recorded);
  });

  test("up makes a cluster again that was deleted, and its Links on both sides", async () => {
    const before = await west.get<{ metadata: { uid: string } }>(link);
    await docker(["rm", "--force", "--volumes", `${environment.stack.name}-east-control-plane`]);
    const { proof } = await environment.up();
    assert.ok(proof.proved);
    const east = await environment.reconnect("east");
    await east.get(link.replace("links/east", "links/west"));
    // West's Link is the same, with credentials that the new cluster takes.
    assert.equal(
      (await west.get<{ metadata: { uid: string } }>(link)).metadata.uid,
      before.metadata.uid,
    );
    await eventually("the end of a mirror without its Service", timeLimits.mirrorFollows, () =>
      west.get(mirror).then(
        () => undefined,
        (error: unknown) => (isNotFound(error) ? true : undefined),
      ),
    );
  });

  test("then a further up changes nothing", async () => {
    const { changes } = await environment.up();
    assert.deepEqual(Object.keys(changes), ["same"]);
  });
});
