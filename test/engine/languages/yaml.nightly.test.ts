// A program in YAML, by Pulumi's own language host.
import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { cacheDirectory } from "../../../system/cache-directory.ts";
import { ensureArtifact } from "../../../toolchain/artifact.ts";
import { yamlHost } from "../../../toolchain/tools/pulumi-languages.ts";
import { LanguageProgram, root } from "./language-program.ts";

describe("a program in YAML", { timeout: 900_000 }, () => {
  let program: LanguageProgram;
  let printed: string;
  const pulumi = (...args: string[]) => program.mustRun("pulumi", [...args, "--non-interactive"]);

  before(async () => {
    const { folder } = await ensureArtifact(yamlHost, {
      cache: cacheDirectory(),
      env: process.env,
      onProgress: () => undefined,
    });
    program = await LanguageProgram.start({ hosts: [folder] });
    const example = path.join(root, "examples/yaml/Pulumi.yaml");
    await cp(example, path.join(program.directory, "Pulumi.yaml"));
    await pulumi("stack", "init", "lab");
  });
  after(async () => {
    await program.close();
  });

  test("previews two linked clusters", async () => {
    assert.match(await pulumi("preview"), /linkerd-topology:index:Topology lab create/);
  });

  test("makes them, with the kubeconfigs as secrets", async () => {
    printed = await pulumi("up", "--yes");
    assert.ok((await program.made()).length > 30);
    const { kubeconfigs } = await program.outputs();
    assert.deepEqual(Object.keys(kubeconfigs as object).sort(), ["east", "west"]);
    assert.deepEqual(await program.plaintext(printed), []);
  });

  test("changes nothing by another up, and leaves nothing", async () => {
    assert.match(await pulumi("up", "--yes"), /Resources:\s+\d+ unchanged/);
    await pulumi("destroy", "--yes");
    assert.deepEqual(await program.made(), []);
  });
});
