import assert from "node:assert/strict";
import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { localBackend } from "../../../environments/backend.ts";
import { settleStack } from "../../../environments/settle-stack.ts";
import { findStack } from "../../../environments/stacks.ts";
import { nameOfFile, stackFromSource } from "../../../environments/topology-source.ts";
import { limits } from "../../../planning/limits.ts";
import { writeState } from "./written-state.ts";

describe("the name that a file gives its topology", () => {
  test("keeps what tells files apart, and is valid wherever it is used", () => {
    const names = [
      ["prod.eu.yaml", "prod-eu"],
      ["prod.us.yml", "prod-us"],
      ["prod.yaml", "prod"],
      ["deep/er/My_Lab v2.yaml", "my-lab-v2"],
      ["Pulumi.star.yaml", "star"],
      ["star.topology.yaml", "star"],
      [".yaml", "mesh"],
      ["..eu..yaml", "eu"],
      ["lab", "lab"],
    ] as const;
    for (const [file, name] of names) assert.equal(nameOfFile(file), name, file);
  });

  test("differs for long names that differ at their ends only", () => {
    const long = "a".repeat(60);
    const [one, other] = [nameOfFile(`${long}.eu.yaml`), nameOfFile(`${long}.us.yaml`)];
    assert.notEqual(one, other);
    for (const name of [one, other]) {
      assert.match(name, /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
      assert.ok(name.length <= limits.topologyName, name);
    }
  });
});

describe("a stack", () => {
  let directory: string;
  const backend = () => localBackend(path.join(directory, "state"));
  const write = async (file: string): Promise<string> => {
    const absolute = path.join(directory, file);
    await mkdir(path.dirname(absolute), { recursive: true });
    await writeFile(absolute, "clusters: [{ name: west }]\n");
    return absolute;
  };
  const settle = async (file: string, options: { name?: string; moved?: boolean } = {}) => {
    const stack = await stackFromSource({ file }, options.name);
    return settleStack({
      stack,
      backend: backend(),
      env: {},
      command: "up",
      moved: options.moved,
    });
  };

  before(async () => {
    directory = await realpath(await mkdtemp(path.join(os.tmpdir(), "settle-test-")));
  });
  beforeEach(async () => {
    await rm(path.join(directory, "state"), { recursive: true, force: true });
  });
  after(() => rm(directory, { recursive: true }));

  test("goes on from the file that it was made from, by whatever path", async () => {
    const file = await write("a/lab.yaml");
    await symlink(path.join(directory, "a"), path.join(directory, "link"));
    await writeState(backend(), "lab", { topology: { file }, sources: {} });
    const settled = await settle(path.join(directory, "link", "lab.yaml"));
    assert.equal(settled.stack.name, "lab");
    assert.deepEqual(settled.madeFrom, { topology: { file }, sources: {} });
  });

  test("is refused for another file of that name, with both paths and what to do", async () => {
    const [one, other] = [await write("a/lab.yaml"), await write("b/lab.yaml")];
    await writeState(backend(), "lab", { topology: { file: one }, sources: {} });
    await assert.rejects(settle(other), (error: Error & { exitCode?: number }) => {
      assert.ok(error.message.includes(`was created from ${one}, not from ${other}`));
      assert.ok(error.message.includes(`${other} --name lab-2`));
      assert.ok(error.message.includes(`${other} --name lab --moved`));
      return error.exitCode === 2;
    });
    // The name alone isn't the word that it moved.
    await assert.rejects(settle(other, { name: "lab" }), /was created from/);
    assert.equal((await settle(other, { name: "lab-2" })).state, undefined);
    assert.notEqual((await settle(other, { moved: true })).state, undefined);
  });

  test("that is ready-made is not one's own file of that name, nor the other way round", async () => {
    const own = await write("flat.yaml");
    const readyMade = await findStack("flat");
    const request = { stack: readyMade, backend: backend(), env: {}, command: "status" };
    await writeState(backend(), "flat", { topology: { file: own }, sources: {} });
    await assert.rejects(settleStack(request), /was created from .*settle-test-.*flat\.yaml/);
    await writeState(backend(), "flat", {
      topology: { file: readyMade.file, inRepository: "stacks/Pulumi.flat.yaml" },
      sources: {},
    });
    await assert.rejects(settle(own), /was created from .*Pulumi\.flat\.yaml/);
    assert.equal((await settleStack(request)).stack.name, "flat");
  });

  test("follows its repository to another place, but is not another clone's", async () => {
    const file = await write("clone/infra/lab.yaml");
    await mkdir(path.join(directory, "clone", ".git"));
    const other = await write("second/infra/lab.yaml");
    await mkdir(path.join(directory, "second", ".git"));
    await writeState(backend(), "lab", {
      topology: { file, inRepository: "infra/lab.yaml" },
      sources: {},
    });
    await assert.rejects(settle(other), /was created from/);
    await rename(path.join(directory, "clone"), path.join(directory, "moved"));
    const settled = await settle(path.join(directory, "moved", "infra", "lab.yaml"));
    assert.notEqual(settled.state, undefined);
  });

  test("of which nothing was recorded is taken as it is", async () => {
    await writeState(backend(), "lab", undefined);
    const settled = await settle(await write("a/lab.yaml"));
    assert.notEqual(settled.state, undefined);
    assert.equal(settled.madeFrom, undefined);
  });

  test("under the name that earlier versions cut is found by what it was made from", async () => {
    const file = await write("prod.eu.yaml");
    await writeState(backend(), "prod", { topology: { file }, sources: {} });
    assert.equal((await settle(file)).stack.name, "prod");
    // Of another file's it is none of ours.
    const other = await write("prod.us.yaml");
    const settled = await settle(other);
    assert.deepEqual([settled.stack.name, settled.state], ["prod-us", undefined]);
  });

  test("under such a name that recorded nothing is not guessed at", async () => {
    const file = await write("prod.eu.yaml");
    await writeState(backend(), "prod", undefined);
    await assert.rejects(settle(file), (error: Error) => {
      assert.ok(error.message.includes(`${file} --name prod `));
      assert.ok(error.message.includes(`${file} --name prod-eu `));
      return true;
    });
    assert.equal((await settle(file, { name: "prod" })).stack.name, "prod");
    assert.equal((await settle(file, { name: "prod-eu" })).state, undefined);
  });

  test("whose state can't be read is not taken for one that isn't there", async () => {
    const file = await write("lab.yaml");
    await writeState(backend(), "lab", undefined, "{");
    await assert.rejects(settle(file), /lab\.json can't be read as the state of a stack/);
  });
});
