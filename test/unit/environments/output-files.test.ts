import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { exitCodes } from "../../../environments/exit-codes.ts";
import { requireStateDirectory, requireWritable } from "../../../environments/output-files.ts";

const folder = mkdtempSync(path.join(os.tmpdir(), "linkerd-topology-output-"));
const at = (name: string): string => path.join(folder, name);
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("files that a command is to write", () => {
  writeFileSync(at("file"), "as it was");
  mkdirSync(at("directory"));
  execFileSync("mkfifo", [at("pipe"), at("read")]);

  it("get the folders that they lack, and stay as they are", async () => {
    await requireWritable({ "--output": at("new/folder/x.svg"), "--junit": at("file") });
    assert.ok(existsSync(at("new/folder")));
    assert.ok(!existsSync(at("new/folder/x.svg")));
  });

  it("are told all at once where they can't be written, in words", async () => {
    const attempt = requireWritable({
      "--output": at("file/x.svg"),
      "--json": at("file/below/x.json"),
      "--junit": at("directory"),
      "--summary": at("pipe"),
      "--other": "",
      "--bundle": at("directory"),
    });
    const part = "can't be written: a part of its path is a file, not a directory";
    await assert.rejects(attempt, {
      exitCode: exitCodes.badInput,
      message: [
        `--output ${at("file/x.svg")} ${part}`,
        `--json ${at("file/below/x.json")} ${part}`,
        `--junit ${at("directory")} can't be written: it is a folder`,
        `--summary ${at("pipe")} can't be written: it is a pipe that nobody reads, or a socket`,
        "--other  can't be written: it has no name",
        "Name a file in a folder that you may write to",
      ].join("\n"),
    });
  });

  it("are the state's as well, for which nothing is made yet", async () => {
    await requireStateDirectory(at("state/linkerd-topology/backend"));
    assert.ok(!existsSync(at("state")));
    for (const [name, reason] of [
      ["file", "it is a file"],
      ["file/linkerd-topology/backend", "a part of its path is a file, not a directory"],
    ] as const) {
      await assert.rejects(requireStateDirectory(at(name)), {
        exitCode: exitCodes.badInput,
        message:
          `the state can't be kept in ${at(name)}: ${reason}. Make it a directory that you may write to, or ` +
          "name another one for it by XDG_STATE_HOME",
      });
    }
  });

  it("may be a pipe that somebody reads, who goes on reading", async () => {
    const reader = spawn("cat", [at("read")]);
    let ended = false;
    reader.once("exit", () => (ended = true));
    await assertSoon(() => requireWritable({ "--output": at("read") }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.ok(!ended);
    reader.kill();
    await once(reader, "exit");
  });
});

/** It takes a moment until the other process has opened the pipe. */
async function assertSoon(attempt: () => Promise<void>): Promise<void> {
  for (let left = 100; ; left--) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
