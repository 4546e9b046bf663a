import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KubernetesApi } from "../../../../kubernetes/api.ts";
import { awaitRemoval } from "../../../../verification/traffic/leftovers.ts";

const undiscovered = {
  type: "NamespaceDeletionDiscoveryFailure",
  status: "True",
  message: "unable to retrieve the complete list of server APIs: metrics.k8s.io/v1beta1",
};
const remaining = (status: "True" | "False") => ({
  type: "NamespaceContentRemaining",
  status,
  message: status === "True" ? "pods. has 1 resource instances" : "",
});

/** @param patience how long an API may have nothing that answers for it, in milliseconds */
function removal(conditions: readonly object[], patience: number) {
  const api = {
    get: () => Promise.resolve({ metadata: { name: "probes" }, status: { conditions } }),
  } as unknown as KubernetesApi;
  return awaitRemoval(api, "west", "probes", 300, patience);
}

describe("the removal of a namespace", () => {
  it("is not waited for where it is empty and an API has nothing that answers for it", async () => {
    assert.equal(await removal([undiscovered, remaining("False")], 100), undiscovered.message);
  });

  it("is waited for while that may pass", async () => {
    await assert.rejects(
      removal([undiscovered, remaining("False")], 10_000),
      /timed out.*metrics\.k8s\.io/,
    );
  });

  it("is waited for while something is in it, and both are told", async () => {
    await assert.rejects(
      removal([undiscovered, remaining("True")], 0),
      /metrics\.k8s\.io.*has 1 resource instances/,
    );
  });
});
