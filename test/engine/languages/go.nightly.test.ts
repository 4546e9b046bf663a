// A program in Go, whose Automation API needs no language host.
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import { cacheDirectory } from "../../../system/cache-directory.ts";
import { ensureGo } from "../../../toolchain/go.ts";
import { LanguageProgram, root } from "./language-program.ts";

describe("a program in Go", { timeout: 900_000 }, () => {
  let program: LanguageProgram;
  let executable: string;
  let printed: string;
  const run = (command: string) => program.mustRun(executable, [command]);

  before(async () => {
    program = await LanguageProgram.start();
    executable = path.join(program.directory, "two-clusters");
    const go = await ensureGo(cacheDirectory(), process.env, () => undefined);
    await execa(go.command, ["build", "-mod=readonly", "-o", executable, "."], {
      cwd: path.join(root, "examples/go"),
      env: { ...go.env, CGO_ENABLED: "0" },
    });
  });
  after(async () => {
    await program.close();
  });

  test("previews two linked clusters", async () => {
    assert.match(await run("preview"), /linkerd-topology:index:Topology lab create/);
  });

  test("makes them, with the kubeconfigs as secrets", async () => {
    printed = await run("up");
    assert.ok((await program.made()).length > 30);
    const { kubeconfigs } = await program.outputs();
    assert.deepEqual(Object.keys(kubeconfigs as object).sort(), ["east", "west"]);
    assert.deepEqual(await program.plaintext(printed), []);
  });

  test("changes nothing by another up, and leaves nothing", async () => {
    assert.match(await run("up"), /Resources:\s+\d+ unchanged/);
    await run("destroy");
    assert.deepEqual(await program.made(), []);
  });
});
