import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { probeImageOf } from "../../../environments/probe-image.ts";
import { temporaryDirectory } from "../../temporary.ts";

describe("the image that a verification sends traffic with", () => {
  let directory: string;
  let env: Readonly<Record<string, string>>;
  before(async () => {
    directory = await temporaryDirectory("probe-image");
    const file = path.join(directory, "sources.json");
    await writeFile(file, JSON.stringify({ images: { probe: "of/the:environment" } }));
    env = { LINKERD_TOPOLOGY_SOURCES: file };
  });
  after(() => rm(directory, { recursive: true }));

  it("is that of the sources that the stack was made from, whatever the environment says", async () => {
    const made = (sources: object) => probeImageOf({ madeFrom: { sources } }, env);
    assert.equal(await made({ images: { probe: "of/the:stack" } }), "of/the:stack");
    assert.equal(await made({}), undefined);
  });

  it("is that of the environment for a stack that recorded no sources", async () => {
    assert.equal(await probeImageOf({}, env), "of/the:environment");
    assert.equal(await probeImageOf({}, {}), undefined);
  });
});
