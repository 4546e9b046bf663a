import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { plaintextIn } from "../../secret-texts.ts";

describe("secrets in plaintext", () => {
  const find = (texts: Readonly<Record<string, string>>, ...secrets: readonly string[]) =>
    plaintextIn(new Map(Object.entries(texts)), new Map([["a key", secrets]]));

  it("are found as they are, and within base64", () => {
    const encoded = Buffer.from('{"key": "s3cret-of-the-mesh"}').toString("base64");
    assert.deepEqual(
      find(
        { state: "a\nb s3cret-of-the-mesh c", log: encoded, page: "s3cret" },
        "s3cret-of-the-mesh",
      ),
      ["state holds a key", "log holds a key"],
    );
  });

  it("are told of the first text that has the line", () => {
    const line = "  key: s3cret-of-the-mesh";
    assert.deepEqual(find({ old: `a\n${line}`, new: `${line}\nb` }, "s3cret-of-the-mesh"), [
      "old holds a key",
    ]);
  });

  it("are found where they have several lines, of which another text has one", () => {
    const secret = "line one\nline two of the secret";
    assert.deepEqual(find({ old: "line one", new: `x\n${secret}\ny` }, secret), [
      "new holds a key",
    ]);
  });
});
