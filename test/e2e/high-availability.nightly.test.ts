import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { UpResult } from "../../environments/up.ts";
import { linkerdNamespace, multiclusterNamespace } from "../../planning/names.ts";
import { TestEnvironment } from "./environment.ts";
import { testProvedAndUnchanged } from "./proved.ts";

const nodes = { workers: 3 };
const topology = {
  clusters: [
    { name: "west", nodes },
    { name: "east", nodes },
  ],
  links: [{ between: ["west", "east"] }],
  linkerd: { highAvailability: true },
};

interface Listed<T> {
  readonly items: readonly (T & { readonly metadata: { readonly name: string } })[];
}
interface Deployment {
  readonly spec: { readonly replicas: number };
  readonly status: { readonly readyReplicas?: number };
}
interface Pod {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec: { readonly nodeName?: string };
}
interface Budget {
  readonly status: { readonly disruptionsAllowed: number };
}

describe("high availability with three workers", { timeout: 2_400_000 }, () => {
  let environment: TestEnvironment;
  let first: UpResult;

  before(async () => {
    environment = await TestEnvironment.create("available", topology);
    first = await environment.up();
  });
  after(() => environment.dispose());

  test("three replicas of each controller and gateway are on three nodes", async () => {
    assert.ok(first.proof.proved);
    for (const cluster of ["west", "east"]) {
      const api = await environment.api(cluster);
      for (const [namespace, label] of [
        [linkerdNamespace, "linkerd.io/control-plane-component"],
        [multiclusterNamespace, "app"],
      ] as const) {
        const { items } = await api.get<Listed<Deployment>>(
          `/apis/apps/v1/namespaces/${namespace}/deployments`,
        );
        const several = items.filter(({ spec }) => spec.replicas > 1);
        const known =
          namespace === linkerdNamespace
            ? ["linkerd-destination", "linkerd-identity", "linkerd-proxy-injector"]
            : ["linkerd-gateway"];
        assert.deepEqual(several.map(({ metadata }) => metadata.name).sort(), known);
        const pods = await api.get<Listed<Pod>>(`/api/v1/namespaces/${namespace}/pods`);
        for (const { metadata, spec, status } of several) {
          assert.deepEqual([spec.replicas, status.readyReplicas], [3, 3], metadata.name);
          const part = metadata.name.replace(namespace === linkerdNamespace ? "linkerd-" : "", "");
          const own = pods.items.filter((pod) => pod.metadata.labels?.[label] === part);
          const places = new Set(own.map((pod) => pod.spec.nodeName));
          assert.deepEqual([own.length, places.size], [3, 3], `${cluster}: ${metadata.name}`);
        }
      }
    }
  });

  test("one of them at a time may be taken away", async () => {
    const api = await environment.api("west");
    const { items } = await api.get<Listed<Budget>>(
      `/apis/policy/v1/namespaces/${linkerdNamespace}/poddisruptionbudgets`,
    );
    assert.deepEqual(
      items.map(({ metadata, status }) => [metadata.name, status.disruptionsAllowed]).sort(),
      [
        ["linkerd-dst", 1],
        ["linkerd-identity", 1],
        ["linkerd-proxy-injector", 1],
      ],
    );
  });

  testProvedAndUnchanged(() => environment);
});
