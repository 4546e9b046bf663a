import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CheckResult, Round, Verification } from "../../../verification/index.ts";
import {
  junitDocument,
  markdownSummary,
  renderChecks,
  renderRound,
  renderVerification,
  styleOf,
  verificationDocument,
} from "../../../verification/index.ts";
import { twoClusters } from "./planned.ts";

const results: readonly CheckResult[] = [
  {
    check: "trust-anchor-shared",
    title: "same trust anchor everywhere",
    subject: "two",
    group: "mesh",
    state: "passed",
    detail: "A7:3F",
  },
  {
    check: "nodes-ready",
    title: "nodes Ready",
    subject: "west",
    group: "clusters",
    state: "passed",
    detail: "1",
  },
  {
    check: "nodes-ready",
    title: "nodes Ready",
    subject: "east",
    group: "clusters",
    state: "passed",
    detail: "1",
  },
  {
    check: "webhooks-trusted",
    title: "webhooks configured, certificates valid",
    subject: "west",
    group: "clusters",
    milliseconds: 120,
    state: "failed",
    problem: "linkerd-sp-validator: \u001b[31m<expired> | ]]> `yes`\u001b[0m\nand more & more",
    mend: "Run `up`.",
  },
  {
    check: "webhooks-trusted",
    title: "webhooks configured, certificates valid",
    subject: "east",
    group: "clusters",
    milliseconds: 80,
    state: "passed",
  },
  {
    check: "gateway-alive",
    title: "gateway alive",
    subject: "west → east",
    group: "Links",
    state: "not run",
    reason: "no data plane",
  },
  {
    check: "gateway-alive",
    title: "gateway alive",
    subject: "east → west",
    group: "Links",
    state: "not run",
    reason: "no data plane",
  },
];

const verification: Verification = {
  proved: false,
  startedAt: "2026-01-06T10:00:00.000Z",
  milliseconds: 4_321,
  results,
  status: {
    topology: "two",
    observedAt: "2026-01-06T10:00:00.000Z",
    dataPlane: "none",
    clusters: [],
    links: [],
  },
};

