import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { PassThrough } from "node:stream";
import { describe, test } from "node:test";
import { terminalQuestion } from "../../../environments/commands/ask.ts";

function terminal(isTTY = true) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const streams = {
    input: Object.assign(input, { isTTY }),
    output: Object.assign(output, { isTTY }),
  };
  return streams as unknown as Required<Parameters<typeof terminalQuestion>>[0];
}

async function answer(text: string): Promise<boolean | undefined> {
  const streams = terminal();
  const asked = terminalQuestion(streams, {})?.("Really?");
  (streams.input as unknown as PassThrough).end(text);
  return asked;
}

describe("a question on a terminal", () => {
  test("is answered by a yes alone; the end of input is a no", async () => {
    for (const yes of ["y\n", "yes\n", " Y \n"]) assert.equal(await answer(yes), true, yes);
    for (const no of ["\n", "n\n", "yeah\n", "maybe yes\n", ""]) {
      assert.equal(await answer(no), false, no);
    }
  });

  test("is not asked where nobody sits there", () => {
    assert.equal(terminalQuestion(terminal(false), {}), undefined);
    const { input, output } = terminal();
    // What `up </dev/null` and `up 2>log` have on a terminal.
    assert.equal(terminalQuestion({ input: terminal(false).input, output }, {}), undefined);
    assert.equal(terminalQuestion({ input, output: terminal(false).output }, {}), undefined);
    assert.equal(terminalQuestion(terminal(), { CI: "true" }), undefined);
  });
});

describe("down without a topology, on a terminal", () => {
  const hasScript = spawnSync("script", ["--version"]).status === 0;
  const skip = hasScript ? false : "this machine has no `script`, which makes a terminal";
  const main = path.resolve(import.meta.dirname, "../../../environments/main.ts");

  test("changes nothing without a yes", { skip }, async () => {
    const directory = await mkdtemp(path.join(os.tmpdir(), "linkerd-topology-ask-"));
    try {
      const { status, stdout } = spawnSync(
        "script",
        ["-qec", `'${process.execPath}' '${main}' down`, "/dev/null"],
        {
          input: "n\n",
          encoding: "utf8",
          env: { PATH: process.env["PATH"], HOME: directory, XDG_STATE_HOME: directory },
        },
      );
      assert.match(stdout, /Remove the stack hierarchical, .* \[y\/N\]/);
      assert.match(stdout, /nothing was changed/);
      assert.equal(status, 1);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
