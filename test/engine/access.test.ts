import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { planOrThrow } from "../../planning/plan.ts";
import type { AccessSpec, Topology } from "../../planning/topology.ts";
import { prefixOf } from "./expected-resources.ts";
import type { PropertyMap } from "../../providers/server/index.ts";
import { text } from "./recipes.ts";
import { TestEngine, topologyName } from "./test-engine.ts";
import type { Call } from "./world.ts";

const topology: Topology = {
  clusters: [
    { name: "west", network: "net" },
    { name: "east", network: "net" },
    { name: "north", network: "net" },
  ],
  links: [{ from: ["west", "north"], to: "east" }],
};
const withAccess = (access: AccessSpec): Topology => ({ ...topology, access });
const plan = planOrThrow(topology, { name: topologyName });
const west = prefixOf(plan, "west");
const east = prefixOf(plan, "east");

const link = "kubernetes:multicluster.linkerd.io/v1alpha3:Link";
const secret = "kubernetes:core/v1:Secret";
const role = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole";
const account = "kubernetes:core/v1:ServiceAccount";
const gate = "linkerd-topology:index:LinkReady";

const replaced = ["create-replacement", "delete-replaced", "replace"];

/** In west: other credentials, and both controllers seen to work with them. */
const over = [
  ...["destination", "service-mirror"].flatMap((controller) =>
    replaced.map((operation) => `${operation} ${secret} ${west}-to-east-${controller}`),
  ),
  `update ${link} ${west}-to-east`,
  `update ${gate} ${west}-to-east`,
];

describe("access accounts from up to up", () => {
  let engine: TestEngine;
  before(async () => {
    engine = await TestEngine.start({ inline: true, tls: true });
    await engine.up(topology);
    engine.world.takeCalls();
  });
  after(async () => {
    await engine.close();
  });

  /** The `up` does exactly this, and the next one nothing. @returns what the providers were called for */
  async function assertChanges(access: AccessSpec, expected: readonly string[]): Promise<Call[]> {
    const { changes } = await engine.up(withAccess(access));
    assert.deepEqual(changes, [...expected].sort());
    const calls = engine.world.takeCalls();
    assert.deepEqual((await engine.up(withAccess(access))).changes, []);
    assert.deepEqual(engine.world.takeCalls(), []);
    return calls;
  }

  const place = (calls: readonly Call[], method: Call["method"], type: string, name: string) => {
    const found = calls.findIndex(
      (call) => call.method === method && call.type === type && call.name === name,
    );
    assert.notEqual(found, -1, `${method} ${type} ${name} among ${JSON.stringify(calls)}`);
    return found;
  };

  const second = { accounts: [{ from: "west", to: "east", tokenGeneration: 2 }] };

  test("a token whose gate fails leaves the old one where it is, and the next up ends it", async () => {
    engine.world.disturb = ({ method, type }) => {
      if (type === gate && method === "update") throw new Error("not taken up");
    };
    await assert.rejects(engine.up(withAccess(second)), /not taken up/);
    engine.world.disturb = () => undefined;
    const tokens = () =>
      [...engine.world.objects.keys()].filter((key) => key.includes(`${east}-from-west.token`));
    assert.deepEqual(tokens().sort(), [
      `${secret} in ${east}-from-west.token-1`,
      `${secret} in ${east}-from-west.token-2`,
    ]);
    engine.world.takeCalls();
    await assertChanges(second, [
      `update ${gate} ${west}-to-east`,
      `delete ${secret} ${east}-from-west.token-1`,
    ]);
    assert.deepEqual(tokens(), [`${secret} in ${east}-from-west.token-2`]);
  });

  test("another token goes to its source alone; the old one ends after the gate", async () => {
    const calls = await assertChanges(
      { accounts: [{ from: "west", to: "east", tokenGeneration: 3 }] },
      [
        `create ${secret} ${east}-from-west.token-3`,
        `delete ${secret} ${east}-from-west.token-2`,
        ...over,
      ],
    );
    const made = place(calls, "create", secret, `${east}-from-west.token-3`);
    const given = place(calls, "create", secret, `${west}-to-east-destination`);
    const seen = place(calls, "update", gate, `${west}-to-east`);
    const ended = place(calls, "delete", secret, `${east}-from-west.token-2`);
    assert.ok(made < given && given < seen && seen < ended, [made, given, seen, ended].join(" "));
  });

  test("a revoked account loses rights and token; its source learns of it in between", async () => {
    const calls = await assertChanges({ accounts: [{ from: "west", revoked: true }] }, [
      `update ${role} ${east}-from-west`,
      `update ${account} ${east}-from-west`,
      `update ${gate} ${west}-to-east`,
      `delete ${secret} ${east}-from-west.token-3`,
    ]);
    const stripped = place(calls, "update", role, `${east}-from-west`);
    const seen = place(calls, "update", gate, `${west}-to-east`);
    assert.ok(stripped < seen, "the source was asked before its rights were gone");
  });

  test("another change of a Link that is revoked touches nothing in its source but the gate", async () => {
    const { changes } = await engine.up({
      ...withAccess({ accounts: [{ from: "west", revoked: true }] }),
      links: [
        {
          from: ["west", "north"],
          to: "east",
          selectors: { gateway: { matchLabels: { tier: "front" } } },
        },
      ],
    });
    assert.deepEqual(
      changes.filter((change) => change.includes(west)),
      [`update ${gate} ${west}-to-east`],
    );
    await engine.up(withAccess({ accounts: [{ from: "west", revoked: true }] }));
    engine.world.takeCalls();
  });

  test("an account that is given back is another one, with another token, and its source has it", async () => {
    const tokens = new Set(engine.world.secrets);
    await assertChanges({ tokenGeneration: 1 }, [
      `update ${role} ${east}-from-west`,
      ...replaced.map((operation) => `${operation} ${account} ${east}-from-west`),
      `create ${secret} ${east}-from-west.token-1`,
      ...over,
    ]);
    const given = engine.world.objects.get(`${secret} in ${east}-from-west.token-1`)?.["data"];
    assert.ok(!tokens.has(text((given as PropertyMap)["token"])), "it is a token that was revoked");
  });

  test("no token, old or new, stands in plaintext in the state", async () => {
    const state = await engine.exportState();
    assert.ok(engine.world.secrets.size > 6);
    for (const token of engine.world.secrets) assert.ok(!state.includes(token), token);
  });

  test("a revoked account that never was, is made without a token", async () => {
    const revoked: AccessSpec = { accounts: [{ from: "west", to: "north", revoked: true }] };
    await engine.up({
      ...withAccess(revoked),
      links: [...(topology.links ?? []), { from: "west", to: "north" }],
    });
    const tokens = [...engine.world.objects.keys()].filter((key) => key.includes(".token-"));
    assert.deepEqual(tokens.sort(), [
      `${secret} in ${east}-from-north.token-1`,
      `${secret} in ${east}-from-west.token-1`,
    ]);
  });
});
