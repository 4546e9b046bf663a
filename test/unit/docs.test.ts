import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { makeProgram } from "../../environments/commands/program.ts";

const root = path.resolve(import.meta.dirname, "../..");
const pages = ["README.md", "CONTRIBUTING.md", ...globSync("docs/**/*.md", { cwd: root })];
const { scripts } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>;
};
const commands = new Map(
  makeProgram([]).commands.map((command) => [
    command.name(),
    new Set(["--help", ...command.options.map(({ long }) => long)]),
  ]),
);

/** What a page names and the project hasn't, each with its line. */
function wrongIn(page: string): string[] {
  const lines = readFileSync(path.join(root, page), "utf8").split("\n");
  return lines.flatMap((line, index) =>
    [...missingLinks(page, line), ...missingFiles(line), ...missingCommands(line)].map(
      (what) => `${page}:${index + 1}: ${what}`,
    ),
  );
}

function missingLinks(page: string, line: string): string[] {
  const targets = [...line.matchAll(/\]\(([^)#\s]+)/g)].map(([, target = ""]) => target);
  return targets.filter(
    (target) => !/^[a-z]+:/.test(target) && !existsSync(path.join(root, page, "..", target)),
  );
}

/** In backticks, with a folder of this project at its beginning. */
function missingFiles(line: string): string[] {
  const named = line.matchAll(
    /`((?:bench|components|diagram|docs|environments|planning|providers|scripts|sdks|stacks|test|toolchain|verification)\/[\w./-]+)`/g,
  );
  return [...named]
    .map(([, file = ""]) => file)
    .filter((file) => !existsSync(path.join(root, file)));
}

/** `linkerd-topology up --refresh` and `npm run up -- --refresh`, up to the end of the command. */
function missingCommands(line: string): string[] {
  const called = line.matchAll(
    /(?:linkerd-topology|npm run) ([a-z][a-z0-9:-]*)((?: [^\s`|;#&]+)*)/g,
  );
  return [...called].flatMap(([call, name = "", rest = ""]) => {
    const isScript = call.startsWith("npm");
    // A project of the reader's own may have tests of that name.
    if (isScript && name === "e2e") return [];
    if (isScript && scripts[name] === undefined) return [call];
    const options = commands.get(name);
    if (options === undefined) return [];
    const [own = ""] = isScript ? [rest.replace(/^ --(?= )/, "")] : rest.split(" -- ");
    const given = [...own.matchAll(/(?<= )(--[a-z-]+)/g)].map(([, option = ""]) => option);
    return given.filter((option) => !options.has(option)).map((option) => `${name} ${option}`);
  });
}

describe("what a page names", () => {
  for (const page of pages) {
    it(`is there: ${page}`, () => {
      assert.deepEqual(wrongIn(page), []);
    });
  }
});
