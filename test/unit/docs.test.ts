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

/** Files that aren't there, and headings that a file hasn't. */
function missingLinks(page: string, line: string): string[] {
  const targets = [...line.matchAll(/\]\(([^)\s]+)/g)].map(([, target = ""]) => target);
  return targets.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false;
    const [file = "", anchor] = target.split("#");
    const found = file === "" ? page : path.join(page, "..", file);
    if (!existsSync(path.join(root, found))) return true;
    return anchor !== undefined && !anchorsIn(found).has(anchor);
  });
}

const known = new Map<string, ReadonlySet<string>>();

/** The anchors that GitHub gives to a page's headings. */
function anchorsIn(page: string): ReadonlySet<string> {
  const anchors = known.get(page) ?? new Set(slugs(readFileSync(path.join(root, page), "utf8")));
  known.set(page, anchors);
  return anchors;
}

/** The second heading of the same words gets `-1`, and so on. */
function slugs(markdown: string): string[] {
  const counts = new Map<string, number>();
  const prose = markdown.replaceAll(/^```[\s\S]*?^```/gm, "");
  return [...prose.matchAll(/^#{1,6} +(.+?) *$/gm)].map(([, heading = ""]) => {
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = words.replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, "").replaceAll(" ", "-");
    const count = counts.get(slug) ?? 0;
    counts.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
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

describe("the anchors of a page", () => {
  it("are those that GitHub gives to its headings, and to nothing else", () => {
    const page = "# A b: `c-d`\n## [A](x.md) b: c-d\n```sh\n# no heading\n```\n### Ö & x_y\n";
    assert.deepEqual(slugs(page), ["a-b-c-d", "a-b-c-d-1", "ö--x_y"]);
  });

  it("are missed where a link leads to none", () => {
    const line =
      "[a](#run-the-tests) [b](#run) [c](docs/changes.md#exports) [d](docs/changes.md#none)";
    assert.deepEqual(missingLinks("CONTRIBUTING.md", line), ["#run", "docs/changes.md#none"]);
  });
});

describe("what a page names", () => {
  for (const page of pages) {
    it(`is there: ${page}`, () => {
      assert.deepEqual(wrongIn(page), []);
    });
  }
});
