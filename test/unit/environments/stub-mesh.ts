import { writeFile } from "node:fs/promises";
import path from "node:path";
import { plan } from "../../../environments/for-programs.ts";
import { FakeKubernetes } from "../mesh/fake-kubernetes.ts";
import { ok } from "../mesh/linked-cluster.ts";

/** The topology of a {@link StubMesh}. */
export const two = {
  clusters: [{ name: "west" }, { name: "east" }],
  links: [{ between: ["west", "east"] as const }],
};

/** A mesh of stub API servers, which is shared with whatever has its variables. */
export interface StubMesh {
  readonly west: FakeKubernetes;
  readonly east: FakeKubernetes;
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** @param directory for its files */
export async function startStubMesh(directory: string): Promise<StubMesh> {
  const west = await FakeKubernetes.start();
  const east = await FakeKubernetes.start();
  const resources = [{ name: "configmaps", kind: "ConfigMap", namespaced: true }];
  for (const [name, fake] of Object.entries({ west, east })) {
    fake.answers.set("/api/v1", ok({ resources }));
    const config = JSON.parse(fake.kubeconfig) as { contexts: { name: string }[] };
    for (const context of config.contexts) context.name = name;
    await writeFile(path.join(directory, name), JSON.stringify(config));
  }
  const planned = path.join(directory, "plan.json");
  await writeFile(planned, JSON.stringify(await plan({ ...two, name: "two-abc123" })));
  return {
    west,
    east,
    env: {
      LINKERD_TOPOLOGY_NAME: "two-abc123",
      LINKERD_TOPOLOGY_PLAN: planned,
      KUBECONFIG: path.join(directory, "west"),
      KUBECONFIG_WEST: path.join(directory, "west"),
      KUBECONFIG_EAST: path.join(directory, "east"),
    },
    async stop() {
      await Promise.all([west.stop(), east.stop()]);
    },
  };
}
