import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";

const root = path.resolve(import.meta.dirname, "../../..");
const scripts = path.join(root, "environments/commands/completion-scripts");
let directory = "";

before(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), "linkerd-topology-test-"));
  const bin = path.join(directory, "bin");
  await mkdir(bin);
  const program = `#!/bin/sh\nexec ${process.execPath} ${path.join(root, "environments/main.ts")} "$@"\n`;
  await writeFile(path.join(bin, "linkerd-topology"), program, { mode: 0o755 });
  await mkdir(path.join(directory, "files", "labs"), { recursive: true });
  for (const name of ["results.xml", "my lab.yaml", "$(touch opened).yaml"]) {
    await writeFile(path.join(directory, "files", name), "");
  }
});
after(() => rm(directory, { recursive: true, force: true }));

const files = (): string => path.join(directory, "files");
const env = () => ({ PATH: `${path.join(directory, "bin")}:${process.env["PATH"] ?? ""}` });

/** What bash without any package offers for a line, by its own splitting of words, and the words as it takes them. */
async function bash(line: string, variables: NodeJS.ProcessEnv = env()): Promise<string[]> {
  const { stdout } = await execa(
    "bash",
    [
      "--norc",
      "--noprofile",
      "-euo",
      "pipefail",
      "-c",
      // Sourced twice, as two of a shell's files may do.
      `source "$1"; source "$1"
       COMP_LINE=$2 COMP_POINT=\${#2}
       mapfile -t COMP_WORDS < <(printf '%s' "$3")
       COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
       compopt() { :; }
       _linkerd_topology
       printf '%s\\n' "\${COMPREPLY[@]}"`,
      "bash",
      path.join(scripts, "completion.bash"),
      line,
      // Readline's, with the usual COMP_WORDBREAKS.
      (line.match(/[=:]+|[^\s=:]+/g) ?? []).join("\n") + (/[\s=:]$/.test(line) ? "\n\n" : ""),
    ],
    { cwd: files(), env: variables },
  );
  return stdout.split("\n").filter((one) => one !== "");
}

describe("completion in bash", () => {
  test("offers commands, stacks, options and files, without bash-completion", async () => {
    const lines = ["sta", "up h", "run --keep", "plan m", "plan $"];
    assert.deepEqual(await Promise.all(lines.map((line) => bash(`linkerd-topology ${line}`))), [
      ["status"],
      ["hierarchical"],
      ["--keep-on-failure"],
      ["mixed", "my\\ lab.yaml"],
      ["\\$\\(touch\\ opened\\).yaml"],
    ]);
    assert.ok(!(await readdir(files())).includes("opened"));
  });

  test("completes the piece after = alone, as readline puts it there", async () => {
    const lines = ["run --junit=re", "diagram --format="];
    assert.deepEqual(await Promise.all(lines.map((line) => bash(`linkerd-topology ${line}`))), [
      ["results.xml"],
      ["mermaid", "dot", "svg"],
    ]);
  });

  test("evaluates nothing that was typed, nor an answer", async () => {
    // The shell would evaluate it, not the program: a double tells what reached it, and answers as much.
    const double = path.join(directory, "double");
    await mkdir(double);
    await writeFile(
      path.join(double, "linkerd-topology"),
      `#!/bin/sh\nfor word; do last=$word; done\nprintf '%s\\n' "$last" >> '${double}/asked'\nprintf '%s\\tfile\\n' "$last"\n`,
      { mode: 0o755 },
    );
    const variables = { PATH: `${double}:${process.env["PATH"] ?? ""}` };
    for (const typed of [
      "$(touch opened)",
      "`touch opened`",
      "'; touch opened; '",
      "a;touch opened",
    ]) {
      await bash(`linkerd-topology up ${typed}`, variables);
      await bash(`linkerd-topology run --junit=${typed}`, variables);
      await bash(`linkerd-topology ${typed} `, variables);
    }
    const asked = await readFile(path.join(double, "asked"), "utf8");
    assert.match(asked, /^opened\)$/m);
    assert.match(asked, /^a;touch$|^--junit=\$\(touch$|^opened`$/m);
    assert.ok(!(await readdir(files())).includes("opened"));
  });
});

describe("completion in other shells", () => {
  // Neither zsh nor fish comes with every machine.
  for (const [shell, file, args] of [
    ["zsh", "completion.zsh", ["-n"]],
    ["fish", "completion.fish", ["--no-execute"]],
  ] as const) {
    test(`${shell} reads its script`, async (context) => {
      const found = await execa(shell, ["--version"], { reject: false });
      if (found.exitCode !== 0) {
        context.skip(`there is no ${shell}`);
        return;
      }
      const { stderr } = await execa(shell, [...args, path.join(scripts, file)]);
      assert.equal(stderr, "");
    });
  }

  test("fish offers the same, and evaluates nothing", async (context) => {
    const found = await execa("fish", ["--version"], { reject: false });
    if (found.exitCode !== 0) {
      context.skip("there is no fish");
      return;
    }
    const fish = async (line: string): Promise<string[]> => {
      const { stdout } = await execa(
        "fish",
        ["--no-config", "-c", `source $argv[1]; source $argv[1]; complete -C $argv[2]`].concat(
          path.join(scripts, "completion.fish"),
          line,
        ),
        { cwd: files(), env: { ...env(), HOME: directory } },
      );
      return stdout.split("\n").map((one) => one.split("\t")[0] ?? "");
    };
    assert.deepEqual(await fish("linkerd-topology sta"), ["status"]);
    assert.deepEqual(await fish("linkerd-topology run --junit=re"), ["--junit=results.xml"]);
    await fish("linkerd-topology up (touch opened)");
    await fish("linkerd-topology up $(touch opened)");
    assert.ok(!(await readdir(files())).includes("opened"));
  });
});
