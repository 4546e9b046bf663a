import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  builtVersion,
  defaultVersion,
  describeVersion,
  edgeOf,
  factsOf,
  faultOf,
  hasFault,
  isBefore,
  knownFaults,
  knownVersions,
  oldestVersion,
  stableNumbers,
} from "../../../planning/linkerd/versions.ts";
import type { KnownFault } from "../../../planning/linkerd/versions.ts";
import { refreshVersions } from "../../../scripts/versions-table.ts";
import { compareVersions } from "../../../system/version.ts";
import { goFolder } from "../../../toolchain/go-program.ts";

const root = path.resolve(import.meta.dirname, "../../..");

/** Any edge release that Linkerd could have made. */
const release = fc
  .tuple(
    fc.integer({ min: 20, max: 40 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 9 }),
  )
  .map(([year, month, number]) => `edge-${year}.${month}.${number}`);

describe("the table of Linkerd's releases", () => {
  it("goes from the oldest to the newest, and begins with the oldest that the package installs", () => {
    const edges: readonly string[] = knownVersions.map(({ edge }) => edge);
    for (const [index, edge] of edges.slice(1).entries()) {
      assert.ok(isBefore(edges[index] ?? "", edge), edge);
    }
    assert.equal(edges[0], oldestVersion);
    for (const version of [defaultVersion, builtVersion]) assert.ok(edges.includes(version));
  });

  it("has ranges that are ranges", () => {
    for (const { edge, kubernetes, gatewayApi } of knownVersions) {
      for (const { oldest, newest } of [kubernetes, gatewayApi]) {
        assert.ok(compareVersions(oldest, newest) <= 0, `${edge}: ${oldest} to ${newest}`);
      }
    }
  });

  it("has each stable number once", () => {
    assert.deepEqual(stableNumbers, ["2.18", "2.19", "2.20"]);
    for (const number of stableNumbers) {
      const edge = edgeOf(number);
      assert.ok(edge !== undefined);
      assert.equal(describeVersion(edge), `${edge} (${number})`);
    }
  });

  it("has faults that begin before they end, each under its own name", () => {
    for (const { id, since, fixed } of knownFaults as readonly KnownFault[]) {
      if (since !== undefined && fixed !== undefined) assert.ok(isBefore(since, fixed), id);
    }
    assert.equal(new Set(knownFaults.map(({ id }) => id)).size, knownFaults.length);
  });

  it("is the one in docs/linkerd-versions.md", async () => {
    const page = await readFile(path.join(root, "docs/linkerd-versions.md"), "utf8");
    assert.equal(page, await refreshVersions(page), "out of date; run: npm run versions-page");
  });

  it("names the release whose Go module the toolchain builds", async () => {
    // A pseudo-version has the time of the commit; Linkerd tags a release on the day of its last commit.
    const text = await readFile(path.join(goFolder, "linkerd/go.mod"), "utf8");
    const [, year, month] = /linkerd\/linkerd2 v\S+-0\.20(\d\d)(\d\d)/.exec(text) ?? [];
    assert.equal(`${Number(year)}.${Number(month)}`, /^edge-(\d+\.\d+)\./.exec(builtVersion)?.[1]);
  });
});

describe("what holds for a release", () => {
  for (const [version, kubernetes, gatewayApi, nativeSidecars, isKnown] of [
    ["edge-25.4.4", "1.23", "1.1.1", false, true],
    ["edge-26.1.1", "1.23", "1.1.1", false, true],
    ["edge-26.4.4", "1.23", "1.1.1", false, false],
    ["edge-26.5.1", "1.31", "1.1.1", false, true],
    ["edge-26.5.2", "1.31", "1.1.1", true, true],
    ["edge-26.5.3", "1.31", "1.1.1", true, false],
    ["edge-26.6.3", "1.31", "1.2.1", true, true],
    ["edge-27.1.1", "1.31", "1.2.1", true, false],
  ] as const) {
    it(`${version}: Kubernetes ${kubernetes}, Gateway API ${gatewayApi}`, () => {
      const facts = factsOf(version);
      assert.equal(facts.kubernetes.oldest, kubernetes);
      assert.equal(facts.gatewayApi.oldest, gatewayApi);
      assert.equal(facts.nativeSidecars, nativeSidecars);
      assert.equal(facts.isKnown, isKnown);
    });
  }

  it("is what holds for the known release before it, which has its own stable number alone", () => {
    fc.assert(
      fc.property(release, (version) => {
        const { edge, isKnown, kubernetes, gatewayApi, stable } = factsOf(version);
        assert.equal(edge, version);
        const before = knownVersions.findLast((known) => !isBefore(version, known.edge));
        assert.deepEqual(
          { kubernetes, gatewayApi },
          {
            kubernetes: (before ?? knownVersions[0]).kubernetes,
            gatewayApi: (before ?? knownVersions[0]).gatewayApi,
          },
        );
        assert.equal(
          isKnown,
          knownVersions.some((known) => known.edge === version),
        );
        if (!isKnown) assert.equal(stable, undefined);
      }),
    );
  });

  it("never asks for less of a newer release", () => {
    fc.assert(
      fc.property(release, release, (one, other) => {
        const [older, newer] = isBefore(one, other) ? [one, other] : [other, one];
        const [before, after] = [factsOf(older), factsOf(newer)];
        assert.ok(compareVersions(before.kubernetes.oldest, after.kubernetes.oldest) <= 0);
        assert.ok(compareVersions(before.gatewayApi.oldest, after.gatewayApi.oldest) <= 0);
        assert.ok(!before.nativeSidecars || after.nativeSidecars);
      }),
    );
  });

  for (const [version, has] of [
    ["edge-25.4.4", true],
    ["edge-26.1.1", true],
    ["edge-26.3.2", true],
    ["edge-26.3.3", false],
    ["edge-26.6.3", false],
  ] as const) {
    it(`${version} ${has ? "has" : "doesn't have"} proxies that die of a DNS answer`, () => {
      assert.equal(hasFault(version, faultOf("proxy-dies-of-dns")), has);
      assert.equal(
        factsOf(version).faults.some(({ id }) => id === "proxy-dies-of-dns"),
        has,
      );
    });
  }

  it("can't be told of what is no release", () => {
    assert.throws(() => factsOf("stable-2.14.10"), /stable-2\.14\.10 is not a release of Linkerd/);
  });
});

describe("what a person may write", () => {
  for (const [text, edge] of [
    ["2.18", "edge-25.4.4"],
    ["2.19", "edge-25.10.7"],
    ["2.20", "edge-26.6.3"],
    ["edge-26.6.3", "edge-26.6.3"],
    ["edge-26.12.10", "edge-26.12.10"],
    ["2.2", undefined],
    ["2.20.1", undefined],
    ["v2.20", undefined],
    ["26.6.3", undefined],
    ["edge-26.6", undefined],
    ["stable-2.14.10", undefined],
    ["", undefined],
  ] as const) {
    it(`${JSON.stringify(text)} is ${edge ?? "no release"}`, () => {
      assert.equal(edgeOf(text), edge);
    });
  }
});
