import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { compareVersions, isWithin, versionIn } from "../../../system/version.ts";

describe("the version in what a tool says", () => {
  for (const [said, version] of [
    ["kind v0.33.0 go1.26.8 linux/amd64", "0.33.0"],
    ["v3.259.0", "3.259.0"],
    ["3.260.0-dev.0", "3.260.0"],
    [" 1.26", "1.26"],
    ["no version here", undefined],
    ["", undefined],
  ] as const) {
    test(JSON.stringify(said), () => assert.equal(versionIn(said), version));
  }
});

describe("a range of versions", () => {
  for (const [version, within] of [
    ["3.258.9", false],
    ["3.259.0", true],
    ["3.270.1", true],
    ["3.1000.0", true],
    ["4.0.0", false],
  ] as const) {
    test(`${version} is ${within ? "in" : "out"}`, () => {
      assert.equal(isWithin(version, { atLeast: "3.259.0", below: "4.0.0" }), within);
    });
  }

  test("what is no version is an error, not a match", () => {
    assert.throws(() => isWithin("latest", { atLeast: "1.0.0" }), /latest is no version/);
  });

  test("versions are ordered by their numbers, not by their letters", () => {
    const part = fc.nat({ max: 5000 });
    fc.assert(
      fc.property(part, part, part, part, (major, minor, lower, more) => {
        const [a, b] = [`${major}.${minor}.${lower}`, `${major}.${minor}.${lower + more + 1}`];
        return (
          compareVersions(a, b) < 0 && compareVersions(b, a) > 0 && compareVersions(a, a) === 0
        );
      }),
    );
  });
});
