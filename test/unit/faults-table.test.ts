import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { summarize } from "../../environments/drills/answers.ts";
import type { Asked } from "../../environments/drills/drill.ts";
import { parseSubjects } from "../../environments/drills/subjects.ts";
import { planOrThrow } from "../../planning/plan.ts";
import { meshFaults } from "../faults/mesh-faults.ts";
import { faultHeading, renderFaults } from "../faults/mesh-table.ts";

const moments = { began: 0, taken: 1_000, putBack: 2_000, ended: 3_000 };

function asked(failed: number): Asked {
  const answers = Array.from({ length: 30 }, (_, index) => ({
    at: index * 100,
    took: 10,
    failure: index >= 10 && index < 10 + failed ? "status 504" : undefined,
    cluster: "east",
  }));
  const question = {
    url: "http://web-east",
    cluster: "west",
    namespace: "e2e",
    serviceAccount: "",
  };
  return { question, summary: summarize(answers, moments), answers, exceeded: [] };
}

describe("the table of faults", () => {
  const [gateway] = meshFaults;
  assert.ok(gateway);
  const common = { cured: [], stillWrong: [], healed: 4_000 };

  test("says when a fault was noticed and healed, and what clients saw", () => {
    const noticed = { after: 5_000, what: ["the API server answers (east): no"] };
    const text = renderFaults([
      { fault: gateway, result: { ...common, noticed, asked: [asked(0), asked(5)] } },
      {
        fault: { ...gateway, title: "a | b" },
        result: {
          ...common,
          ...{ noticed: undefined, healed: undefined, stillWrong: ["gone"], asked: [] },
        },
      },
    ]);
    const rows = text.split("\n").filter((line) => line.startsWith("|"));
    assert.deepEqual(rows.slice(2), [
      "| its gateway's pod is deleted | 5.0 s | by itself, 4.0 s after it was back | none of 30 requests failed | 5 of 30 failed, longest gap 0.5 s |",
      "| a \\| b | not at all | not within the limit: gone | not asked | not asked |",
    ]);
    assert.match(text, /- the API server answers \(east\): no/);
  });

  test("has the heading of the one in docs/faults.md", () => {
    const page = path.resolve(import.meta.dirname, "../../docs/faults.md");
    const headings = readFileSync(page, "utf8")
      .split("\n")
      .filter((line) => line.startsWith("| What happens"))
      .map((line) =>
        line
          .split("|")
          .map((cell) => cell.trim())
          .filter((cell) => cell !== ""),
      );
    assert.deepEqual(headings, [faultHeading]);
  });

  test("is made by drills that can be done", () => {
    const plan = planOrThrow(
      { clusters: [{ name: "west" }, { name: "east" }], links: [{ between: ["west", "east"] }] },
      { name: "lab" },
    );
    const takes = meshFaults.flatMap(({ take }) => take ?? []);
    assert.ok(takes.length >= 4);
    for (const take of takes) assert.equal(parseSubjects([take], plan).length, 1);
  });
});
