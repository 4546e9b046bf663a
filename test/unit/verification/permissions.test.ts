import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { accessRights } from "../../../planning/access-rights.ts";
import { everybodysRights, reviewPermissions } from "../../../verification/access/permissions.ts";
import type { KubernetesApi } from "../../../verification/kubernetes/api.ts";
import { rbac, rulesOf, served } from "./rbac.ts";
import type { Rule } from "./rbac.ts";

function apiWith(rules: readonly Rule[], paths: readonly string[] = []) {
  const { get, decide, questions } = rbac(rules, paths);
  const api = {
    server: "https://east:6443",
    get: (path: string) => Promise.resolve().then(() => get(path)),
    post: (_: string, body: unknown) => Promise.resolve(decide(body)),
  } as unknown as KubernetesApi;
  return { api, questions };
}

const own = [...rulesOf(accessRights("mixed")), ...rulesOf(everybodysRights)];

describe("a review of what an account may do", () => {
  it("finds nothing to say of one that has its rights and no others", async () => {
    const { api, questions } = apiWith(own);
    const review = await reviewPermissions(api, accessRights("mixed"));
    assert.deepEqual([review.beyond, review.missing], [[], []]);
    assert.equal(review.asked, questions.length);
    // Sixteen verbs on each kind that is served: once, though servers come in two versions.
    assert.equal(questions.filter((one) => JSON.stringify(one).includes('"servers"')).length, 16);
    assert.equal(questions.filter((one) => JSON.stringify(one).includes('"log"')).length, 16);
  });

  const table: readonly [string, Rule, RegExp][] = [
    [
      "a verb more",
      { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
      /"get","apiGroup":"","resource":"pods"/,
    ],
    [
      "a kind more",
      { apiGroups: [""], resources: ["secrets"], verbs: ["list"] },
      /"list","apiGroup":"","resource":"secrets"/,
    ],
    [
      "a subresource",
      { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
      /"get","apiGroup":"","resource":"pods\/log"/,
    ],
    [
      "all objects in place of one",
      { apiGroups: [""], resources: ["configmaps"], verbs: ["get"] },
      /"get","apiGroup":"","resource":"configmaps"/,
    ],
    [
      "the right to be somebody else",
      { apiGroups: [""], resources: ["users"], verbs: ["impersonate"] },
      /"impersonate","apiGroup":"","resource":"users"/,
    ],
    [
      "a right in one namespace alone",
      { apiGroups: [""], resources: ["secrets"], verbs: ["get"], namespace: "linkerd" },
      /"get","apiGroup":"","resource":"secrets","namespace":"linkerd"/,
    ],
    [
      "another single object",
      { apiGroups: [""], resources: ["configmaps"], resourceNames: ["other"], verbs: ["get"] },
      /"resource":"configmaps",.*"name":"other"/,
    ],
  ];
  for (const [title, rule, expected] of table) {
    it(`finds ${title}`, async () => {
      const { api } = apiWith([...own, rule]);
      const { beyond, missing } = await reviewPermissions(api, accessRights("mixed"));
      assert.match(JSON.stringify(beyond), expected);
      assert.deepEqual(missing, []);
    });
  }

  it("finds everything of one that may do everything", async () => {
    const all = { apiGroups: ["*"], resources: ["*"], verbs: ["*"] };
    const { beyond } = await reviewPermissions(apiWith([...own, all], ["/metrics"]).api, []);
    assert.ok(beyond.length > 16 * Object.values(served).flat().length * 0.8, `${beyond.length}`);
    assert.ok(beyond.some(({ resource }) => resource === "/metrics"));
  });

  it("finds what is missing, and what is too much for a Link through the gateway", async () => {
    const wanted = accessRights("flat").filter(({ resource }) => resource !== "replicasets");
    const { api } = apiWith([...rulesOf(wanted), ...rulesOf(everybodysRights)]);
    const { missing } = await reviewPermissions(api, accessRights("flat"));
    assert.deepEqual(
      missing.map(({ verb, resource }) => `${verb} ${resource}`),
      ["list replicasets", "watch replicasets"],
    );
    const { beyond } = await reviewPermissions(apiWith(own).api, accessRights("gateway"));
    assert.deepEqual([...new Set(beyond.map(({ resource }) => resource))].sort(), [
      ...["endpointslices", "pods", "replicasets", "servers"],
    ]);
  });

  it("finds nobody in a revoked account", async () => {
    const { api } = apiWith(rulesOf(everybodysRights));
    const { beyond, missing } = await reviewPermissions(api, []);
    assert.deepEqual([beyond, missing], [[], []]);
  });
});
