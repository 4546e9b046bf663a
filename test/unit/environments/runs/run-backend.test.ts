import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { describe, test } from "node:test";
import { backendOfRun, prepareRunBackend } from "../../../../environments/runs/run-backend.ts";
import { temporaryDirectory } from "../../../temporary.ts";

describe("the backend of a run that was kept", () => {
  const urlIn = (recorded: string | undefined, env: NodeJS.ProcessEnv): string | undefined =>
    backendOfRun("/runs/lab-1", { backendUrl: recorded }, env).env["PULUMI_BACKEND_URL"];

  test("is the one that its record names, whatever the environment chooses", () => {
    assert.equal(urlIn("s3://runs", {}), "s3://runs");
    assert.equal(urlIn("s3://runs", { PULUMI_BACKEND_URL: "s3://other" }), "s3://runs");
  });

  test("takes credentials from the environment where that names the same one", () => {
    const PULUMI_BACKEND_URL = "https://me:secret@states.example";
    assert.equal(urlIn("https://states.example", { PULUMI_BACKEND_URL }), PULUMI_BACKEND_URL);
  });

  test("is files of its own where the record names none", () => {
    const backend = backendOfRun(
      "/runs/lab-1",
      { backendUrl: undefined },
      { PULUMI_BACKEND_URL: "s3://other" },
    );
    assert.equal(backend.type, "local");
    assert.match(backend.directory ?? "", /^\/runs\/lab-1\//);
  });

  test("keeps the passphrase that it was made with, whatever the environment says by now", async () => {
    const directory = await temporaryDirectory("run-backend");
    try {
      await prepareRunBackend(directory);
      const file = path.join(directory, "passphrase");
      const own = await readFile(file, "utf8");
      const seen = (ownPassphrase: boolean, now: NodeJS.ProcessEnv) => {
        const record = { backendUrl: "s3://states", ownPassphrase };
        const { env } = backendOfRun(directory, record, now);
        return [env["PULUMI_CONFIG_PASSPHRASE_FILE"], env["PULUMI_CONFIG_PASSPHRASE"]];
      };
      assert.deepEqual(seen(true, {}), [file, undefined]);
      assert.deepEqual(seen(true, { PULUMI_CONFIG_PASSPHRASE: "other" }), [file, own]);
      assert.deepEqual(seen(true, { PULUMI_CONFIG_PASSPHRASE_FILE: "/other" }), [file, undefined]);
      assert.deepEqual(seen(false, {}), [undefined, undefined]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
