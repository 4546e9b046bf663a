// A program in Python: Pulumi's Python SDK from PyPI, whose Automation API needs no language host. Its preview, another
// up and its end are in consumers.nightly.test.ts.
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { installPlugins } from "../../../environments/install-plugins.ts";
import { temporaryDirectory } from "../../temporary.ts";
import { TestEngine, topologyName } from "../test-engine.ts";
import { pair } from "../topologies.ts";
import { LanguageProgram, ownName, root } from "./language-program.ts";
import { example, installSdk, noPython, pythonWithPulumi } from "./python.ts";

describe("a program in Python", { skip: noPython, timeout: 600_000 }, () => {
  let directory: string;
  let python: string;
  let PYTHONPATH: string;

  before(async () => {
    python = await pythonWithPulumi();
    directory = await temporaryDirectory("engine-test");
    PYTHONPATH = await installSdk(python, directory);
  });
  after(() => rm(directory, { recursive: true }));

  describe("with doubles of the providers", () => {
    let program: LanguageProgram;
    let printed: string;

    before(async () => {
      program = await LanguageProgram.start({ env: { PYTHONPATH } });
    });
    after(() => program.close());

    test("makes what a program in TypeScript makes of the same topology", async () => {
      printed = await program.mustRun(python, [example, "up"]);
      const engine = await TestEngine.start({ inline: true, tls: true });
      try {
        await engine.up(pair);
        const expected = (await engine.resources()).map(ownName).filter((one) => one !== undefined);
        assert.equal(topologyName, "lab");
        assert.ok(expected.length > 30);
        assert.deepEqual(await program.made(), expected.sort());
      } finally {
        await engine.close();
      }
    });

    test("has the Links as outputs, and the kubeconfigs as secrets", async () => {
      const { kubeconfigs, links } = await program.outputs();
      assert.deepEqual(links, [
        { source: "west", target: "east", mode: "gateway" },
        { source: "east", target: "west", mode: "gateway" },
      ]);
      assert.deepEqual(Object.keys(kubeconfigs as object).sort(), ["east", "west"]);
      assert.deepEqual(await program.plaintext(printed), []);
    });

    for (const [what, messages] of [
      [
        "unknown",
        [
          /topology\.clusters\[0\]\.name: is not known yet/,
          /topology\.clusters\[1\]\.name: is not/,
        ],
      ],
      ["secret", [/topology\.clusters\[0\]\.name: is a secret/]],
      ["misspelt", [/podsubnet.*podSubnet/s, /"west" is already the name of clusters\[0\]/]],
    ] as const) {
      test(`is refused for a topology that is ${what}, and hears why`, async () => {
        const refused = path.join(import.meta.dirname, "refused.py");
        const { exitCode, all } = await program.run(python, [refused, what]);
        assert.notEqual(exitCode, 0);
        for (const message of messages) assert.match(all, message);
        assert.ok(!all.includes("at new Topology"), "a stack trace");
      });
    }
  });

  // A preview makes nothing, so the plugins can be the real ones.
  describe("with the package's own plugins, and no lines in a Pulumi.yaml", () => {
    let program: LanguageProgram;

    before(async () => {
      program = await LanguageProgram.start({ env: { PYTHONPATH }, doubles: [] });
    });
    after(() => program.close());

    test("has their schema by the path of the executable", async () => {
      const executable = path.join(root, "providers/mesh/pulumi-resource-linkerd-topology");
      const schema = JSON.parse(await program.print("package", "get-schema", executable)) as {
        readonly resources: Readonly<Record<string, unknown>>;
      };
      assert.ok(schema.resources["linkerd-topology:index:Topology"]);
    });

    test("finds them once they are installed", async () => {
      await installPlugins(program.env);
      const all = await program.mustRun(python, [example, "preview"]);
      assert.match(all, /kind:index:Cluster \S*west\S* create/);
      assert.match(all, /linkerd-topology:index:LinkReady/);
    });
  });
});
