import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { accessRights } from "../../../planning/access/rights.ts";
import { limits } from "../../../planning/limits.ts";
import { plan, planOrThrow } from "../../../planning/plan.ts";
import { formatProblem } from "../../../planning/topology/problem.ts";
import type { AccessSpec, AccountSpec, Topology } from "../../../planning/topology.ts";

const names = ["west", "east", "north"];
const mesh: Topology = {
  clusters: names.map((name) => ({ name, network: "lab" })),
  links: [{ between: ["west", "east"] }, { from: "west", to: "north" }],
};

function accessOf(access: AccessSpec, topology = mesh): Record<string, string> {
  return Object.fromEntries(
    planOrThrow({ ...topology, access }, { name: "lab" }).links.map((link) => [
      `${link.source}→${link.target}`,
      link.access.revoked ? "revoked" : String(link.access.tokenGeneration),
    ]),
  );
}

function problems(...accounts: AccountSpec[]): string[] {
  const result = plan({ ...mesh, access: { accounts } }, { name: "lab" });
  return result.ok ? [] : result.problems.map(formatProblem);
}

describe("many access accounts", () => {
  it("are planned at once, on the largest mesh", () => {
    const names = Array.from({ length: limits.clusters }, (_, index) => `c-${index}`);
    const topology = {
      clusters: names.map((name) => ({ name })),
      links: [{ between: names }],
      access: {
        accounts: Array.from({ length: 3000 }, (_, index) => ({
          from: names[index % 128],
          to: names[(index + 1 + Math.floor(index / 128)) % 128],
          tokenGeneration: 2,
        })),
      },
    };
    planOrThrow(topology, { name: "lab" });
    const before = process.cpuUsage();
    const { links } = planOrThrow(topology, { name: "lab" });
    const { user, system } = process.cpuUsage(before);
    assert.equal(links.filter(({ access }) => access.tokenGeneration === 2).length, 3000);
    assert.ok(user + system < 1_000_000, `it took ${(user + system) / 1000} ms`);
  });
});

describe("access accounts", () => {
  it("have a first token where nothing is said", () => {
    const first = { "west→east": "1", "west→north": "1", "east→west": "1" };
    assert.deepEqual(accessOf({}), first);
    assert.deepEqual(accessOf({ accounts: [] }), first);
  });

  it("get another token all together, or one by one", () => {
    assert.deepEqual(
      accessOf({
        tokenGeneration: 2,
        accounts: [{ from: "west", to: "east", tokenGeneration: 7 }],
      }),
      { "west→east": "7", "west→north": "2", "east→west": "2" },
    );
  });

  it("are revoked in one target, or wherever the source has one", () => {
    assert.deepEqual(accessOf({ accounts: [{ from: "west", to: "east", revoked: true }] }), {
      "west→east": "revoked",
      "west→north": "1",
      "east→west": "1",
    });
    assert.deepEqual(accessOf({ accounts: [{ from: "west", revoked: true }] }), {
      "west→east": "revoked",
      "west→north": "revoked",
      "east→west": "1",
    });
  });

  it("that are revoked promise no mirrors, and refuse no export for it", () => {
    const exports = [{ service: "web", namespace: "shop", from: "east" }];
    const mirrors = (access: AccessSpec) =>
      planOrThrow({ ...mesh, exports, access }, { name: "lab" }).mirrors.length;
    assert.equal(mirrors({}), 1);
    assert.equal(mirrors({ accounts: [{ from: "west", to: "east", revoked: true }] }), 0);
  });

  it("change nothing else, whatever is said of one", () => {
    const said = fc.oneof(
      fc.record({ revoked: fc.boolean() }),
      fc.record({ tokenGeneration: fc.integer({ min: 1, max: 999_999 }) }),
    );
    fc.assert(
      fc.property(said, (one) => {
        const before = planOrThrow(mesh, { name: "lab" });
        const accounts = [{ from: "west", to: "east", ...one }];
        const after = planOrThrow({ ...mesh, access: { accounts } }, { name: "lab" });
        const [link, ...others] = after.links;
        assert.deepEqual({ ...after, links: others }, { ...before, links: before.links.slice(1) });
        assert.deepEqual({ ...link, access: before.links[0]?.access }, before.links[0]);
      }),
    );
  });
});

