import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { catalogue } from "../../../verification/checks/catalogue.ts";
import { exhaustiveCatalogue, thoroughCatalogue } from "../../../verification/checks/thorough.ts";
import { backendsKnown } from "../../../verification/traffic/checks/backends-known.ts";
import { credentialsAccepted } from "../../../verification/traffic/checks/credentials-accepted.ts";
import { endpointsKnown } from "../../../verification/traffic/checks/endpoints-known.ts";
import { mirrorAppears } from "../../../verification/traffic/checks/mirror-appears.ts";
import { noWayWithoutLink } from "../../../verification/traffic/checks/no-way-without-link.ts";
import { nothingBeforeExport } from "../../../verification/traffic/checks/nothing-before-export.ts";
import { requestsFollow } from "../../../verification/traffic/checks/requests-follow.ts";
import { requestsMove } from "../../../verification/traffic/checks/requests-move.ts";
import { trafficArrives } from "../../../verification/traffic/checks/traffic-arrives.ts";

const page = await readFile(new URL("../../../docs/verification.md", import.meta.url), "utf8");

/** Rows of the table below a heading: the check's id and the last column. */
function rowsBelow(heading: string): readonly (readonly [string, string])[] {
  const section = page.split(`\n### ${heading}\n`)[1]?.split("\n#")[0] ?? "";
  return [...section.matchAll(/^\| `([\w-]+)` .*\| *([\w, ]*?) *\|$/gm)].map(
    ([, id = "", last = ""]) => [id, last],
  );
}

const marks = (isThorough: boolean, needsDataPlane = false): string =>
  [...(isThorough ? ["verify"] : []), ...(needsDataPlane ? ["traffic"] : [])].join(", ");

describe("the page about verification", () => {
  for (const [heading, usual, thorough] of [
    ["Mesh", catalogue.mesh, []],
    ["Each cluster", catalogue.cluster, thoroughCatalogue.cluster],
    ["Each Link", catalogue.link, [...thoroughCatalogue.link, ...exhaustiveCatalogue.link]],
  ] as const) {
    it(`names every check, in order, and what it needs: ${heading}`, () => {
      const expected = [
        ...usual.map(({ id, needsDataPlane }) => [id, marks(false, needsDataPlane)]),
        ...thorough.map(({ id, needsDataPlane }) => [id, marks(true, needsDataPlane)]),
      ];
      assert.deepEqual(rowsBelow(heading), expected);
    });
  }

  it("names every check of traffic", () => {
    const kind = "KIND" as "gateway";
    const expected = [
      "probes-ready",
      credentialsAccepted.id,
      nothingBeforeExport(kind).id,
      mirrorAppears(kind).id,
      endpointsKnown(kind).id,
      trafficArrives(kind).id,
      backendsKnown.id,
      requestsFollow.id,
      requestsMove.id,
      noWayWithoutLink.id,
      "probes-removed",
    ];
    assert.deepEqual(
      rowsBelow("Traffic").map(([id]) => id),
      expected,
    );
    assert.deepEqual(
      rowsBelow("Traffic").filter(([, needs]) => needs === "traffic"),
      [
        ["KIND-traffic", "traffic"],
        ["route-traffic", "traffic"],
        ["route-drill", "traffic"],
      ],
    );
  });

  it("names no check twice", () => {
    const ids = [...page.matchAll(/^\| `([\w-]+)`/gm)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
  });
});
