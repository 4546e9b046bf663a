import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { progressText, reportLines } from "../../../toolchain/report-lines.ts";
import { assertEach } from "../../assert-each.ts";

/** Text that a registry, a build or a file name may contain, and that would clear the screen. */
const evil = "\u001b[2J\u0007evil";
const steersTerminal = (text: string): boolean => new RegExp("[\\u0000-\\u001f]").test(text);

describe("what `npm run toolchain` prints", () => {
  const tool = (name: string) => ({ tool: name, version: `1${evil}`, origin: "release" as const });

  test("is a line for each tool, each note and the sources, and nothing that steers the terminal", () => {
    const lines = reportLines(
      { report: [tool("kind")], notes: [`raised${evil}`] },
      {
        report: [tool(`image${evil}`)],
        notes: ["found"],
        path: `/tmp/${evil}/sources.json`,
        dataPlane: "none",
      },
    );
    assertEach("is clean", lines, (line) => !steersTerminal(line));
    const starts = [
      "kind",
      "image",
      "note: raised",
      "note: found",
      "images and charts: /tmp/",
      "data plane: NONE",
    ];
    assert.equal(lines.length, starts.length);
    for (const [index, start] of starts.entries())
      assert.ok(lines[index]?.startsWith(start), start);
  });

  test("names the public registries where there is no sources file", () => {
    assert.deepEqual(reportLines({ report: [], notes: [] }, undefined), [
      "images and charts: public",
    ]);
  });

  test("shows progress on a terminal in one line, and none in a log", () => {
    const detail = `10 of 20${evil}`;
    assert.equal(progressText({ step: "go", state: "progress", detail }, false), undefined);
    const passing = progressText({ step: "go", state: "progress", detail }, true) ?? "";
    assert.ok(passing.startsWith("\r\u001b[Kgo: 10 of 20"));
    assert.ok(!steersTerminal(passing.slice("\r\u001b[K".length)));
    const done = progressText({ step: "go", state: "done", detail }, false) ?? "";
    assert.ok(done.startsWith("go: done 10 of 20") && done.endsWith("\n"));
    assert.ok(!steersTerminal(done.slice(0, -1)));
  });
});
