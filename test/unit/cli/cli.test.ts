import assert from "node:assert/strict";
import { once } from "node:events";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import { variables } from "../../../environments/commands/command.ts";
import { makeProgram } from "../../../environments/commands/program.ts";
import type { RotateOutlook, RotateResult } from "../../../environments/rotate.ts";
import { exitCodes, exitCodeWords } from "../../../environments/exit-codes.ts";
import type { RotationState } from "../../../planning/trust/rotation/state.ts";
import { helpOf, refreshHelp } from "../../../scripts/help-page.ts";
import { temporaryDirectory } from "../../temporary.ts";
import { CommandLine } from "./command-line.ts";

const root = path.resolve(import.meta.dirname, "../../..");
let directory = "";
let commandLine: CommandLine;

before(async () => {
  directory = await temporaryDirectory("linkerd-topology-e2e-cli");
  commandLine = new CommandLine();
});
after(async () => {
  await commandLine.stop();
  await rm(directory, { recursive: true, force: true });
});

/** Runs the command line in a directory without anything. */
function run(...args: string[]) {
  return runWith({}, ...args);
}

function runWith(changes: Readonly<Record<string, string>>, ...args: string[]) {
  return commandLine.run(args, { cwd: directory, env: environment(changes) });
}

function environment(changes: Readonly<Record<string, string>> = {}) {
  const own = { XDG_STATE_HOME: directory, PULUMI_HOME: directory, NO_COLOR: "1" };
  return { ...process.env, ...own, ...changes };
}