describe("a verification as text", () => {
  it("groups what was found alike, and ends with what is wrong and how to fix it", () => {
    assert.equal(
      renderVerification(verification),
      `mesh two
  ✓ same trust anchor everywhere  two  A7:3F

clusters
  ✓ nodes Ready                              west, east  1
  ✗ webhooks configured, certificates valid  west        linkerd-sp-validator: <expired> | ]]> \`yes\` and more & more
  ✓                                          east

Links
  – gateway alive  west → east, east → west  no data plane

✗ west: webhooks configured, certificates valid (webhooks-trusted)
    linkerd-sp-validator: <expired> | ]]> \`yes\`
    and more & more
    Run \`up\`.

two is not as planned: 4 passed, 1 failed, 2 not run (4.3 s)`,
    );
  });

  it("says less of many that passed, and all of those that did not", () => {
    const many = Array.from({ length: 8 }, (_, index): CheckResult => ({
      check: "link-taken-up",
      title: "Link taken up",
      subject: `a → b${index}`,
      group: "Links",
      ...(index === 3
        ? { state: "failed", problem: "no", mend: "look" }
        : { state: "passed", detail: `pod ${index}` }),
    }));
    const text = renderVerification({ ...verification, results: many });
    assert.match(text, /✗ Link taken up {2}a → b3 {2}no\n {2}✓ {16}7 of 8\n/);
    assert.doesNotMatch(text, /pod 1/);
  });

  it("uses colours only where it is asked to", () => {
    const colour = /\u001b\[/;
    assert.doesNotMatch(renderVerification(verification), colour);
    assert.match(renderVerification(verification, { color: true }), colour);
  });
});

describe("a verification as JSON", () => {
  it("has a version, the verdict, counts and every check", () => {
    const { version, topology, proved, counts, checks, milliseconds } = JSON.parse(
      JSON.stringify(verificationDocument(verification)),
    ) as ReturnType<typeof verificationDocument>;
    assert.deepEqual(
      { version, topology, proved, counts, milliseconds },
      {
        version: 1,
        topology: "two",
        proved: false,
        counts: { passed: 4, failed: 1, notRun: 2, notices: 0 },
        milliseconds: 4_321,
      },
    );
    assert.deepEqual(checks, results);
  });
});

describe("a verification as JUnit XML", () => {
  const xml = junitDocument(verification);

  it("has a suite for each group, with counts that add up", () => {
    assert.deepEqual(
      [
        ...xml.matchAll(
          /<testsuite name="(\w+)".*tests="(\d+)" failures="(\d+)" errors="0" skipped="(\d+)"/g,
        ),
      ].map(([, ...rest]) => rest),
      [
        ["mesh", "1", "0", "0"],
        ["clusters", "4", "1", "0"],
        ["Links", "2", "0", "2"],
      ],
    );
    assert.match(
      xml,
      /<testsuites name="linkerd-topology two" tests="7" failures="1" errors="0" skipped="2">/,
    );
    assert.match(
      xml,
      /<testcase classname="two.clusters.webhooks-trusted" name="west: .*" time="0.12">/,
    );
    assert.equal(xml.match(/<testcase /g)?.length, 7);
  });

  it("says why a check was not run, and what to do about one that failed", () => {
    assert.match(xml, /<skipped\/>\s*<system-out><!\[CDATA\[not run: no data plane\]\]>/);
    assert.match(xml, /<failure message="[^"]*&lt;expired/);
    assert.match(xml, /Run `up`\./);
  });

  it("is well-formed, whatever a cluster said", () => {
    // Tags are nested correctly, nothing is outside of them, and no character is forbidden in XML.
    assert.doesNotMatch(xml, /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
    const bare = xml.replaceAll(/<!\[CDATA\[[\s\S]*?\]\]>/g, "").replace(/^<\?xml[^>]*\?>/, "");
    const open: string[] = [];
    for (const [, close, name = "", , selfClosing] of bare.matchAll(
      /<(\/?)([\w-]+)((?:\s[\w-]+="[^"<]*")*)\s*(\/?)>/g,
    )) {
      if (close === "/") assert.equal(open.pop(), name);
      else if (selfClosing !== "/") open.push(name);
    }
    assert.deepEqual(open, []);
    assert.equal(bare.replaceAll(/<\/?[\w-]+(?:\s[\w-]+="[^"<]*")*\s*\/?>/g, "").trim(), "");
  });
});

describe("a verification as the summary of a CI job", () => {
  const text = markdownSummary(verification, twoClusters);

  it("begins with the verdict and the failures, then draws the topology", () => {
    assert.match(
      text,
      /^## ❌ two: not as planned\n\n4 passed, 1 failed, 2 not run \(4\.3 s\)\n\n\| Where \| Check \| What is wrong/,
    );
    assert.match(text, /```mermaid\nflowchart LR\n[\s\S]*west[\s\S]*\n```\n/);
    const good = { ...verification, proved: true, results: results.slice(0, 3) };
    assert.match(markdownSummary(good, twoClusters), /^## ✅ two: as planned\n\n3 passed/);
    assert.doesNotMatch(markdownSummary(good, twoClusters), /What is wrong/);
  });

  it("keeps its tables whole, whatever a cluster said", () => {
    assert.match(text, /&lt;expired&gt; \\\| \\\]\\\]&gt; \\`yes\\`<br>and more &amp; more/);
    for (const line of text.split("\n").filter((one) => one.startsWith("|"))) {
      assert.equal(line.replaceAll("\\|", "").match(/\|/g)?.length, 5, line);
    }
  });
});

describe("a round of a watch as text", () => {
  const round = (changes: Round["changes"]): Round => ({
    number: 2,
    verification,
    sentTraffic: true,
    changes,
  });

  it("shows all of the first round", () => {
    const first = { ...round([]), number: 1 };
    assert.equal(renderRound(first), renderVerification(verification));
  });

  it("shows what has changed since the round before, with the time", () => {
    const [anchor, , , failure, , notRun] = results;
    const at = verification.startedAt;
    assert.equal(
      renderRound(
        round([
          { at, before: anchor, after: failure },
          { at, before: failure, after: anchor },
          { at, before: undefined, after: notRun },
          { at, before: notRun, after: undefined },
        ]),
      ),
      `10:00:00  4 passed, 1 failed, 2 not run, with traffic
10:00:00  ✗ west: webhooks configured, certificates valid: linkerd-sp-validator: <expired> | ]]> \`yes\`
and more & more (was: passed)
10:00:00  ✓ two: same trust anchor everywhere (was: failed)
10:00:00  – west → east: gateway alive: not run: no data plane
10:00:00    west → east: gateway alive: no longer asked`,
    );
  });
});

describe("a notice", () => {
  const notice = "demo/web of east not mirrored, waiting for the namespace demo in west";
  const noticed: Verification = {
    ...verification,
    proved: true,
    results: [
      ...results.slice(0, 3),
      {
        check: "mirrors-complete",
        title: "exported Services are mirrored",
        subject: "west → east",
        group: "Links",
        state: "passed",
        detail: "2 of 3",
        notice,
      },
    ],
  };

  it("stands in the table and below it, and is counted", () => {
    const text = renderVerification(noticed);
    assert.match(text, /\n {2}! exported Services are mirrored {2}west → east {2}2 of 3\n/);
    assert.match(
      text,
      new RegExp(
        `\n! west → east: exported Services are mirrored\n {4}${notice}\n\ntwo is as planned: 4 passed, 0 failed, 0 not run, 1 notice`,
      ),
    );
  });

  it("is shown at the end of status, in Markdown, in JUnit XML, as JSON and in a watch", () => {
    const line = `! west → east: exported Services are mirrored: ${notice}`;
    assert.ok(renderChecks(noticed.results, styleOf()).includes(line));
    const markdown = markdownSummary(noticed, twoClusters);
    assert.ok(markdown.includes(`- ⚠️ west → east: exported Services are mirrored: ${notice}`));
    assert.ok(markdown.includes("| ⚠️ | Links: exported"));
    assert.ok(junitDocument(noticed).includes(`<system-err><![CDATA[notice: ${notice}]]>`));
    const { counts, checks } = verificationDocument(noticed);
    assert.equal(counts.notices, 1);
    assert.equal(checks.at(-1)?.notice, notice);
    const at = verification.startedAt;
    const changes = [{ at, before: undefined, after: noticed.results.at(-1) }];
    const round: Round = { number: 2, verification: noticed, sentTraffic: false, changes };
    assert.ok(renderRound(round).includes(line));
  });
});
