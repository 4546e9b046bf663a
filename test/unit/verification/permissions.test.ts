import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { accessRights } from "../../../planning/access/rights.ts";
import { everybodysRights, reviewPermissions } from "../../../verification/access/permissions.ts";
import { KubernetesApiError } from "../../../kubernetes/errors.ts";
import type { KubernetesApi } from "../../../kubernetes/api.ts";
import { rbac, rulesOf, served } from "./rbac.ts";
import type { Rule } from "./rbac.ts";

function apiWith(
  rules: readonly Rule[],
  paths: readonly string[] = [],
  unlisted?: readonly Rule[],
) {
  const { get, decide, questions } = rbac(rules, paths, unlisted);
  const api = {
    server: "https://east:6443",
    get: (path: string) => Promise.resolve().then(() => get(path)),
    post: (_: string, body: unknown) => Promise.resolve(decide(body)),
  } as unknown as KubernetesApi;
  return { api, questions };
}

const own = [...rulesOf(accessRights("mixed")), ...rulesOf(everybodysRights)];

describe("a review of what an account may do, where all rules are listed", () => {
  theSame(undefined);
});

describe("a review of what an account may do, where rules may be missing in the list", () => {
  theSame([]);
});

it("takes few questions where the rules are listed", async () => {
  const { api, questions } = apiWith(own);
  const review = await reviewPermissions(api, accessRights("mixed"));
  assert.deepEqual([review.beyond, review.missing], [[], []]);
  assert.deepEqual([review.asked, questions.length], [5, 5]);
});

it("puts each question where an authorizer can't list what it lets through", async () => {
  const secret = { apiGroups: [""], resources: ["secrets"], verbs: ["list"] };
  const { api, questions } = apiWith(own, [], [secret]);
  const { asked, beyond } = await reviewPermissions(api, accessRights("mixed"));
  assert.deepEqual(beyond, [{ verb: "list", apiGroup: "", resource: "secrets" }]);
  assert.equal(asked, questions.length);
  assert.ok(asked > 250, `${asked}`);
});

it("tells of a rule as it stands, with its wildcards", async () => {
  const all = { apiGroups: ["*"], resources: ["*"], verbs: ["*"] };
  const { beyond, missing } = await reviewPermissions(
    apiWith([...rulesOf(everybodysRights), all], ["/healthz", "/metr*"]).api,
    accessRights("flat"),
  );
  assert.deepEqual(beyond, [
    { verb: "*", apiGroup: "*", resource: "*" },
    { verb: "get", apiGroup: "", resource: "/metrics" },
  ]);
  assert.deepEqual(missing, []);
});

it("knows what a rule about a subresource of every kind lets through", async () => {
  const scale = { apiGroups: ["*"], resources: ["*/status"], verbs: ["patch"] };
  const { beyond } = await reviewPermissions(apiWith([...own, scale]).api, accessRights("mixed"));
  assert.deepEqual(beyond, [{ verb: "patch", apiGroup: "*", resource: "*/status" }]);
});

it("goes on where an API has nothing that answers for it, and names that API", async () => {
  const { get, decide } = rbac(own, [], []);
  const dead = "/apis/metrics.k8s.io/v1beta1";
  const answers = (status: number) => ({
    server: "https://east:6443",
    get: (path: string) =>
      Promise.resolve().then(() => {
        if (path === dead) throw new KubernetesApiError(path, status, "ServiceUnavailable", "");
        if (path !== "/apis") return get(path);
        const { groups } = get(path) as { groups: unknown[] };
        const versions = [{ groupVersion: "metrics.k8s.io/v1beta1" }];
        return { groups: [...groups, { name: "metrics.k8s.io", versions }] };
      }),
    post: (_: string, body: unknown) => Promise.resolve(decide(body)),
  });
  const review = (status: number) =>
    reviewPermissions(answers(status) as unknown as KubernetesApi, accessRights("mixed"));
  const { beyond, missing, silent } = await review(503);
  assert.deepEqual([beyond, missing, silent], [[], [], ["metrics.k8s.io"]]);
  await assert.rejects(review(403));
});

function theSame(unlisted: readonly Rule[] | undefined): void {
  it("finds nothing to say of one that has its rights and no others", async () => {
    const { api, questions } = apiWith(own, [], unlisted);
    const review = await reviewPermissions(api, accessRights("mixed"));
    assert.deepEqual([review.beyond, review.missing], [[], []]);
    assert.equal(review.asked, questions.length);
    if (unlisted === undefined) return;
    // Sixteen verbs for each served kind, counted once although servers have two versions.
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
      const { api } = apiWith([...own, rule], [], unlisted);
      const { beyond, missing } = await reviewPermissions(api, accessRights("mixed"));
      assert.match(JSON.stringify(beyond), expected);
      assert.deepEqual(missing, []);
    });
  }

  it("finds everything of one that may do everything", async () => {
    const all = { apiGroups: ["*"], resources: ["*"], verbs: ["*"] };
    const { beyond } = await reviewPermissions(
      apiWith([...own, all], ["/metrics"], unlisted).api,
      [],
    );
    const kinds = Object.values(served).flat().length;
    assert.ok(unlisted === undefined || beyond.length > 16 * kinds * 0.8, `${beyond.length}`);
    assert.ok(beyond.some(({ resource }) => resource === "/metrics"));
  });

  it("finds what is missing, and what is too much for a Link through the gateway", async () => {
    const wanted = accessRights("flat").filter(({ resource }) => resource !== "replicasets");
    const { api } = apiWith([...rulesOf(wanted), ...rulesOf(everybodysRights)], [], unlisted);
    const { missing } = await reviewPermissions(api, accessRights("flat"));
    assert.deepEqual(
      missing.map(({ verb, resource }) => `${verb} ${resource}`),
      ["list replicasets", "watch replicasets"],
    );
    const { beyond } = await reviewPermissions(
      apiWith(own, [], unlisted).api,
      accessRights("gateway"),
    );
    assert.deepEqual([...new Set(beyond.map(({ resource }) => resource))].sort(), [
      ...["endpointslices", "pods", "replicasets", "servers"],
    ]);
  });

  it("finds nobody in a revoked account", async () => {
    const { api } = apiWith(rulesOf(everybodysRights), [], unlisted);
    const { beyond, missing } = await reviewPermissions(api, []);
    assert.deepEqual([beyond, missing], [[], []]);
  });
}
