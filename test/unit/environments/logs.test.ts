import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { readLogs, type LogComponent } from "../../../environments/logs.ts";
import { FakeKubernetes } from "../mesh/fake-kubernetes.ts";
import { ok } from "../mesh/linked-cluster.ts";
import { twoClusters, withIngress } from "../verification/planned.ts";
import { core } from "../verification/running.ts";

describe("logs of a gateway", () => {
  let west: FakeKubernetes;
  before(async () => {
    west = await FakeKubernetes.start();
    pod("linkerd-multicluster", "linkerd-gateway-5d8f-abcde");
    pod("ingress", "traefik-0");
    pod("ingress", "other-0", "other");
  });
  after(() => west.stop());

  const pod = (namespace: string, name: string, app = "traefik"): void => {
    const pods = `${core}/${namespace}/pods`;
    west.put(pods, {
      metadata: { name, labels: { app } },
      spec: { containers: [{ name: "main" }] },
      status: { containerStatuses: [{ name: "main", state: { running: {} } }] },
    });
    west.answers.set(`${pods}/${name}/log`, ok("2026-01-06T10:00:00.000000000Z a line\n"));
  };

  const read = async (plan: typeof twoClusters, components: readonly LogComponent[]) => {
    const pods: string[] = [];
    const problems: string[] = [];
    await readLogs({
      clusters: [{ name: "west", kubeconfig: west.kubeconfig }],
      plan,
      components,
      onLine: (line) => pods.push(line.pod),
      onProblem: (text) => problems.push(text),
    });
    assert.deepEqual(problems, []);
    return pods;
  };

  it("are those of Linkerd's own", async () => {
    assert.deepEqual(await read(twoClusters, ["gateway"]), ["linkerd-gateway-5d8f-abcde"]);
  });

  it("are those of the ingress that takes its place", async () => {
    const plan = withIngress("west", {
      namespace: "ingress",
      selector: { app: "traefik" },
      serviceAccount: "traefik",
    });
    assert.deepEqual(await read(plan, ["gateway", "identity"]), ["traefik-0"]);
  });
});
