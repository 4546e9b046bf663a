import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { classifyDockerAnswer, dockerMessage } from "../../../toolchain/docker-answer.ts";
import {
  inotifyMessage,
  lowInotifyLimits,
  mayHaveSysResource,
} from "../../../toolchain/docker-host.ts";

const run = promisify(execFile);

describe("the Docker daemon's answer", () => {
  const end = { exitCode: 0, code: undefined, stdout: "", stderr: "" };
  for (const [name, result, state] of [
    ["a version", { ...end, stdout: "28.2.2 runc\n" }, "running"],
    ["no such program", { ...end, exitCode: undefined, code: "ENOENT" }, "no client"],
    [
      "a refusal",
      { ...end, exitCode: 1, stderr: "dial unix: connect: permission denied" },
      "denied",
    ],
    [
      "silence",
      { ...end, exitCode: 1, stderr: "Cannot connect to the Docker daemon" },
      "not running",
    ],
    [
      "success without a version",
      { ...end, stdout: " \n", stderr: "Cannot connect" },
      "not running",
    ],
  ] as const) {
    test(`${name}: ${state}`, () => {
      const answer = classifyDockerAnswer(result);
      assert.equal(answer.state, state);
      if (answer.state === "running") {
        assert.deepEqual(answer, { state, version: "28.2.2", defaultRuntime: "runc" });
      } else {
        // Every sentence says what to do.
        assert.match(dockerMessage(answer), /apt-get install|usermod|systemctl start/);
      }
    });
  }
});

describe("the host", () => {
  for (const [sets, expected] of [
    ["CapBnd:\t000001ffffffffff\n", true],
    ["CapBnd:\t000001fffeffffff\n", false],
    ["CapEff:\t000001fffeffffff\n", true],
    ["", true],
  ] as const) {
    test(`${JSON.stringify(sets)}: CAP_SYS_RESOURCE ${expected ? "may be had" : "is missing"}`, () => {
      assert.equal(mayHaveSysResource(sets), expected);
    });
  }

  test("limits that suffice are left alone", () => {
    assert.deepEqual(lowInotifyLimits(2, { instances: 8192, watches: 1_048_576 }), []);
  });

  test("a distribution's defaults are too low, and the message has the command", () => {
    const low = lowInotifyLimits(2, { instances: 128, watches: 65_536 });
    assert.equal(low.length, 2);
    assert.match(
      inotifyMessage(low, 2),
      /sysctl -w fs\.inotify\.max_user_instances=512 fs\.inotify\.max_user_watches=524288$/,
    );
  });

  test("more nodes need more than the floor", () => {
    const [instances] = lowInotifyLimits(20, { instances: 512, watches: 1_048_576 });
    assert.ok(instances !== undefined && instances.needs > 512);
  });
});

test("the runtime takes away what the host can't grant, and nothing that looks like it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "runtime-"));
  try {
    const specification = {
      process: {
        args: ["sh", '"CAP_SYS_RESOURCE",', "[1,]", '"oomScoreAdj":-5'],
        capabilities: {
          bounding: ["CAP_CHOWN", "CAP_SYS_RESOURCE", "CAP_KILL"],
          effective: ["CAP_SYS_RESOURCE"],
          permitted: ["CAP_KILL", "CAP_SYS_RESOURCE"],
        },
        oomScoreAdj: -999,
        rlimits: [{ type: "RLIMIT_NOFILE", hard: 1, soft: 1 }],
      },
      hostname: "x",
    };
    const path = join(folder, "config.json");
    await writeFile(path, JSON.stringify(specification));
    // The real runc is not to be called: whatever it is called with, it succeeds.
    await writeFile(join(folder, "runc"), "#!/bin/sh\n", { mode: 0o755 });
    const runtime = join(import.meta.dirname, "..", "..", "..", "toolchain", "docker-runtime.sh");
    await run(runtime, ["create", "--bundle", folder, "name"], {
      env: { PATH: `${folder}:${process.env["PATH"] ?? ""}` },
    });
    assert.deepEqual(JSON.parse(await readFile(path, "utf8")), {
      ...specification,
      process: {
        args: specification.process.args,
        capabilities: {
          bounding: ["CAP_CHOWN", "CAP_KILL"],
          effective: [],
          permitted: ["CAP_KILL"],
        },
        oomScoreAdj: 0,
      },
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