describe("refused descriptions of access accounts", () => {
  const table: readonly [string, AccountSpec[], string[]][] = [
    [
      "an unknown cluster",
      [{ from: "eats", revoked: true }],
      ['access.accounts[0].from: "eats" is not a cluster of this topology (did you mean "east"?)'],
    ],
    [
      "a pair without a Link",
      [{ from: "east", to: "north", revoked: true }],
      [
        'access.accounts[0].to: there is no Link from "east" to "north", so there is no account ("east" has Links to "west")',
      ],
    ],
    [
      "a cluster that is no source",
      [{ from: "north", revoked: true }],
      [
        'access.accounts[0].from: "north" is not the source of any Link, so it has no account (leave it out, or name the source of a Link)',
      ],
    ],
    [
      "an account twice",
      [
        { from: "west", revoked: true },
        { from: ["east", "west"], to: ["west", "east"], tokenGeneration: 2 },
      ],
      [
        'access.accounts[1].to[0]: there is no Link from "west" to "west", so there is no account ("west" has Links to "east", "north")',
        'access.accounts[1].to[1]: there is no Link from "east" to "east", so there is no account ("east" has Links to "west")',
        'access.accounts[1].to[1]: the account of "west" in "east" is described twice (leave it out of one of the two)',
      ],
    ],
    [
      "nothing said",
      [{ from: "west" }],
      [
        "access.accounts[0]: changes nothing about the accounts that it names (write revoked: true or a tokenGeneration, or leave it out)",
      ],
    ],
    [
      "a token for nobody",
      [{ from: "west", revoked: true, tokenGeneration: 2 }],
      [
        "access.accounts[0].tokenGeneration: a revoked account has no token (leave out tokenGeneration, or revoked)",
      ],
    ],
    [
      "lists of nobody",
      [{ from: [], to: [], revoked: true }],
      [
        "access.accounts[0].from: names no cluster (name at least 1)",
        "access.accounts[0].to: names no cluster (name at least 1, or leave it out for all)",
      ],
    ],
  ];
  for (const [title, accounts, expected] of table) {
    it(title, () => {
      assert.deepEqual(problems(...accounts), expected);
    });
  }

  it("a date in place of a count", () => {
    const result = plan({ ...mesh, access: { tokenGeneration: 20_261_121 } }, { name: "lab" });
    assert.ok(!result.ok);
    assert.match(
      formatProblem(result.problems[0] as never),
      /^access\.tokenGeneration: .*1 to 999999/,
    );
  });
});

describe("rights of an access account", () => {
  it("are to list and watch, but for what `linkerd multicluster check` gets", () => {
    const beyond = accessRights("mixed").flatMap(({ resource, verbs, name }) =>
      verbs
        .filter((verb) => verb !== "list" && verb !== "watch")
        .map((verb) => [verb, resource, name]),
    );
    assert.deepEqual(beyond, [
      ["get", "services", undefined],
      ["get", "configmaps", "linkerd-config"],
    ]);
  });

  it("show nothing of pods to a source that goes through the gateway", () => {
    const resources = (mode: "gateway" | "flat" | "mixed") =>
      accessRights(mode).map(({ resource }) => resource);
    assert.deepEqual(resources("gateway"), ["services", "endpoints", "configmaps"]);
    assert.deepEqual(resources("flat"), [
      ...resources("gateway"),
      ...["pods", "replicasets", "endpointslices", "servers"],
    ]);
    assert.deepEqual(accessRights("flat"), accessRights("mixed"));
  });
});
