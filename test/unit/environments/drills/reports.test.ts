import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { summarize } from "../../../../environments/drills/answers.ts";
import type { Answer } from "../../../../environments/drills/answers.ts";
import type { DrillResult } from "../../../../environments/drills/drill.ts";
import { drawAnswers } from "../../../../environments/drills/picture.ts";
import { drillDocument, renderDrill } from "../../../../environments/drills/render.ts";
import {
  drillHtml,
  drillJunit,
  drillMarkdown,
  requireDrillFiles,
} from "../../../../environments/drills/report-files.ts";

const moments = { began: 0, taken: 10_000, putBack: 20_000, ended: 30_000 };

function answers(from: number, to: number, cluster: string | undefined): Answer[] {
  return Array.from({ length: (to - from) / 100 }, (_, index) => ({
    at: from + index * 100,
    took: 10,
    failure: cluster === undefined ? "status 504 <b>" : undefined,
    cluster,
  }));
}

const moved = [
  ...answers(0, 10_000, "west"),
  ...answers(10_000, 11_000, undefined),
  ...answers(11_000, 21_000, "east"),
  ...answers(21_000, 30_000, "west"),
];

function drill(changes: Partial<DrillResult> = {}): DrillResult {
  return {
    stack: "lab",
    clusters: ["west", "east", "far"],
    take: ["pods:west/shop/web"],
    taken: ["west: deployments/web of shop, 2 replicas"],
    moments,
    asked: [
      {
        question: {
          url: "http://web.shop/?a=<b>&c",
          cluster: "west",
          namespace: "shop",
          serviceAccount: "client",
        },
        summary: summarize(moved, moments),
        answers: moved,
        exceeded: [],
      },
    ],
    notAsked: undefined,
    noticed: undefined,
    healed: 1_500,
    cured: [],
    stillWrong: [],
    limits: {},
    passed: true,
    ...changes,
  };
}

const beyond = drill({
  passed: false,
  limits: { maxFailed: 0 },
  asked: drill().asked.map((one) => ({ ...one, exceeded: ["10 of 300 requests failed"] })),
});

describe("the table", () => {
  test("tells who answered before, during and after, and what failed", () => {
    assert.equal(
      renderDrill(drill()),
      [
        "Asked                               When    Requests  Failed  Answered by",
        "──────────────────────────────────  ──────  ────────  ──────  ────────────────",
        "http://web.shop/?a=<b>&c from west  before  100       0       west 100",
        "                                    during  100       10      east 90",
        "                                    after   100       0       east 10, west 90",
        "10 of 300 requests failed; the longest time without an answer was 1.0 s",
        "no request failed later than 1.0 s after the taking",
        "answered as before 1.0 s after the putting back",
        "10 times: status 504 <b>",
        "status: noticed nothing",
        "status: as planned 1.5 s after the putting back",
        "Everything is as before.",
      ].join("\n"),
    );
  });

  test("ends with what is beyond the limits, or not as before", () => {
    assert.match(
      renderDrill(beyond),
      /Beyond the limits: http:\S+ from west: 10 of 300 requests failed$/,
    );
    const ill = drill({ passed: false, healed: undefined, stillWrong: ["gateway alive (east)"] });
    assert.match(renderDrill(ill), /status: not as planned at the end: gateway alive \(east\)/);
    assert.match(renderDrill(ill), /not everything is as before\.$/);
    const nothing = drill({ asked: [], notAsked: "no data plane", passed: false });
    assert.match(renderDrill(nothing), /^Nothing was asked: no data plane\./);
    assert.match(
      renderDrill({ ...nothing, limits: { maxGap: 1 } }),
      /the limits can't be judged\.$/,
    );
  });
});

test("the document has times that programs can read", () => {
  assert.partialDeepStrictEqual(JSON.parse(JSON.stringify(drillDocument(drill()))), {
    version: 1,
    take: ["pods:west/shop/web"],
    moments: { taken: "1970-01-01T00:00:10.000Z" },
    asked: [{ summary: { failed: 10, during: { clusters: { east: 90 } } } }],
    passed: true,
  });
});

describe("JUnit", () => {
  test("has a case for each question, and one for the end", () => {
    const report = drillJunit(drill());
    assert.equal(report.match(/<testcase/g)?.length, 2);
    assert.doesNotMatch(report, /<failure/);
  });

  test("fails the question that is beyond its limits", () => {
    const report = drillJunit(beyond);
    assert.equal(report.match(/<failure/g)?.length, 1);
    assert.match(report, /<failure message="10 of 300 requests failed"/);
  });

  test("fails the end where not everything is as before", () => {
    const report = drillJunit(drill({ passed: false, healed: undefined }));
    assert.equal(report.match(/<failure/g)?.length, 1);
    assert.match(report, /type="not as before"/);
  });
});

describe("the picture", () => {
  const svg = drawAnswers({
    title: "a <b>",
    answers: moved,
    moments,
    clusters: ["west", "east", "far"],
  });

  test("has a lane with a name for each cluster that answered, and one for failures", () => {
    for (const words of ["west", "east", "failed", "taken away", "put back", "a &lt;b&gt;"]) {
      assert.ok(svg.includes(`>${words}</text>`), words);
    }
    assert.doesNotMatch(svg, />far<|>unknown</);
  });

  test("tells lanes apart by where they are, and failures by their shape", () => {
    const bars = [
      ...svg.matchAll(/<rect x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"/g),
    ];
    const floors = new Set(bars.map(([, y, height]) => Math.round(Number(y) + Number(height))));
    assert.equal(floors.size, 2);
    assert.equal(
      new Set(svg.match(/<rect x=[^>]* fill="[^"]*"/g)?.map((one) => one.slice(-6))).size,
      1,
    );
    assert.match(svg, /<path d="M/);
  });

  test("is the same for answers in any order, and draws nothing outside", () => {
    const other = drawAnswers({
      title: "a <b>",
      answers: moved.toReversed(),
      moments,
      clusters: ["west", "east", "far"],
    });
    assert.equal(other, svg);
    const late = [{ at: 90_000, took: 10, failure: undefined, cluster: "west" }];
    const x = /<rect x="([\d.]+)"/.exec(
      drawAnswers({ title: "", answers: late, moments, clusters: ["west"] }),
    );
    assert.ok(Number(x?.[1]) < 960);
  });
});

describe("the pages", () => {
  test("hold the picture, and no markup of what was asked", () => {
    const page = drillHtml(drill());
    assert.match(page, /<svg xmlns=/);
    assert.match(page, /status 504 &lt;b&gt;/);
    assert.doesNotMatch(page, /<b>/);
    const markdown = drillMarkdown(drill(), ["drill-1.svg"]);
    assert.match(markdown, /!\[who answered over time\]\(drill-1\.svg\)/);
    assert.doesNotMatch(markdown, /<b>/);
  });

  test("are HTML or Markdown", async () => {
    await assert.rejects(requireDrillFiles({ report: "drill.pdf" }), /ends with \.html or \.md/);
  });
});
