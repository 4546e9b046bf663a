import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { accessRights } from "../../../planning/access/rights.ts";
import type { Plan } from "../../../planning/plan-types.ts";
import { failuresOf, verify } from "../../../verification/index.ts";
import type { FakeKubernetes } from "../mesh/fake-kubernetes.ts";
import { ok } from "../mesh/linked-cluster.ts";
import { twoClusters } from "./planned.ts";
import { rulesOf } from "./rbac.ts";
import { core, metricsPath } from "./running.ts";
import { putToken, setRights, thoroughCluster } from "./thorough-cluster.ts";

const account = "remote-access-west";
const secrets = `${core}/linkerd-multicluster/secrets`;
const all = { apiGroups: ["*"], resources: ["*"], verbs: ["*"] };

describe("the account of a Link, as its target is asked", () => {
  let west: FakeKubernetes;
  let east: FakeKubernetes;
  beforeEach(async () => {
    west = await thoroughCluster({ name: "west", target: "east", octet: 10 });
    east = await thoroughCluster({ name: "east", target: "west", octet: 20 });
  });
  afterEach(() => Promise.all([west.stop(), east.stop()]));

  const look = (plan: Plan = twoClusters, rights = true) =>
    verify(
      {
        plan,
        clusters: [
          { name: "west", kubeconfig: west.kubeconfig },
          { name: "east", kubeconfig: east.kubeconfig },
        ],
      },
      { traffic: false, limit: 0, rights },
    );
  const failures = async (plan?: Plan) =>
    failuresOf((await look(plan)).results).map(
      ({ subject, check, problem }) => `${subject} ${check}: ${problem}`,
    );
  const revoked: Plan = {
    ...twoClusters,
    links: twoClusters.links.map((link) =>
      link.source === "west" ? { ...link, access: { ...link.access, revoked: true } } : link,
    ),
  };

  it("has the rights that it needs and the one token that was planned", async () => {
    const { results } = await look();
    const details = results.flatMap((one) =>
      one.check.startsWith("access-") && one.state === "passed"
        ? [[one.check, one.subject, one.detail]]
        : [],
    );
    assert.equal(details.length, 4);
    assert.deepEqual(
      details.filter(([check]) => check === "access-tokens").map(([, , detail]) => detail),
      ["remote-access-west.token-1", "remote-access-east.token-1"],
    );
    const [review] = details.filter(([check]) => check === "access-rights");
    assert.match(review?.[2] ?? "", /^5 questions$/);
  });

  it("may more, and less, than it should: both are named", async () => {
    const rights = accessRights("gateway").filter(({ resource }) => resource !== "endpoints");
    const more = { apiGroups: [""], resources: ["secrets"], verbs: ["get", "list"] };
    setRights(east, account, [...rulesOf(rights), more]);
    assert.deepEqual(await failures(), [
      "west → east access-rights: remote-access-west of east may, and should not: " +
        "get secrets, list secrets; may not, and should: list endpoints, watch endpoints",
    ]);
  });

  it("may everything: it is told so; of many things six are named, and how many more", async () => {
    setRights(east, account, [...rulesOf(accessRights("gateway")), all]);
    assert.match((await failures()).join(), /may, and should not: \* \*\.\*$/);
    const verbs = ["get", "list", "watch", "create", "update", "patch", "delete"];
    const secrets = { apiGroups: [""], resources: ["secrets"], verbs };
    setRights(east, account, [...rulesOf(accessRights("gateway")), secrets]);
    assert.match((await failures()).join(), /should not: get secrets, list [^;]*, 1 more$/);
  });

  it("has an old token besides, or none: either is told", async () => {
    putToken(east, account, `${account}.token-0`);
    putToken(east, "somebody", "somebody.token");
    assert.deepEqual(await failures(), [
      `west → east access-tokens: ${account}.token-0 opens east too`,
    ]);
    east.remove(`${secrets}/${account}.token-0`);
    east.remove(`${secrets}/${account}.token-1`);
    assert.deepEqual(await failures(), [
      `west → east access-tokens: ${account}.token-1 is missing`,
    ]);
  });

  it("is revoked: no right, no token, and nobody in the source lives on what it knew", async () => {
    west.answers.set(metricsPath("east"), ok('service_cache_size{cluster="east"} 0\n'));
    assert.deepEqual(
      (await failures(revoked)).map((line) => line.split(":")[0]),
      ["west → east access-tokens", "west → east access-rights"],
    );
    setRights(east, account, []);
    east.remove(`${secrets}/${account}.token-1`);
    assert.deepEqual(await failures(revoked), []);
  });

  it("is not asked after every right where that isn't wanted", async () => {
    const { results } = await look(twoClusters, false);
    assert.ok(results.some(({ check }) => check === "access-tokens"));
    assert.ok(!results.some(({ check }) => check === "access-rights"));
  });

  it("can't be looked at in a target that doesn't answer", async () => {
    const access = east.kubeconfig;
    await east.stop();
    const { results } = await verify(
      {
        plan: twoClusters,
        clusters: [
          { name: "west", kubeconfig: west.kubeconfig },
          { name: "east", kubeconfig: access },
        ],
      },
      { traffic: false, limit: 0 },
    );
    for (const check of ["access-tokens", "access-rights"]) {
      const of = results.filter((one) => one.check === check && one.subject === "west → east");
      assert.deepEqual(
        of.map((one) => one.state === "not run" && one.reason),
        ["cluster east doesn't answer"],
      );
    }
  });
});
