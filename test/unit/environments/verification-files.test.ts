import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { reportVerification } from "../../../environments/verify.ts";
import type { Mesh, Verification } from "../../../verification/index.ts";
import { twoClusters } from "../verification/planned.ts";

/** No cluster is known, so that nothing is asked. */
const mesh: Mesh = { plan: { ...twoClusters, clusters: [], links: [] }, clusters: [] };

const verification = (proved: boolean): Verification => ({
  proved,
  startedAt: "2026-01-06T10:00:00.000Z",
  milliseconds: 1_000,
  results: [],
  status: {
    topology: "two",
    observedAt: "2026-01-06T10:00:00.000Z",
    dataPlane: "none",
    clusters: [],
    links: [],
  },
});

describe("the files of a verification", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), "linkerd-topology-test-"));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));
  const at = (name: string): string => path.join(directory, name);

  it("are written where they are asked for, the summary after what is there", async () => {
    const files = { junit: at("junit.xml"), json: at("v.json"), summary: at("summary.md") };
    assert.equal(await reportVerification(mesh, verification(true), files), undefined);
    await reportVerification(mesh, verification(false), files);
    assert.match(await readFile(files.junit, "utf8"), /^<\?xml/);
    const { proved } = JSON.parse(await readFile(files.json, "utf8")) as { proved: boolean };
    assert.equal(proved, false);
    const summary = await readFile(files.summary, "utf8");
    assert.match(summary, /^## ✅ two: as planned[\s\S]*## ❌ two: not as planned/);
  });

  it("are a bundle only of what isn't as planned, or where one is asked for always", async () => {
    const bundle = at("bundle.tar.gz");
    assert.equal(await reportVerification(mesh, verification(true), { bundle }), undefined);
    assert.deepEqual(await readdir(directory), []);
    assert.equal(await reportVerification(mesh, verification(false), { bundle }), bundle);
    const files = { bundle: directory, alwaysBundle: true };
    const inDirectory = await reportVerification(mesh, verification(true), files);
    assert.equal(inDirectory, at("two-2026-01-06T10-00-00-000Z.tar.gz"));
    assert.equal((await readdir(directory)).length, 2);
  });

  it("are none where none is asked for", async () => {
    assert.equal(await reportVerification(mesh, verification(false), {}), undefined);
    assert.deepEqual(await readdir(directory), []);
  });
});
