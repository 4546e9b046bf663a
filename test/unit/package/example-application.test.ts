import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import { planOrThrow } from "../../../planning/plan.ts";
import { defaultProbeImage } from "../../../verification/traffic/names.ts";

const root = path.resolve(import.meta.dirname, "../../..");

interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: {
    readonly selector?: Readonly<Record<string, unknown>>;
    readonly ports?: readonly { readonly port: number }[];
    readonly template?: {
      readonly metadata: { readonly labels: object };
      readonly spec: { readonly containers: readonly { readonly image: string }[] };
    };
  };
}

test("the example application is what the stack failover routes and a drill asks", () => {
  const file = readFileSync(path.join(root, "examples/failover/shop.yaml"), "utf8");
  const objects = parseAllDocuments(file).map((one) => one.toJS() as KubernetesObject);
  const stack = parse(readFileSync(path.join(root, "stacks/Pulumi.failover.yaml"), "utf8")) as {
    config: Record<string, unknown>;
  };
  const plan = planOrThrow(stack.config["linkerd-topology:topology"], { name: "failover" });
  const find = (kind: string, name: string): KubernetesObject => {
    const found = objects.find((one) => one.kind === kind && one.metadata.name === name);
    assert.ok(found, `${kind} ${name}`);
    return found;
  };
  assert.ok(plan.traffic.length > 0);
  for (const { namespace, service: name, port } of plan.traffic) {
    find("Namespace", namespace);
    const service = find("Service", name);
    assert.equal(service.metadata.namespace, namespace);
    assert.ok(service.spec?.ports?.some((one) => one.port === port));
    const { template } = find("Deployment", name).spec ?? {};
    assert.deepEqual(template?.metadata.labels, service.spec?.selector);
  }
  // The clusters have this image without a registry, too.
  for (const { spec } of objects) {
    for (const { image } of spec?.template?.spec.containers ?? []) {
      assert.equal(image, defaultProbeImage);
    }
  }
  find("Deployment", "client");
});
