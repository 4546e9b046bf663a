import assert from "node:assert/strict";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { localBackend } from "../../../environments/backend.ts";
import { exitCodes } from "../../../environments/exit-codes.ts";
import { stateDirectory } from "../../../system/state-directory.ts";
import { writeState } from "../environments/written-state.ts";
import { CommandLine } from "./command-line.ts";

describe("a topology that is in another file than the stack of its name", () => {
  let directory: string;
  let commandLine: CommandLine;
  before(async () => {
    commandLine = new CommandLine();
    directory = await realpath(await mkdtemp(path.join(os.tmpdir(), "linkerd-topology-names-")));
    for (const folder of ["a", "b"]) {
      await mkdir(path.join(directory, folder));
      await writeFile(path.join(directory, folder, "lab.yaml"), "clusters: [{ name: west }]\n");
    }
    const file = path.join(directory, "a", "lab.yaml");
    const backend = localBackend(stateDirectory({ XDG_STATE_HOME: directory }));
    await writeState(backend, "lab", { topology: { file }, sources: {} });
  });
  after(async () => {
    await commandLine.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const run = (...args: string[]) => {
    const own = { XDG_STATE_HOME: directory, PULUMI_HOME: directory, NO_COLOR: "1" };
    return commandLine.run(args, { cwd: directory, env: { ...process.env, ...own } });
  };

  for (const command of ["up", "down", "status", "verify", "rotate"]) {
    test(`is refused by ${command}, which tells both files`, async () => {
      const { exitCode, stderr } = await run(command, "b/lab.yaml");
      assert.equal(exitCode, exitCodes.badInput, stderr);
      assert.match(stderr, /"lab" was created from \S+\/a\/lab\.yaml, not from \S+\/b\/lab\.yaml/);
      assert.match(stderr, /--name lab-2/);
    });
  }

  test("fails preflight", async () => {
    const { stdout } = await run("preflight", "b/lab.yaml", "--json");
    const { results } = JSON.parse(stdout) as { results: { id: string; problems: string[] }[] };
    const own = results.find(({ id }) => id === "stack-name");
    assert.match(own?.problems.join() ?? "", /was created from/);
  });

  test("leaves the stack to be asked for by its name alone", async () => {
    const { exitCode, stderr } = await run("status", "--name", "lab");
    assert.equal(exitCode, exitCodes.notUp, stderr);
    assert.match(stderr, /"lab" is not up/);
  });
});
