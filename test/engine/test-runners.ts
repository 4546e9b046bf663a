// `linkerd-topology/testing` in the test runners that others use, on stub API servers.
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { execa } from "execa";
import { startStubMesh, two } from "../unit/environments/stub-mesh.ts";
import type { StubMesh } from "../unit/environments/stub-mesh.ts";

/** The npm packages that these tests need. */
export const runners = ["vitest", "jest"];

const test = `
const lab = useTopology(${JSON.stringify(two)}, { hooks });

hooks.test("applies to one cluster", async () => {
  const shop = await lab.namespace("shop");
  const applied = await shop.apply("{ apiVersion: v1, kind: ConfigMap, metadata: { name: colours } }", ["east"]);
  hooks.expect(applied).toEqual([{ cluster: "east", object: "ConfigMap colours" }]);
});
`;
const importing = (hooks: string): string =>
  `import * as hooks from "${hooks}";
import { useTopology } from "linkerd-topology/testing";
${test}`;

const files = {
  "in-vitest.spec.ts": importing("vitest"),
  "in-jest.test.mjs": importing("@jest/globals"),
  "by-require.test.cjs": `const hooks = require("@jest/globals");
const { useTopology } = require("linkerd-topology/testing");
${test}`,
  "jest.config.json": '{ "testMatch": ["**/*.test.*"] }',
};

/** @param project gives the folder in which the package and the {@link runners} are installed */
export function testRunners(project: () => string): void {
  describe("in test runners, on a mesh that is shared", () => {
    let folder = "";
    let mesh: StubMesh;

    before(async () => {
      folder = path.join(project(), "tests");
      await mkdir(folder);
      for (const [name, text] of Object.entries(files)) {
        await writeFile(path.join(folder, name), text);
      }
      mesh = await startStubMesh(folder);
    });
    after(() => mesh.stop());

    const run = (NODE_OPTIONS: string, ...args: string[]) => {
      const env = { ...mesh.env, NODE_OPTIONS };
      const all = ["--no-install", ...args, "--testTimeout", "60000"];
      return execa("npx", all, { cwd: folder, env, all: true, reject: false });
    };
    /** What was changed in a cluster since the last time. */
    const changesIn = (cluster: "west" | "east"): string[] =>
      mesh[cluster].requests
        .splice(0)
        .filter((request) => !request.startsWith("GET"))
        .map((request) => request.replace(/shop-[0-9a-f]{8}/, "SHOP"));

    for (const [name, options, ...args] of [
      ["vitest", "", "vitest", "run", "in-vitest"],
      ["jest, in an ES module", "--experimental-vm-modules", "jest", "in-jest"],
    ] as const) {
      it(name, async () => {
        const { exitCode, all } = await run(options, ...args);
        assert.equal(exitCode, 0, all);
        const created = "POST /api/v1/namespaces";
        const removed = "DELETE /api/v1/namespaces/SHOP";
        assert.deepEqual(changesIn("west"), [created, removed]);
        const applied = "PATCH /api/v1/namespaces/SHOP/configmaps/colours";
        assert.deepEqual(changesIn("east"), [created, applied, removed]);
      });
    }

    it("jest, by require: says how else", async () => {
      const { exitCode, all } = await run("", "jest", "by-require");
      assert.notEqual(exitCode, 0);
      assert.match(all, /ES module \(\.mjs\).*NODE_OPTIONS=--experimental-vm-modules/);
    });
  });
}
