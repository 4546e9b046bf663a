import { FakeKubernetes } from "../../mesh/fake-kubernetes.ts";
import { ok } from "../../mesh/linked-cluster.ts";

/** Where a {@link startNewCluster} has its webhooks. */
export const webhooks = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";

const verbs = ["create", "delete", "get", "list"];

/** A cluster as a run leaves a new one: with namespaces, a webhook and a secret of its own. */
export async function startNewCluster(): Promise<FakeKubernetes> {
  const cluster = await FakeKubernetes.start();
  const group = "admissionregistration.k8s.io/v1";
  cluster.answers.set("/apis", ok({ groups: [{ preferredVersion: { groupVersion: group } }] }));
  cluster.answers.set(
    "/api/v1",
    ok({
      resources: [
        { name: "namespaces", namespaced: false, verbs },
        { name: "namespaces/status", namespaced: false, verbs },
        { name: "nodes", namespaced: false, verbs },
        { name: "pods", namespaced: true, verbs },
        { name: "secrets", namespaced: true, verbs },
        // They can't be deleted.
        { name: "bindings", namespaced: true, verbs: ["create"] },
      ],
    }),
  );
  cluster.answers.set(
    `/apis/${group}`,
    ok({ resources: [{ name: "mutatingwebhookconfigurations", namespaced: false, verbs }] }),
  );
  for (const name of ["default", "kube-system", "linkerd", "linkerd-multicluster"]) {
    cluster.put("/api/v1/namespaces", {
      metadata: { name, ...(name === "kube-system" && { uid: cluster.uid }) },
    });
  }
  cluster.put(webhooks, { metadata: { name: "linkerd-proxy-injector" } });
  cluster.put("/api/v1/namespaces/default/secrets", { metadata: { name: "own" } });
  return cluster;
}
