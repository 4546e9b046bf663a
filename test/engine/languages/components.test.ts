// A program in Python that makes two linked clusters of components alone. Those in YAML and Go, from the packed package,
// are in consumers.nightly.test.ts.
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { temporaryDirectory } from "../../temporary.ts";
import { LanguageProgram } from "./language-program.ts";
import { componentsExample, installSdk, noPython, pythonWithPulumi } from "./python.ts";

describe("components alone in Python", { skip: noPython, timeout: 900_000 }, () => {
  let directory: string;
  let python: string;
  let program: LanguageProgram;

  before(async () => {
    python = await pythonWithPulumi();
    directory = await temporaryDirectory("engine-test");
    const PYTHONPATH = await installSdk(python, directory);
    program = await LanguageProgram.start({ env: { PYTHONPATH } });
  });
  after(async () => {
    await program.close();
    await rm(directory, { recursive: true });
  });

  const run = (what: string) => program.mustRun(python, [componentsExample, what]);

  test("are planned while the outputs that they take are not known yet", async () => {
    const planned = await run("preview");
    for (const type of ["KindCluster", "ControlPlane", "Multicluster", "AccessAccount", "Link"]) {
      assert.match(planned, new RegExp(`linkerd-topology:index:${type} lab-west-1\\S* create`));
    }
    assert.match(planned, /kubernetes:helm\.sh\/v3:Release lab-east-1-control-plane create/);
    assert.deepEqual(await program.made(), []);
  });

  test("make two linked clusters, with no secret in plaintext", async () => {
    const printed = await run("up");
    const made = await program.made();
    for (const one of [
      "kind:index:Network::lab",
      "kind:index:Cluster::lab-west-1",
      "tls:index/locallySignedCert:LocallySignedCert::lab-east",
      "linkerd-topology:index:InjectorReady::lab-east-1-control-plane",
      "linkerd-topology:index:LinkReady::lab-west-1-to-east",
      "linkerd-topology:index:LinkReady::lab-east-1-to-west",
    ]) {
      const [type = "", name = ""] = one.split("::");
      assert.ok(
        made.some((key) => key.endsWith(`${type}::${name}`)),
        `${one} among\n${made.join("\n")}`,
      );
    }
    assert.deepEqual(await program.plaintext(printed), []);
  });

  test("change nothing the next time", async () => {
    assert.match(await run("up"), /Resources:\s+\d+ unchanged/);
  });

  test("leave nothing, and the network goes after its clusters", async () => {
    const printed = await run("destroy");
    assert.deepEqual(await program.made(), []);
    const gone = (what: string) => printed.indexOf(`${what} deleted`);
    assert.ok(gone("kind:index:Cluster lab-west-1") > 0, printed);
    assert.ok(gone("kind:index:Network lab") > gone("kind:index:Cluster lab-west-1"), printed);
  });
});
