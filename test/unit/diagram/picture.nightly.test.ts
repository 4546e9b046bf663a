import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { toSvg } from "../../../diagram/svg.ts";
import { planOrThrow } from "../../../planning/plan.ts";
import type { Topology } from "../../../planning/topology.ts";
import { openBrowser } from "../../browser.ts";

const names = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `cluster-${index + 1}`);

const topologies: Readonly<Record<string, Topology>> = {
  "long names": {
    clusters: [
      { name: "west-of-everything-wide", network: "a-network-of-wide-letters" },
      { name: "w", network: "a-network-of-wide-letters" },
    ],
    links: [{ between: ["west-of-everything-wide", "w"] }],
    exports: [
      {
        service: "wwwwwwwwwwmmmmmmmmmm",
        namespace: "mmmmmmmmmmmmmmmmmmmm",
        from: "west-of-everything-wide",
      },
    ],
  },
  "forty clusters in four networks": {
    clusters: names(40).map((name, index) => ({ name, network: `net-${index % 4}` })),
    links: [{ between: names(40) }],
  },
};

/** A script for the browser: every text that leaves the box of its group, or the picture. */
const outside = `
  [...document.querySelectorAll("svg text")].flatMap((text) => {
    const shape = text.parentElement.querySelector(":scope > path, :scope > ellipse");
    const box = (shape ?? document.querySelector("svg")).getBoundingClientRect();
    const { left, right, top, bottom } = text.getBoundingClientRect();
    const isIn =
      left >= box.left && right <= box.right && top >= box.top && bottom <= box.bottom;
    return isIn ? [] : [text.textContent];
  })`;

describe("a picture as a browser draws it", () => {
  let browser: Browser | string;
  before(async () => {
    browser = await openBrowser();
  });
  after(async () => {
    if (typeof browser !== "string") await browser.close();
  });

  for (const [title, topology] of Object.entries(topologies)) {
    it(`has each text in its box: ${title}`, async (context) => {
      if (typeof browser === "string") {
        context.skip(browser);
        return;
      }
      const svg = await toSvg(planOrThrow(topology, { name: "lab" }));
      const page = await browser.newPage();
      await page.setContent(svg);
      assert.deepEqual(await page.evaluate(outside), []);
      // The test can fail: another font is wider than what was measured.
      await page.setContent(
        svg.replaceAll("Courier,monospace", "DejaVu Sans").replaceAll("12.00", "15"),
      );
      assert.notDeepEqual(await page.evaluate(outside), []);
      await page.close();
    });
  }
});
