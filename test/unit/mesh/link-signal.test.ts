import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { connect } from "../../../kubernetes/connect.ts";
import { lookAtLink } from "../../../linkerd/signals/link.ts";
import type { FakeKubernetes } from "./fake-kubernetes.ts";
import {
  leases,
  linkedCluster,
  links,
  logPath,
  metrics,
  metricsPath,
  ok,
  takenUp,
} from "./linked-cluster.ts";

const namespace = "linkerd-multicluster";
const pod = `/api/v1/namespaces/${namespace}/pods/controller-east-1`;
const probe = `/api/v1/namespaces/${namespace}/endpoints`;

describe("the signal that a Link was taken up", () => {
  let fake: FakeKubernetes;
  beforeEach(async () => {
    fake = await linkedCluster();
  });
  afterEach(() => fake.stop());

  const look = async (gateway = true) =>
    lookAtLink(await connect({ kubeconfig: fake.kubeconfig }), {
      namespace,
      link: "east",
      gateway,
    });
  const seen = async (gateway = true): Promise<string> => {
    const answer = await look(gateway);
    assert.ok(!answer.done, "the Link counts as taken up");
    return answer.seen;
  };

  it("is there when everything agrees", async () => {
    assert.deepEqual(await look(), { done: true, value: { controllerPod: "controller-east-1" } });
  });

  it("is there for a Link without a gateway, which has no probe", async () => {
    fake.answers.set(metricsPath, ok(metrics({ services: 3, enabled: 0 })));
    fake.remove(`${probe}/probe-east`);
    assert.equal((await look(false)).done, true);
  });

  it("is there when the log doesn't reach back to the Link, or can't be read", async () => {
    fake.answers.set(logPath, ok("nothing of interest\n"));
    assert.equal((await look()).done, true);
    fake.answers.set(logPath, { status: 500, body: "container not found" });
    assert.equal((await look()).done, true);
  });

  it("is not there without a Link", async () => {
    fake.remove(`${links}/east`);
    assert.equal(await seen(), "no Link east in namespace linkerd-multicluster");
  });

  it("is not there while nobody holds the Lease", async () => {
    fake.put(leases, {
      metadata: { name: "service-mirror-write-east" },
      spec: { holderIdentity: "" },
    });
    assert.equal(await seen(), "no pod holds the Lease service-mirror-write-east");
    fake.remove(`${leases}/service-mirror-write-east`);
    assert.equal(await seen(), "no pod holds the Lease service-mirror-write-east");
  });

  it("is not there while the Lease's holder is a pod that is gone, unready or ending", async () => {
    const held = fake.get(pod);
    assert.ok(held);
    fake.remove(pod);
    assert.match(await seen(), /held by controller-east-1, a pod that is gone/);
    fake.put(`/api/v1/namespaces/${namespace}/pods`, {
      ...held,
      status: {
        containerStatuses: [
          { name: "controller", ready: false, state: { waiting: { reason: "CrashLoopBackOff" } } },
        ],
      },
    });
    assert.match(await seen(), /not Ready \(controller: CrashLoopBackOff\)/);
    fake.put(`/api/v1/namespaces/${namespace}/pods`, {
      ...held,
      metadata: { name: "controller-east-1", deletionTimestamp: "2026-01-06T10:00:00Z" } as {
        name: string;
      },
    });
    assert.match(await seen(), /not Ready \(terminating\)/);
  });

  it("is not there for a controller that is Ready but has not read the Link", async () => {
    fake.answers.set(metricsPath, ok(metrics({})));
    assert.match(await seen(), /has not read the Link yet/);
  });

  it("is not there with credentials that the target refuses", async () => {
    fake.answers.set(metricsPath, ok(metrics({ enabled: 1 })));
    fake.answers.set(
      logPath,
      ok(
        `${takenUp("uid-1", 2)}time="2026-01-06T10:00:01Z" level=error msg="cannot connect to api for target cluster east: the server has asked for the client to provide credentials"\n`,
      ),
    );
    const text = await seen();
    assert.match(text, /no connection to the API server of east/);
    assert.match(text, /its log says: cannot connect to api for target cluster east: the server/);
    fake.answers.set(metricsPath, ok(metrics({ enabled: 1, services: 0 })));
    assert.match(await seen(), /not admitted by the API server of east/);
  });

  it("is not there while the controller knows the Link otherwise than it is meant", async () => {
    assert.match(await seen(false), /has read the Link with a gateway/);
    fake.answers.set(metricsPath, ok(metrics({ services: 3, enabled: 0 })));
    assert.match(await seen(), /has read the Link without a gateway/);
  });

  it("is not there while an earlier Link, or an earlier generation of it, is worked on", async () => {
    fake.answers.set(logPath, ok(takenUp("uid-0", 2)));
    assert.match(await seen(), /still works on an earlier Link/);
    fake.answers.set(logPath, ok(takenUp("uid-1", 1)));
    assert.match(await seen(), /works on generation 1 of the Link, which is at 2/);
    fake.answers.set(logPath, ok(takenUp("uid-1", 1) + takenUp("uid-1", 2)));
    assert.equal((await look()).done, true);
  });

  it("is not there while the probe's Endpoints don't follow the Link", async () => {
    const good = fake.get(`${probe}/probe-east`);
    assert.ok(good);
    fake.put(probe, { ...good, subsets: [] });
    assert.match(await seen(), /have no address \(the gateway's is "east-control-plane"/);
    fake.put(probe, {
      ...good,
      subsets: [{ addresses: [{ ip: "172.19.0.3" }], ports: [{ port: 4191 }] }],
    });
    assert.match(await seen(), /have port 4191, the Link 30191/);
    fake.put(probe, { ...good, metadata: { name: "probe-east" } });
    assert.match(await seen(), /gateway identity none, the Link gateway.identity/);
  });

  it("is not there while the metrics can't be read", async () => {
    fake.answers.set(metricsPath, { status: 503, body: "connection refused" });
    assert.match(await seen(), /metrics of pod controller-east-1 can't be read .*503/);
  });
});
