import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { lookForNodesBack } from "../../../environments/nodes-back.ts";
import { connect } from "../../../kubernetes/connect.ts";
import { FakeKubernetes } from "../mesh/fake-kubernetes.ts";

const since = Date.parse("2026-01-01T12:00:00.600Z");
const before = "2026-01-01T11:59:00Z";
const after = "2026-01-01T12:00:07Z";

describe("nodes that were started", () => {
  let fake: FakeKubernetes;
  beforeEach(async () => {
    fake = await FakeKubernetes.start();
    node(after);
    pod({ running: { startedAt: after } });
  });
  afterEach(() => fake.stop());

  const node = (lastHeartbeatTime: string, status = "True"): void => {
    fake.put("/api/v1/nodes", {
      metadata: { name: "west" },
      status: { conditions: [{ type: "Ready", status, lastHeartbeatTime }] },
    });
  };
  const pod = (state: object, key = "containerStatuses"): void => {
    fake.put("/api/v1/namespaces/linkerd/pods", {
      metadata: { name: "identity" },
      status: { [key]: [{ state }] },
    });
  };
  const look = async () => lookForNodesBack(await connect({ kubeconfig: fake.kubeconfig }), since);
  const seen = async () => {
    const found = await look();
    assert.ok(!found.done);
    return found.seen;
  };

  test("are back once their API server tells of the present", async () => {
    assert.deepEqual(await look(), { done: true, value: undefined });
    // Within the same second: Kubernetes tells no fractions.
    node("2026-01-01T12:00:00Z");
    assert.equal((await look()).done, true);
  });

  test("are not while it tells of nodes as they were", async () => {
    node(before);
    assert.match(await seen(), /node west/);
    node(after, "Unknown");
    assert.match(await seen(), /node west/);
  });

  test("are not while it tells of containers that ended with the node", async () => {
    pod({ running: { startedAt: before } });
    assert.match(await seen(), /pod linkerd\/identity/);
    pod({ terminated: { exitCode: 255 } });
    assert.equal((await look()).done, true);
  });

  test("are not while it tells of native sidecars that ended with the node", async () => {
    pod({ running: { startedAt: before } }, "initContainerStatuses");
    assert.match(await seen(), /pod linkerd\/identity/);
    pod({ terminated: { exitCode: 0 } }, "initContainerStatuses");
    assert.equal((await look()).done, true);
  });
});
