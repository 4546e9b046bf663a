// The package's own plugins, found without lines in a Pulumi.yaml. A preview makes nothing, so they are the real ones.
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { installPlugins } from "../../../environments/install-plugins.ts";
import { temporaryDirectory } from "../../temporary.ts";
import { LanguageProgram, root } from "./language-program.ts";
import { example, installSdk, noPython, pythonWithPulumi } from "./python.ts";

const executable = path.join(root, "providers/mesh/pulumi-resource-linkerd-topology");

describe("the plugins of the package", { skip: noPython, timeout: 600_000 }, () => {
  let directory: string;
  let python: string;
  let program: LanguageProgram;
  before(async () => {
    directory = await temporaryDirectory("engine-test");
    python = await pythonWithPulumi();
    const PYTHONPATH = await installSdk(python, directory);
    program = await LanguageProgram.start({ env: { PYTHONPATH }, doubles: false });
  });
  after(async () => {
    await program.close();
    await rm(directory, { recursive: true });
  });

  test("are asked for where nobody installed them", async () => {
    const { exitCode, all } = await program.run(python, [example, "preview"]);
    assert.notEqual(exitCode, 0);
    assert.match(all, /linkerd-topology/);
  });

  test("give their schema by the path of the executable", async () => {
    const schema = JSON.parse(await program.print("package", "get-schema", executable)) as {
      readonly resources: Readonly<Record<string, unknown>>;
    };
    assert.ok(schema.resources["linkerd-topology:index:Topology"]);
  });

  test("are found once they are installed", async () => {
    await installPlugins(program.env);
    const all = await program.mustRun(python, [example, "preview"]);
    assert.match(all, /kind:index:Cluster \S*west\S* create/);
    assert.match(all, /linkerd-topology:index:LinkReady/);
  });
});
