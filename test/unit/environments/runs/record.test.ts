import assert from "node:assert/strict";
import { readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { temporaryDirectory } from "../../../temporary.ts";

const begin = path.resolve(import.meta.dirname, "../../../../environments/runs/begin.ts");

test("the record of a run says nothing of the command line that it was begun with", async () => {
  const state = await temporaryDirectory("record");
  try {
    const program = `
      import { begin } from ${JSON.stringify(begin)};
      const source = { topology: { clusters: [{ name: "west" }] } };
      await begin({ source, name: "lab", env: process.env });
    `;
    const words = ["--", "deploy", "--token=hunter2"];
    await execa(process.execPath, ["--input-type=module", "--eval", program, ...words], {
      env: { XDG_STATE_HOME: state },
    });
    const runs = path.join(state, "linkerd-topology", "runs");
    const [run = ""] = await readdir(runs);
    const text = await readFile(path.join(runs, run, "run.json"), "utf8");
    assert.match(text, /"topology": ?"lab"/);
    assert.doesNotMatch(text, /hunter2|token|deploy/);
  } finally {
    await rm(state, { recursive: true });
  }
});
