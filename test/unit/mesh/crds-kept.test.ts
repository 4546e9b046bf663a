import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { parseAllDocuments } from "yaml";
import { assertEach } from "../../assert-each.ts";
import { crdsKept } from "../../../providers/mesh/crds.ts";
import type { PropertyMap } from "../../../providers/server/index.ts";
import { testContext } from "./context.ts";
import { FakeKubernetes } from "./fake-kubernetes.ts";

const collection = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const secrets = "/api/v1/namespaces/linkerd/secrets";
const record = "sh.helm.release.v1.linkerd-crds.v1";
const [profiles, servers] = ["serviceprofiles.linkerd.io", "servers.policy.linkerd.io"] as const;

describe("CRDs that Helm would delete with their objects", () => {
  let fake: FakeKubernetes;
  beforeEach(async () => {
    fake = await FakeKubernetes.start();
    const manifest = [profiles, servers]
      .map(
        (name) =>
          `# Source: crds\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n` +
          `metadata:\n  name: ${name}\n  labels: { a: "1" }\n`,
      )
      .join("---\n");
    const packed = gzipSync(JSON.stringify({ name: "linkerd-crds", manifest })).toString("base64");
    fake.put(secrets, {
      metadata: {
        name: record,
        labels: { owner: "helm", name: "linkerd-crds", status: "deployed" },
      },
      data: { release: Buffer.from(packed).toString("base64") },
    });
    for (const name of [profiles, servers]) {
      const [plural = "", ...group] = name.split(".");
      fake.put(collection, {
        metadata: { name },
        spec: {
          group: group.join("."),
          names: { plural },
          versions: [{ name: "v1", served: true }],
        },
      });
      have(name, []);
    }
  });
  afterEach(() => fake.stop());

  function have(name: string, items: object[], further: object = {}): void {
    const [plural = "", ...group] = name.split(".");
    const path = `/apis/${group.join(".")}/v1/${plural}`;
    fake.answers.set(path, { status: 200, body: { items, ...further } });
  }
  const object = (namespace: string) => ({ metadata: { namespace, name: "web" } });
  const remove = async (): Promise<readonly string[]> => {
    const outputs: PropertyMap = {
      kubeconfig: fake.kubeconfig,
      clusterUid: fake.uid,
      namespace: "linkerd",
      release: "linkerd-crds",
      ownNamespaces: ["linkerd", "linkerd-multicluster"],
    };
    const { context, said } = testContext();
    await crdsKept.delete({ id: "x", urn: context.urn, inputs: outputs, outputs }, context);
    return said;
  };
  /** The CRDs that Helm will leave, by its record. */
  const kept = (): string[] => {
    const { data } = fake.get(`${secrets}/${record}`) as unknown as { data: { release: string } };
    const compressed = Buffer.from(Buffer.from(data.release, "base64").toString(), "base64");
    const { name, manifest } = JSON.parse(gunzipSync(compressed).toString()) as {
      name: string;
      manifest: string;
    };
    assert.equal(name, "linkerd-crds");
    const objects = parseAllDocuments(manifest).map(
      (one) =>
        one.toJS() as {
          metadata: { name: string; labels: object; annotations?: Record<string, string> };
        },
    );
    assert.deepEqual(
      objects.map(({ metadata }) => [metadata.name, metadata.labels]),
      [
        [profiles, { a: "1" }],
        [servers, { a: "1" }],
      ],
    );
    return objects
      .filter(({ metadata }) => metadata.annotations?.["helm.sh/resource-policy"] === "keep")
      .map(({ metadata }) => metadata.name);
  };

  it("go where nobody has objects of them but Linkerd itself", async () => {
    have(servers, [object("linkerd"), object("linkerd-multicluster")]);
    assert.deepEqual(await remove(), []);
    assert.deepEqual(kept(), []);
    assertEach("requests that only look", fake.requests, (request) => request.startsWith("GET"));
  });

  it("stay, each by itself, where somebody has objects of them", async () => {
    have(servers, [object("linkerd"), object("shop")]);
    assert.deepEqual(await remove(), [
      `warning: the CRD ${servers} stays: there are objects of it, such as shop/web`,
    ]);
    assert.deepEqual(kept(), [servers]);
  });

  it("are an error where it can't be told", async () => {
    fake.answers.set("/apis/policy.linkerd.io/v1/servers", { status: 500, body: "no" });
    await assert.rejects(remove(), /500/);
    fake.uid = "another";
    const { context } = testContext();
    const outputs = {
      kubeconfig: fake.kubeconfig,
      clusterUid: "former",
      namespace: "linkerd",
      release: "linkerd-crds",
      ownNamespaces: [],
    };
    await assert.rejects(
      crdsKept.delete({ id: "x", urn: context.urn, inputs: outputs, outputs }, context),
      /another cluster/,
    );
  });
});
