import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Liveliness, ProcessIdentity } from "../../../../toolchain/process-identity.ts";
import { judgeRun } from "../../../../environments/runs/verdict.ts";

const now = Date.parse("2026-06-01T12:00:00Z");
const past = "2026-06-01T11:59:59Z";
const future = "2026-06-01T12:00:01Z";
const owner: ProcessIdentity = { pid: 42, start: "7", host: "ci-1", boot: "b", namespace: "n" };

interface Case {
  readonly title: string;
  readonly expires?: string | undefined;
  readonly kept?: string;
  readonly owner?: ProcessIdentity | undefined;
  readonly ownerIs: Liveliness;
  readonly recordHidden?: boolean;
  readonly remove: boolean;
  readonly why: RegExp;
}

const cases: readonly Case[] = [
  { title: "at work", ownerIs: "alive", remove: false, why: /process 42 is working on it/ },
  { title: "its owner is gone", ownerIs: "gone", remove: true, why: /process 42.*is gone/ },
  { title: "on another machine", ownerIs: "unknown", remove: false, why: /on ci-1.*can't be seen/ },
  { title: "expired, at work", expires: past, ownerIs: "alive", remove: true, why: /expired/ },
  {
    title: "expired, on another machine",
    expires: past,
    ownerIs: "unknown",
    remove: true,
    why: /expired/,
  },
  { title: "kept, its owner gone", kept: "it failed", ownerIs: "gone", remove: false, why: /kept/ },
  {
    title: "kept, expired",
    kept: "it failed",
    expires: past,
    ownerIs: "gone",
    remove: true,
    why: /expired/,
  },
  {
    title: "its record is another user's, its owner gone",
    ownerIs: "gone",
    recordHidden: true,
    remove: false,
    why: /another user's/,
  },
  {
    title: "its record is another user's, expired",
    ownerIs: "gone",
    recordHidden: true,
    expires: past,
    remove: true,
    why: /expired/,
  },
  {
    title: "nothing tells its owner",
    owner: undefined,
    ownerIs: "unknown",
    remove: false,
    why: /its process is unknown/,
  },
  {
    title: "nothing tells its expiry, its owner is gone",
    expires: undefined,
    ownerIs: "gone",
    remove: true,
    why: /is gone/,
  },
  {
    title: "nothing tells its expiry, on another machine",
    expires: undefined,
    ownerIs: "unknown",
    remove: false,
    why: /has no expiry time/,
  },
];

describe("whether a run may be taken away", () => {
  for (const { title, remove, why, ...evidence } of cases) {
    test(`${title}: ${remove ? "yes" : "no"}`, () => {
      const verdict = judgeRun({ expires: future, owner, ...evidence }, now);
      assert.equal(verdict.remove, remove);
      assert.match(verdict.why, why);
    });
  }
});
