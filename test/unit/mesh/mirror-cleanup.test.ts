import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { assertEach } from "../../assert-each.ts";
import { cleanUp as cleanUpWithin, mirrorCleanup } from "../../../providers/mesh/mirror-cleanup.ts";
import { testContext } from "./context.ts";
import type { FakeKubernetes } from "./fake-kubernetes.ts";
import {
  endpoints,
  leases,
  linkedCluster,
  links,
  metrics,
  metricsPath,
  mirrors,
  ok,
} from "./linked-cluster.ts";

const mirrored = { "mirror.linkerd.io/mirrored-service": "true" };
const ofTarget = (cluster: string) => ({ ...mirrored, "mirror.linkerd.io/cluster-name": cluster });
const discovery = "multicluster.linkerd.io/remote-discovery";
const probe = "/api/v1/namespaces/linkerd-multicluster/endpoints/probe-east";
const pod = "/api/v1/namespaces/linkerd-multicluster/pods/controller-east-1";

describe("what a Link leaves behind", () => {
  let fake: FakeKubernetes;
  beforeEach(async () => {
    fake = await linkedCluster();
    for (const [name, labels] of [
      ["web-east", ofTarget("east")],
      [
        "db-0-east",
        { ...ofTarget("east"), "mirror.linkerd.io/headless-mirror-svc-name": "db-east" },
      ],
      ["web-north", ofTarget("north")],
      ["web", {}],
    ] as const) {
      fake.put(mirrors, { metadata: { name, labels } });
      fake.put(endpoints, { metadata: { name, labels } });
    }
    const federated = (name: string, annotations: Record<string, string>) => {
      fake.put(mirrors, { metadata: { name, labels: mirrored, annotations } });
    };
    federated("last-federated", { [discovery]: "last@east" });
    federated("shared-federated", { [discovery]: "shared@east,shared@north" });
    federated("local-federated", {
      [discovery]: "local@east",
      "multicluster.linkerd.io/local-discovery": "local",
    });
  });
  afterEach(() => fake.stop());

  const properties = () => ({
    kubeconfig: fake.kubeconfig,
    namespace: "linkerd-multicluster",
    link: "east",
  });
  const cleanUp = async (): Promise<readonly string[]> => {
    const { context, said } = testContext();
    await mirrorCleanup.delete(
      { id: "x", urn: context.urn, inputs: properties(), outputs: properties() },
      context,
    );
    return said;
  };
  const changes = () => fake.requests.filter((request) => !request.startsWith("GET"));

  it("is removed after the Link; what belongs to others stays", async () => {
    fake.remove(`${links}/east`);
    fake.remove(pod);
    await cleanUp();
    for (const name of ["web-east", "db-0-east", "last-federated"]) {
      assert.ok(!fake.has(`${mirrors}/${name}`), `Service ${name} is left`);
      assert.ok(!fake.has(`${endpoints}/${name}`), `Endpoints ${name} are left`);
    }
    assert.ok(!fake.has(probe));
    assert.ok(!fake.has(`${leases}/service-mirror-write-east`));
    for (const name of ["web-north", "web"]) {
      assert.ok(fake.has(`${mirrors}/${name}`) && fake.has(`${endpoints}/${name}`));
    }
    const annotation = (name: string) =>
      fake.get(`${mirrors}/${name}`)?.metadata.annotations?.[discovery];
    assert.equal(annotation("shared-federated"), "shared@north");
    assert.equal(annotation("local-federated"), "");
  });

  it("stays while there is a Link of that name", async () => {
    const said = await cleanUp();
    assert.deepEqual(changes(), []);
    assert.match(said.join("\n"), /there is a Link east: what belongs to it stays/);
  });

  it("is removed only when the service mirror has let go, whose Lease stays while it runs", async () => {
    fake.remove(`${links}/east`);
    let asked = 0;
    fake.answers.set(metricsPath, () => {
      asked += 1;
      if (asked < 3) {
        assert.deepEqual(changes(), []);
        return ok(metrics({ services: 3 }));
      }
      return ok(metrics({}));
    });
    await cleanUp();
    assert.equal(asked, 3);
    assert.ok(!fake.has(`${mirrors}/web-east`));
    assert.ok(fake.has(`${leases}/service-mirror-write-east`));
  });

  it("is nothing when the cluster is gone", async () => {
    const { context, said } = testContext();
    const outputs = properties();
    await fake.stop();
    await cleanUpWithin(outputs, context, 300);
    assert.match(said.join("\n"), /is gone, with everything that was to be removed/);
  });

  it("stays where it can't be told whether the Link is gone", async () => {
    fake.answers.set(`${links}/east`, { status: 401, body: "no" });
    await assert.rejects(cleanUp(), /the credentials are refused/);
    assert.ok(fake.has(`${mirrors}/web-east`));
    assertEach("requests that only look", fake.requests, (request) => request.startsWith("GET"));
  });

  it("a refusal is an error, not a silence", async () => {
    fake.answers.set("/version", { status: 401, body: "no" });
    await assert.rejects(cleanUp(), /the credentials are refused/);
  });
});
