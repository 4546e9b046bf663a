import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { describe, test } from "node:test";
import { begin } from "../../../../environments/runs/begin.ts";
import { findRuns, runName } from "../../../../environments/runs/record.ts";
import { withoutCredentials } from "../../../../environments/runs/run-backend.ts";
import { TopologyError } from "../../../../planning/topology/problem.ts";

describe("the name of a run", () => {
  test("is that of the topology and six characters, and never the same twice", () => {
    const names = new Set(Array.from({ length: 1000 }, () => runName("lab", 46)));
    assert.equal(names.size, 1000);
    for (const name of names) assert.match(name, /^lab-[a-z0-9]{6}$/);
  });

  test("is a label in the room that there is", () => {
    for (const base of ["My Lab!", "--", "x".repeat(80), "a-".repeat(40), "é"]) {
      for (const room of [46, 20, 9]) {
        const name = runName(base, room);
        assert.match(name, /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
        assert.ok(base === "--" || base === "é" || name.length <= room, `${name} in ${room}`);
      }
    }
  });

  test("leaves room for the names of all nodes", async () => {
    const state = await mkdtemp(path.join(os.tmpdir(), "run-name-test-"));
    try {
      const { plan, record } = await begin({
        source: { topology: { name: "x".repeat(46), clusters: [{ name: "y".repeat(26) }] } },
        env: { XDG_STATE_HOME: state },
      });
      assert.equal(plan.name, record.name);
      for (const cluster of plan.clusters) {
        const nodes = cluster.type === "kind" ? cluster.nodes : [];
        for (const { name } of nodes) assert.ok(name.length <= 63, name);
      }
    } finally {
      await rm(state, { recursive: true });
    }
  });

  test("a topology with problems leaves nothing", async () => {
    const state = await mkdtemp(path.join(os.tmpdir(), "run-name-test-"));
    try {
      const env = { XDG_STATE_HOME: state };
      const source = { topology: { clusters: [{ name: "west" }, { name: "west" }] } };
      await assert.rejects(begin({ source, env }), TopologyError);
      await assert.rejects(begin({ source, env, expiresIn: 0 }), /can't expire/);
      assert.deepEqual(await findRuns(env), []);
    } finally {
      await rm(state, { recursive: true });
    }
  });
});

describe("a backend's address in the record", () => {
  test("has no password", () => {
    assert.equal(
      withoutCredentials("https://me:s3cret@pulumi.example.com/x"),
      "https://pulumi.example.com/x",
    );
    assert.equal(withoutCredentials("s3://bucket?region=x"), "s3://bucket?region=x");
    assert.equal(withoutCredentials("file:///a@b"), "file:///a@b");
    assert.equal(withoutCredentials("postgres://u:p@db:5432/pulumi"), "postgres://db:5432/pulumi");
  });
});
