// `shareTopology` as vitest calls it, in a project that has the package from its tarball.
import assert from "node:assert/strict";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import { ConsumingProject } from "../engine/consumers.ts";
import { temporaryDirectory } from "../temporary.ts";
import { EphemeralRuns } from "./ephemeral.ts";

const spec = (name: string): string => `import { writeFile } from "node:fs/promises";
import * as hooks from "vitest";
import { useTopology } from "linkerd-topology/testing";

const lab = useTopology(process.env.LAB, { hooks });

hooks.test("has the mesh, and a namespace of its own in it", async () => {
  const shop = await lab.namespace("shop");
  const config = "{ apiVersion: v1, kind: ConfigMap, metadata: { name: colours } }";
  hooks.expect(await shop.apply(config)).toEqual([{ cluster: "west", object: "ConfigMap colours" }]);
  await writeFile("${name}.seen", [lab.mesh.name, shop.name].join(" "));
});
`;

const files = {
  "mesh.setup.ts": `import { shareTopology } from "linkerd-topology/testing";

export const { setup, teardown } = shareTopology(process.env.LAB, {
  name: process.env.BASE,
  allowNoDataPlane: true,
});
`,
  "vitest.config.mjs": `export default { test: { globalSetup: "./mesh.setup.ts", testTimeout: 60_000 } };\n`,
  "one.spec.ts": spec("one"),
  "two.spec.ts": spec("two"),
};

describe("vitest with a mesh for all files", { timeout: 1_200_000 }, () => {
  let directory = "";
  let folder = "";
  let runs: EphemeralRuns;

  before(async () => {
    directory = await temporaryDirectory("linkerd-topology-e2e");
    runs = await EphemeralRuns.create("shared", { clusters: [{ name: "west" }] });
    const project = await ConsumingProject.createWithPlugins(directory, "vitest");
    folder = path.join(project.folder, "tests");
    await mkdir(folder);
    for (const [name, text] of Object.entries(files)) {
      await writeFile(path.join(folder, name), text);
    }
  });
  after(async () => {
    await runs.dispose();
    await rm(directory, { recursive: true, force: true });
  });

  test("brings it up once, gives it to each file, and removes it", async () => {
    const { exitCode, all } = await execa("npx", ["--no-install", "vitest", "run"], {
      cwd: folder,
      env: { ...runs.env, LAB: runs.topology, BASE: runs.base },
      all: true,
      reject: false,
    });
    assert.equal(exitCode, 0, all);
    const seenBy = async (name: string) => {
      const text = await readFile(path.join(folder, `${name}.seen`), "utf8");
      const [mesh = "", namespace = ""] = text.split(" ");
      return { mesh, namespace };
    };
    const [one, two] = [await seenBy("one"), await seenBy("two")];
    assert.ok(one.mesh.startsWith(runs.base), all);
    assert.equal(one.mesh, two.mesh);
    assert.notEqual(one.namespace, two.namespace);
    assert.deepEqual(await runs.traces(), [], all);
  });
});
