import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { describe, test } from "node:test";

const child = path.join(import.meta.dirname, "interrupt-child.ts");
const ctrlC = "\x03";

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Runs the command on a terminal of its own, and types when it has printed what is waited for. */
async function onTerminal(
  mode: string,
  typed: { readonly after: string; readonly keys: string },
  redirect = "",
): Promise<Ended> {
  const line = `'${process.execPath}' '${child}' ${mode} ${redirect}`;
  const options =
    process.platform === "darwin"
      ? ["-q", "/dev/null", "sh", "-c", line]
      : ["-qec", line, "/dev/null"];
  return untilEnded(spawn("script", options, { env: withoutCi() }), (output, terminal) => {
    if (!output.includes(typed.after)) return false;
    terminal.stdin.write(typed.keys);
    return true;
  });
}

async function untilEnded(
  process_: ReturnType<typeof spawn>,
  act: (output: string, child: { stdin: { write(text: string): void }; pid: number }) => boolean,
): Promise<Ended> {
  let output = "";
  let acted = false;
  const look = (text: Buffer): void => {
    output += text.toString();
    if (!acted) acted = act(output, process_ as never);
  };
  process_.stdout?.on("data", look);
  process_.stderr?.on("data", look);
  const [code] = (await once(process_, "close")) as [number | null];
  return { code, output };
}

function withoutCi(): NodeJS.ProcessEnv {
  const env = { ...process.env };
  delete env["CI"];
  delete env["GITHUB_ACTIONS"];
  return env;
}

const count = (output: string): number => [...output.matchAll(/engine interrupted/g)].length;

describe("Ctrl-C at a terminal", { timeout: 60_000 }, () => {
  test("ends what a command waits for outside of the engine, tidily", async () => {
    const started = performance.now();
    const { code, output } = await onTerminal("proof", { after: "proof runs", keys: ctrlC });
    assert.match(output, /SIGINT: cleaning up/);
    assert.match(output, /tidied up/);
    assert.equal(code, 130);
    assert.ok(performance.now() - started < 30_000);
  });

  for (const [name, redirect] of [
    ["once", ""],
    ["once where standard input is no terminal as well", "</dev/null"],
  ] as const) {
    test(`interrupts the engine ${name}, and begins nothing after it`, async () => {
      const typed = { after: "engine runs", keys: ctrlC };
      const { code, output } = await onTerminal("engine", typed, redirect);
      assert.equal(count(output), 1, output);
      assert.doesNotMatch(output, /proof runs/);
      assert.equal(code, 130);
    });
  }
});

describe("a signal without a terminal", { timeout: 60_000 }, () => {
  test("interrupts the engine once", async () => {
    const alone = spawn(process.execPath, [child, "engine"], { detached: true });
    const { code, output } = await untilEnded(alone, (seen, { pid }) => {
      if (!seen.includes("engine runs")) return false;
      process.kill(pid, "SIGINT");
      return true;
    });
    assert.equal(count(output), 1, output);
    assert.equal(code, 130);
  });
});

describe("an error in the callback of an event", { timeout: 60_000 }, () => {
  test("doesn't end the process before everything is tidied up", async () => {
    const { code, output } = await untilEnded(
      spawn(process.execPath, [child, "callback"]),
      () => true,
    );
    assert.match(output, /an answer that nobody expected/);
    assert.match(output, /tidied up/);
    assert.equal(code, 1);
  });
});

describe("an engine that takes no further resources", { timeout: 60_000 }, () => {
  test("doesn't end the command: the engine reports what failed", async () => {
    const { code, output } = await untilEnded(
      spawn(process.execPath, [child, "ending"]),
      () => true,
    );
    assert.doesNotMatch(output, /unexpected/);
    assert.match(output, /tidied up/);
    assert.equal(code, 0);
  });
});
