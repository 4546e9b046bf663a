import assert from "node:assert/strict";
import { test } from "node:test";
import { plan } from "../../../../planning/plan.ts";

const staging = {
  name: "staging",
  kubeconfig: "staging.kubeconfig",
  apiServer: "https://10.0.0.1:6443",
};

const cases: readonly (readonly [string, object, readonly string[]])[] = [
  ["an existing cluster", {}, []],
  [
    "an issuer of cert-manager, which stays",
    { clusters: [{ ...staging, trust: { issuer: { certManager: { name: "root" } } } }] },
    [],
  ],
  [
    "a cluster that the package would create",
    { clusters: [staging, { name: "west" }] },
    ["clusters[1]"],
  ],
  [
    "settings that only another installation could have",
    {
      access: { tokenGeneration: 2 },
      docker: { subnet: "172.30.0.0/16" },
      linkerd: { values: { multicluster: { a: 1 } }, restart: ["shop"] },
      observability: {},
      trust: { anchors: [{ generation: 1 }], signer: 1 },
    },
    [
      "access",
      "docker",
      "linkerd.restart",
      "linkerd.values",
      "observability",
      "trust.anchors",
      "trust.signer",
    ],
  ],
  [
    "settings of a cluster",
    { clusters: [{ ...staging, gateway: { admission: "linked" }, trust: { rotation: "2" } }] },
    ["clusters[0].gateway.admission", "clusters[0].trust.rotation"],
  ],
];

for (const [what, over, expected] of cases) {
  test(`a topology that adopts, with ${what}`, () => {
    const result = plan({ clusters: [staging], adopt: true, ...over }, { name: "lab" });
    const problems = result.ok ? [] : result.problems;
    const paths = problems.map(({ path }) => path);
    for (const path of expected) assert.ok(paths.includes(path), `${path} of ${paths.join()}`);
    if (expected.length === 0) assert.deepEqual(problems, []);
    if (result.ok) assert.equal(result.plan.adopted, true);
  });
}
