import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import stringWidth from "string-width";
import { renderPlan } from "../../../environments/report/render-plan.ts";
import { planOrThrow } from "../../../planning/plan.ts";
import { styleOf, widthOf } from "../../../verification/render/style.ts";
import { columns, table } from "../../../verification/render/table.ts";
import { exportingTopology } from "../planning/arbitraries.ts";

const lines = (text: string): string[] => text.split("\n");
const widest = (text: string): number => Math.max(...lines(text).map((line) => stringWidth(line)));

const head = ["Cluster", "Nodes", "Issuer until"];
const rows = [
  ["west", "lab-west-control-plane 172.19.0.2 Ready", "2027-01-01"],
  ["east", "lab-east-control-plane 172.19.0.3 Ready\nlab-east-worker", "2027-01-01"],
];

describe("a table", () => {
  it("has a line for each row where there is room, and no rules between rows", () => {
    assert.deepEqual(lines(table(head, rows, styleOf())), [
      "Cluster  Nodes                                    Issuer until",
      "───────  ───────────────────────────────────────  ────────────",
      "west     lab-west-control-plane 172.19.0.2 Ready  2027-01-01",
      "east     lab-east-control-plane 172.19.0.3 Ready  2027-01-01",
      "         lab-east-worker",
    ]);
  });

  it("wraps cells between words", () => {
    assert.deepEqual(lines(table(head, rows, styleOf({ width: 50 }))), [
      "Cluster  Nodes                        Issuer until",
      "───────  ───────────────────────────  ────────────",
      "west     lab-west-control-plane       2027-01-01",
      "         172.19.0.2 Ready",
      "east     lab-east-control-plane       2027-01-01",
      "         172.19.0.3 Ready",
      "         lab-east-worker",
    ]);
  });

  it("is a list where the longest words have no room beside each other", () => {
    assert.deepEqual(lines(table(head, rows.slice(0, 1), styleOf({ width: 42 }))), [
      "Cluster west",
      "  Nodes         lab-west-control-plane",
      "                172.19.0.2 Ready",
      "  Issuer until  2027-01-01",
    ]);
  });

  it("is a list of one column too, where its longest word has no room", () => {
    const word = "lab-east-control-plane";
    assert.deepEqual(lines(table(["Node"], [[word]], styleOf({ width: 20 }))), [
      "Node lab-east-contro",
      "l-plane",
    ]);
  });

  it("counts colours for nothing", () => {
    const style = styleOf({ color: true, width: 50 });
    const coloured = rows.map((row) => row.map(style.good));
    assert.ok(widest(table(head, coloured, style)) <= 50);
  });

  // Letters that take two columns, none, or are made of several; words that are longer than any line.
  const word = fc.oneof(
    fc.constantFrom("west", "集群", "👩‍👩‍👧", "e\u0301", "→", "\t", "🇩🇪"),
    fc
      .string({ maxLength: 40 })
      .map((text) => text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, "x")),
  );
  const cell = fc
    .array(fc.tuple(word, fc.constantFrom(" ", "\n", "")), { maxLength: 8 })
    .map((parts) => parts.flat().join(""));
  const contents = fc.integer({ min: 1, max: 7 }).chain((count) => {
    const row = fc.array(cell, { minLength: count, maxLength: count });
    return fc.tuple(row, fc.array(row, { minLength: 1, maxLength: 5 }));
  });

  it("is never wider than it may be, whatever is in it", () => {
    fc.assert(
      fc.property(contents, fc.integer({ min: 20, max: 160 }), (content, width) => {
        assert.ok(widest(table(...content, styleOf({ width }))) <= width);
        assert.ok(widest(columns(content[1], { width, indent: "  " })) <= width);
      }),
      { numRuns: 300 },
    );
  });

  it("loses no letter", () => {
    // Composed and decomposed letters are the same.
    const letters = (text: string): string =>
      Array.from(text.normalize().replaceAll(/[\s─]/gu, "")).sort().join("");
    fc.assert(
      fc.property(contents, fc.integer({ min: 20, max: 160 }), ([titles, body], width) => {
        const text = table(titles, body, styleOf({ width })).normalize();
        for (const one of body.flat()) {
          for (const letter of letters(one)) assert.ok(text.includes(letter), letter);
        }
        assert.ok(letters(text).length >= letters(body.flat().join("")).length);
      }),
      { numRuns: 200 },
    );
  });
});

describe("the plan of any topology", () => {
  for (const width of [80, 130]) {
    it(`has tables of at most ${width} columns`, () => {
      fc.assert(
        fc.property(exportingTopology(1, 6), (topology) => {
          const text = renderPlan(planOrThrow(topology, { name: "lab" }), { width });
          const [, , , ...tables] = lines(text);
          assert.ok(widest(tables.join("\n")) <= width, text);
        }),
        { numRuns: 60 },
      );
    });
  }
});

describe("how wide tables may be", () => {
  it("is as wide as the terminal, as COLUMNS says, or no matter", () => {
    assert.equal(widthOf({ isTTY: true, columns: 130 }, {}), 130);
    assert.equal(widthOf({ isTTY: true, columns: 130 }, { COLUMNS: "80" }), 80);
    assert.equal(widthOf({ isTTY: true, columns: 130 }, { COLUMNS: "wide" }), 130);
    // A terminal of unknown size.
    assert.equal(widthOf({ isTTY: true, columns: 0 }, {}), 80);
    assert.equal(widthOf({}, {}), Infinity);
    assert.equal(widthOf({}, { COLUMNS: "100" }), 100);
  });
});
