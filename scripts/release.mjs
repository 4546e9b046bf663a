// `node scripts/release.mjs v0.2.0`: fails unless everything says this version, and prints what the release's page says.
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/**
 * What keeps a version from being published.
 *
 * @param {string} version without the `v` of its tag
 * @param {(file: string) => string} read a file of the project
 * @returns {string[]} each problem in words
 */
export function releaseProblems(version, read) {
  const packages = ["package.json", "sdks/kind/package.json", "sdks/mesh/package.json"];
  const versions = [
    ...packages.map((file) => [file, JSON.parse(read(file)).version]),
    [
      "sdks/python/pyproject.toml",
      /^ *version = "(.*)"$/m.exec(read("sdks/python/pyproject.toml"))?.[1],
    ],
  ];
  const { repository } = JSON.parse(read("package.json"));
  return [
    ...versions.flatMap(([file, found]) =>
      found === version ? [] : [`${file} has the version ${found}, and the tag says ${version}`],
    ),
    // npm compares it with the repository whose workflow publishes.
    ...(repository.url.includes("/OWNER/")
      ? [
          `package.json: repository.url is ${repository.url}: replace OWNER by whoever has the repository`,
        ]
      : []),
  ];
}

/**
 * The part of the changelog about a version.
 *
 * @param {string} changelog
 * @param {string} version
 * @throws Error if there is none, or it is empty
 */
export function releaseNotes(changelog, version) {
  const [, ...parts] = changelog.split(/^## /m);
  const found = parts.find((part) => part.split("\n", 1)[0].split(" ")[0] === version);
  const notes = found?.slice(found.indexOf("\n")).trim() ?? "";
  if (notes !== "") return notes;
  throw new Error(
    `CHANGELOG.md has no part "## ${version}": rename "## Unreleased", and begin a new one`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const version = (process.argv[2] ?? "").replace(/^v/, "");
  const read = (file) => readFileSync(path.join(root, file), "utf8");
  const problems = releaseProblems(version, read);
  if (problems.length > 0) {
    process.stderr.write(
      `this can't be published as ${version}:\n  - ${problems.join("\n  - ")}\n`,
    );
    process.exit(1);
  }
  process.stdout.write(`${releaseNotes(read("CHANGELOG.md"), version)}\n`);
}
