import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, test } from "node:test";
import {
  formatIdentity,
  identify,
  look,
  parseIdentity,
} from "../../../toolchain/process-identity.ts";

describe("the identity of a process", () => {
  test("is that of a process while it runs, and of no later one of its number", async () => {
    const child = spawn("sleep", ["60"]);
    await once(child, "spawn");
    const identity = await identify(child.pid ?? 0);
    assert.ok(identity !== undefined);
    assert.equal(await look(identity), "alive");
    assert.equal(await look({ ...identity, start: `${identity.start}1` }), "gone");
    child.kill("SIGKILL");
    await once(child, "exit");
    assert.equal(await look(identity), "gone");
    assert.equal(await identify(child.pid ?? 0), undefined);
  });

  test("says nothing of another host, another start of it, another namespace", async () => {
    const own = await identify(process.pid);
    assert.ok(own !== undefined);
    for (const key of ["host", "boot", "namespace"] as const) {
      assert.equal(await look({ ...own, [key]: "another" }), "unknown");
    }
  });

  test("is one line that can be read again", () => {
    const identity = {
      pid: 3,
      start: "Sat Nov 21 10:00",
      host: "a/b, c",
      boot: "x=y",
      namespace: "",
    };
    const text = formatIdentity(identity);
    assert.doesNotMatch(text, /[\s,=]/);
    assert.deepEqual(parseIdentity(text), identity);
  });

  for (const text of [
    "",
    "a/b/c/1",
    "a/b/c/0/1",
    "a/b/c/x/1",
    "a/b/c/1/",
    "a/b/c/1/2/3",
    "%/b/c/1/2",
  ]) {
    test(`is not in ${JSON.stringify(text)}`, () => {
      assert.equal(parseIdentity(text), undefined);
    });
  }
});
