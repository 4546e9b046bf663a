import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { findWays } from "../../../environments/contexts.ts";
import { temporaryDirectory } from "../../temporary.ts";

describe("the kubeconfig files that KUBECONFIG names", () => {
  let directory: string;
  const file = (name: string): string => path.join(directory, name);
  const env = (...names: readonly string[]) => ({
    KUBECONFIG: names.map(file).join(path.delimiter),
  });
  const found = async (context: readonly string[], ...names: readonly string[]) =>
    (await findWays({ context }, env(...names))).map((way) => `${way.context} ${way.kubeconfig}`);
  before(async () => {
    directory = await temporaryDirectory("contexts");
    const context = (name: string) => ({ name, context: { cluster: name, user: "me" } });
    const cluster = (name: string) => ({ name, cluster: { server: `https://${name}.test` } });
    const users = [{ name: "me", user: { token: "hunter2" } }];
    for (const [name, content] of Object.entries({
      west: { contexts: [context("west")], clusters: [cluster("west")], users },
      east: { contexts: [context("east")], clusters: [cluster("east")], users },
      context: { contexts: [context("north")] },
      cluster: { clusters: [cluster("north")], users },
      anybody: {
        contexts: [{ name: "open", context: { cluster: "open" } }],
        clusters: [cluster("open")],
      },
    })) {
      writeFileSync(file(name), JSON.stringify(content));
    }
  });
  after(() => {
    rmSync(directory, { recursive: true });
  });

  test("are several, and each context has the one that it is in", async () => {
    assert.deepEqual(await found(["east", "west"], "west", "east"), [
      `east ${file("east")}`,
      `west ${file("west")}`,
    ]);
    assert.deepEqual(await found(["open"], "west", "anybody"), [`open ${file("anybody")}`]);
  });

  test("may be missing, but not all of them", async () => {
    assert.deepEqual(await found(["west"], "gone", "west"), [`west ${file("west")}`]);
    await assert.rejects(
      found(["west"], "gone", "lost"),
      /no kubeconfig file .*gone\nthere is no kubeconfig file .*lost/,
    );
    await assert.rejects(
      findWays({ context: ["west"], kubeconfig: [file("gone"), file("west")] }),
      /no kubeconfig file .*gone/,
    );
  });

  test("are to be merged where one has the context, and another its cluster", async () => {
    await assert.rejects(found(["west", "north"], "west", "context", "cluster"), (error: Error) => {
      const all = ["west", "context", "cluster"].map(file).join(path.delimiter);
      assert.match(error.message, /^the context "north" of \S+context has its cluster or its user/);
      assert.ok(error.message.includes(`KUBECONFIG='${all}' kubectl config view --flatten`));
      return true;
    });
  });
});