describe("the command line", () => {
  test("is a program of its own: what it writes, and what it ends with", async () => {
    await writeFile(path.join(directory, "own.yaml"), "clusters: [{ name: west }]\n");
    const start = (...args: string[]) =>
      execa(process.execPath, [path.join(root, "environments/main.ts"), ...args], {
        cwd: directory,
        reject: false,
        env: environment(),
      });
    const lines = [["plan", "own.yaml"], ["status", "own.yaml"], ["statsu"], ["--help"]];
    for (const line of lines) {
      const { exitCode, stdout, stderr } = await start(...line);
      // The other tests see the same without a process for each call.
      assert.deepEqual({ exitCode, stdout, stderr }, await run(...line));
    }
  });

  test("takes unknown commands and options for mistakes, and guesses what was meant", async () => {
    const [command, option, value] = await Promise.all([
      run("statsu"),
      run("up", "--refesh"),
      run("diagram", "--format", "png"),
    ]);
    assert.equal(command.exitCode, exitCodes.badInput);
    assert.match(command.stderr, /unknown command 'statsu'\n\(Did you mean status\?\)/);
    assert.equal(option.exitCode, exitCodes.badInput);
    assert.match(option.stderr, /Did you mean --refresh\?/);
    assert.equal(value.exitCode, exitCodes.badInput);
    assert.match(value.stderr, /Allowed choices are mermaid, dot, svg/);
  });

  test("tells before any work is done that a file can't be written, or a state kept", async () => {
    await writeFile(path.join(directory, "a-file"), "");
    const [picture, state] = await Promise.all([
      run("diagram", "flat", "--output", "a-file/x.svg"),
      runWith({ XDG_STATE_HOME: path.join(directory, "a-file") }, "run", "flat", "--", "true"),
    ]);
    assert.equal(picture.exitCode, exitCodes.badInput);
    assert.match(picture.stderr, /^--output a-file\/x\.svg can't be written: a part of its path/m);
    assert.equal(picture.stdout, "");
    assert.equal(state.exitCode, exitCodes.badInput);
    assert.match(state.stderr, /the state can't be kept in .*a-file.*by XDG_STATE_HOME/);
  });

  test("tells everything that is wrong with a topology, before anything else", async () => {
    const file = path.join(directory, "wrong.yaml");
    await writeFile(
      file,
      "clusters: [{ name: west }, { name: west }]\nlinks: [{ from: west, to: eats }]\n",
    );
    const [plan, twice] = await Promise.all([
      run("plan", file),
      run("plan", "flat", "--topology", "mixed"),
    ]);
    assert.equal(plan.exitCode, exitCodes.badInput);
    assert.match(plan.stderr, /clusters\[1\]/);
    assert.match(plan.stderr, /links\[0\]/);
    assert.equal(plan.stdout, "");
    assert.equal(twice.exitCode, exitCodes.badInput);
    assert.match(twice.stderr, /which topology, "flat" or "mixed"\?/);
  });

  test("tells what is not there: stacks, files, a command to run", async () => {
    const [stack, file, nothing, duration] = await Promise.all([
      run("plan", "hierarchica"),
      run("plan", "missing.yaml"),
      run("run", "flat"),
      run("run", "flat", "--expires-in", "5", "--", "true"),
    ]);
    for (const { exitCode } of [stack, file, nothing, duration]) {
      assert.equal(exitCode, exitCodes.badInput);
    }
    assert.match(stack.stderr, /did you mean "hierarchical"\?/);
    assert.match(file.stderr, /there is no file missing\.yaml/);
    assert.match(nothing.stderr, /the command is missing/);
    assert.match(duration.stderr, /Write it as 90s, 30m, 2h or 1d/);
  });

  test("plans as a table and as JSON, under the name that is asked for", async () => {
    const file = path.join(directory, "lab.yaml");
    await writeFile(file, "clusters: [{ name: west }]\n");
    const [table, json] = await Promise.all([
      run("plan", "lab.yaml"),
      run("plan", "--topology", "lab.yaml", "--name", "mine", "--json"),
    ]);
    assert.equal(table.exitCode, exitCodes.success);
    assert.match(table.stdout, /^Topology lab\n/);
    assert.match(table.stdout, /lab-west-control-plane/);
    const { version, plan } = JSON.parse(json.stdout) as { version: 1; plan: { name: string } };
    assert.deepEqual([version, plan.name], [1, "mine"]);
  });

  test("tells apart what is not up from what there is not", async () => {
    const [status, verify, unknown] = await Promise.all([
      run("status"),
      run("verify", "flat"),
      run("status", "nowhere"),
    ]);
    assert.equal(status.exitCode, exitCodes.notUp);
    assert.match(status.stderr, /"hierarchical" is not up: `npm .*run up` brings it up/);
    assert.equal(verify.exitCode, exitCodes.notUp);
    assert.equal(unknown.exitCode, exitCodes.badInput);
  });

  test("refuses a wrong topology before it asks whether it is up", async () => {
    const file = path.join(directory, "twice.yaml");
    await writeFile(file, "clusters: [{ name: west }, { name: west }]\n");
    const all = await Promise.all([
      run("status", file),
      run("verify", file),
      run("rotate", file, "--dry-run"),
      run("rotate", file),
    ]);
    for (const { exitCode, stderr } of all) {
      assert.equal(exitCode, exitCodes.badInput);
      assert.match(stderr, /clusters\[1\]/);
    }
  });

  test("refuses options that nothing would come of, and says why", async () => {
    const [status, several, command, interval] = await Promise.all([
      run("status", "flat", "--junit", "results.xml"),
      run("status", "flat", "--watch", "--no-traffic", "--no-rights", "--concurrency", "2"),
      run("run", "flat", "--junit", "results.xml", "--concurrency", "2", "--", "true"),
      run("verify", "flat", "--interval", "5s"),
    ]);
    for (const { exitCode } of [status, several, command, interval]) {
      assert.equal(exitCode, exitCodes.badInput);
    }
    assert.match(status.stderr, /--junit needs --verify: .*\. Add --verify, or leave out --junit/);
    assert.match(several.stderr, /--no-traffic, --no-rights, --concurrency, --watch need --verify/);
    assert.match(command.stderr, /--junit, --concurrency need --verify/);
    assert.match(interval.stderr, /--interval needs --watch/);
  });

  test("makes sure at once that what it finds can be written", async () => {
    const folder = path.join(directory, "reports", "new");
    const file = path.join(directory, "no-folder");
    await writeFile(file, "");
    const [missing, wrong] = await Promise.all([
      run("verify", "flat", "--junit", path.join(folder, "results.xml")),
      run("verify", "flat", "--junit", path.join(file, "x.xml"), "--summary", directory),
    ]);
    // There is nothing to verify; the folder is there for what there might have been.
    assert.equal(missing.exitCode, exitCodes.notUp);
    assert.deepEqual(await readdir(folder), []);
    assert.equal(wrong.exitCode, exitCodes.badInput);
    assert.match(
      wrong.stderr,
      /--junit \S+no-folder\/x\.xml can't be written: a part of its path is a file/,
    );
    assert.match(wrong.stderr, /--summary \S+ can't be written: it is a folder/);
  });

  test("ends with the code of an interrupt, once what it was doing has ended", async () => {
    const url = JSON.stringify(path.join(root, "environments/commands/run-command.ts"));
    const program = `
      import { runCommand } from ${url};
      await runCommand({ command: "test", json: true }, ({ signal }) => new Promise((_, reject) => {
        const waiting = setTimeout(() => undefined, 60_000);
        signal.addEventListener("abort", () => { clearTimeout(waiting); reject(new Error("tidy")); });
        process.stderr.write("ready");
      }));`;
    const child = execa(process.execPath, ["--input-type=module", "-e", program], {
      reject: false,
    });
    await once(child.stderr, "data");
    child.kill("SIGTERM");
    const { exitCode, stdout, stderr } = await child;
    assert.equal(exitCode, exitCodes.interrupted);
    assert.match(stderr, /SIGTERM: cleaning up; press again to stop at once/);
    const result = JSON.parse(stdout.split("\n").at(-1) ?? "") as {
      event: string;
      outcome: string;
    };
    assert.deepEqual([result.event, result.outcome], ["result", "interrupted"]);
  });

  test("reaps where there is nothing, without a word of complaint", async () => {
    const { exitCode, stdout } = await run("reap", "--json", "--dry-run");
    assert.equal(exitCode, exitCodes.success);
    const { version, dryRun } = JSON.parse(stdout) as { version: 1; dryRun: boolean };
    assert.deepEqual([version, dryRun], [1, true]);
  });
});

describe("completion, asked as a shell does", () => {
  const ask = async (...words: string[]): Promise<string[]> => {
    const { stdout } = await run("complete", "--", ...words);
    // The last line is what the shell is to do with the answers.
    return stdout.split("\n").slice(0, -1);
  };

  test("knows commands, options, their values, stacks and files", async () => {
    await writeFile(path.join(directory, "lab.yaml"), "clusters: [{ name: west }]\n");
    const [commands, stacks, options, formats, files] = await Promise.all([
      ask("st"),
      ask("up", "h"),
      ask("run", "--keep"),
      ask("diagram", "--format", ""),
      ask("plan", "--topology", "la"),
    ]);
    assert.equal(commands.length, 1);
    assert.match(commands[0] ?? "", /^status\tShows the state of the running clusters/);
    assert.deepEqual(stacks, ["hierarchical\tready-made stack"]);
    assert.match(options.join(), /^--keep-on-failure\t/);
    assert.deepEqual(
      formats.map((line) => line.split("\t")[0]),
      ["mermaid", "dot", "svg"],
    );
    assert.deepEqual(files, ["lab.yaml\tfile"]);
  });

  test("has a script for every shell", async () => {
    const scripts = await Promise.all(
      ["bash", "zsh", "fish", "powershell"].map((shell) => run("completion", shell)),
    );
    for (const { stdout, exitCode } of scripts) {
      assert.equal(exitCode, exitCodes.success);
      assert.match(stdout, /linkerd-topology/);
      assert.doesNotMatch(stdout, /\beval\b|Invoke-Expression/);
    }
    const wrong = await run("completion", "tcsh");
    assert.equal(wrong.exitCode, exitCodes.badInput);
  });
});

describe("the page of the command line", () => {
  test("shows the help of every command as it is", async () => {
    const page = await readFile(path.join(root, "docs/cli.md"), "utf8");
    assert.equal(refreshHelp(page, makeProgram()), page, "out of date; run: npm run cli-page");
    for (const command of makeProgram().commands) {
      assert.ok(
        page.includes(`<!-- help ${command.name()} -->\n\n\`\`\`text\nUsage: `),
        command.name(),
      );
    }
  });

  test("has all exit codes and variables, in their words", async () => {
    const page = (await readFile(path.join(root, "docs/cli.md"), "utf8")).replaceAll(/ +/g, " ");
    for (const code of Object.values(exitCodes)) {
      assert.ok(page.includes(`| ${code} | ${exitCodeWords[code] ?? ""} |`), `exit code ${code}`);
    }
    for (const [name, words] of Object.entries(variables)) {
      assert.ok(page.includes(`| \`${name}\` | ${words} |`), name);
    }
  });

  test("has the fields of a rotation's documents, and no others", async () => {
    const page = await readFile(path.join(root, "docs/cli.md"), "utf8");
    // The types see to it that these have every field.
    const state: Required<RotationState> = {
      generation: 2,
      older: [1],
      steps: [],
      next: undefined,
    };
    const outlook: Required<RotateOutlook> = { underway: true, state, steps: [], others: [] };
    const result: Required<RotateResult> = { generation: 2, resumed: false };
    for (const [row, document] of [
      ["`rotate`", result],
      ["`rotate --dry-run`", outlook],
    ] as const) {
      const fields = page.split("\n").find((line) => line.startsWith(`| ${row} `)) ?? "";
      const named = [...fields.slice(row.length + 2).matchAll(/`(\w+)`/g)].map(([, name]) => name);
      assert.deepEqual(named.sort(), Object.keys(document).sort(), row);
    }
    const ofState =
      page.split("\n").find((line) => line.startsWith("| `state` of a rotation ")) ?? "";
    for (const name of Object.keys(state)) assert.ok(ofState.includes(`\`${name}\``), name);
  });

  test("and every help has examples, exit codes and what the environment is for", () => {
    const program = makeProgram();
    for (const command of program.commands) {
      const help = helpOf(program, command.name());
      // Command lines alone are never cut.
      const long = help.split("\n").filter((line) => line.length > 100);
      assert.deepEqual(long, [], command.name());
      for (const part of ["Examples:\n  linkerd-topology", "Exit codes:\n  0 ", "Environment:\n"]) {
        assert.ok(help.includes(part), `${command.name()}: ${part}`);
      }
    }
  });
});
