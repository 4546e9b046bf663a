import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Topology } from "../../planning/topology.ts";
import { formsOf, plaintextIn, secretTexts } from "../secret-texts.ts";
import { TestEngine, type Update } from "./test-engine.ts";

const topology: Topology = {
  clusters: [
    { name: "west", network: "net" },
    { name: "east", network: "net" },
  ],
  links: [{ between: ["west", "east"] }],
};

/**
 * The most that the engine logs without printing every property of every resource, which it does from 9 on,
 * secrets included (`Marshaling property for RPC`).
 */
const mostVerbose = 8;

describe("what an update prints, logs and leaves", () => {
  let engine: TestEngine;
  let update: Update;
  let secrets: Map<string, readonly string[]>;

  before(async () => {
    engine = await TestEngine.start({ inline: true, checkpoints: true });
    update = await engine.up(topology, { logVerbosity: mostVerbose });
    const keys = secretTexts(await engine.decryptedState());
    secrets = new Map([
      ["a private key", keys],
      ["a token or kubeconfig", [...engine.world.secrets]],
    ]);
  });
  after(async () => {
    await engine.close();
  });

  test("knows what it looks for", async () => {
    // Anchor, two issuers, in two forms each and many lines; a token and a kubeconfig for each cluster.
    assert.ok((secrets.get("a private key") ?? []).length >= 6);
    assert.ok((secrets.get("a token or kubeconfig") ?? []).length >= 4);
    const state = await engine.decryptedState();
    const found = plaintextIn(new Map([["decrypted", state]]), secrets);
    assert.deepEqual(found, [
      "decrypted holds a private key",
      "decrypted holds a token or kubeconfig",
    ]);
    const [token = ""] = engine.world.secrets;
    for (const before of ["", "a", "ab"]) {
      const inBase64 = Buffer.from(`${before}${token} and more`).toString("base64");
      assert.ok(
        formsOf(token).some((form) => inBase64.includes(form)),
        before,
      );
    }
  });

  test("no secret is in the log at its most verbose, in messages or events", () => {
    assert.ok(update.transcript.length > 100_000, "the engine logged next to nothing");
    assert.deepEqual(plaintextIn(new Map([["log", update.transcript]]), secrets), []);
  });

  test("no secret is in a file, the state included", async () => {
    const files = await engine.files();
    const ours = files.filter(({ name }) => !name.startsWith("kubeconfigs/"));
    assert.ok(ours.some(({ name }) => name.endsWith("/lab.json")));
    const texts = new Map(ours.map(({ name, text }) => [name, text]));
    assert.deepEqual(plaintextIn(texts, secrets), []);
  });
});
