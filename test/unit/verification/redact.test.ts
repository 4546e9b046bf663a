import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { withoutNoise } from "../../../verification/bundle/object.ts";
import { Parts } from "../../../verification/bundle/parts.ts";
import { redact } from "../../../verification/bundle/redact.ts";
import { rootCertificate } from "./certificates.ts";
import { password, planted, secrets } from "./secrets.ts";

describe("taking secrets out of a text", () => {
  for (const [index, text] of planted.entries()) {
    it(`finds secret ${index}, alone and between others: ${text.slice(0, 30).replaceAll("\n", " ")}`, () => {
      for (const around of [text, `before\n${text}\nafter`, `a ${text} b`]) {
        const clean = redact(around);
        for (const secret of secrets) assert.ok(!clean.includes(secret), clean);
        assert.match(clean, /\[removed\]/);
      }
    });
  }

  it("leaves alone what is none", () => {
    const harmless = [
      rootCertificate,
      "sha256:3f1d0c7b9a5e4d2c8b6a1f0e9d8c7b6a5f4e3d2c1b0a9f8e7d6c5b4a39281706",
      "automountServiceAccountToken: false\ntokenExpirationSeconds: 86400",
      "volumes:\n  - secret:\n      secretName: linkerd-identity-issuer",
      'level=info msg="the credentials are refused"',
      "[     0.001s]  INFO linkerd2_proxy: Local identity is linkerd-gateway.linkerd-multicluster",
      '{"token":null,"count":3}',
      "https://linkerd.io/2/checks/#l5d-multicluster",
    ];
    for (const text of harmless) assert.equal(redact(text), text);
  });

  it("keeps JSON what it is", () => {
    const value = { password, token: null, nested: JSON.stringify({ secret: password }), n: [1] };
    for (const indent of [0, 2]) {
      const clean = JSON.parse(redact(JSON.stringify(value, null, indent))) as typeof value;
      assert.deepEqual(clean.n, [1]);
      assert.doesNotMatch(JSON.stringify(clean), new RegExp(password));
    }
  });

  it("takes out what is known to be a secret, wherever it stands", () => {
    assert.equal(redact("a:odd-one-out:b", ["odd-one-out"]), "a:[removed]:b");
  });

  it("is done with a large log in no time", () => {
    const line = `${"a".repeat(60)} ${"QUJD".repeat(30)} key=${"x-".repeat(40)}\n`;
    const started = performance.now();
    redact(line.repeat(8_000));
    assert.ok(performance.now() - started < 10_000);
  });
});

describe("an object in a bundle", () => {
  it("has no values of secret variables, no copies of itself, nothing for machines", () => {
    const object = {
      metadata: {
        name: "pod",
        managedFields: [{ manager: "kubectl" }],
        annotations: { "kubectl.kubernetes.io/last-applied-configuration": password, kept: "yes" },
      },
      spec: {
        containers: [
          {
            name: "main",
            env: [
              { name: "DB_PASSWORD", value: password },
              { name: "TOKEN_FILE", value: "/var/run/token" },
              { name: "LOG", value: "info" },
            ],
          },
        ],
      },
    };
    assert.deepEqual(withoutNoise(object), {
      metadata: { name: "pod", annotations: { kept: "yes" } },
      spec: {
        containers: [
          {
            name: "main",
            env: [
              { name: "DB_PASSWORD", value: "[removed]" },
              { name: "TOKEN_FILE", value: "/var/run/token" },
              { name: "LOG", value: "info" },
            ],
          },
        ],
      },
    });
  });
});

describe("the parts of a bundle", () => {
  it("notes what can't be had, and what isn't there in time", async () => {
    const controller = new AbortController();
    // A timer of its own, as that of AbortSignal.timeout doesn't keep the process.
    setTimeout(() => {
      controller.abort();
    }, 50);
    const parts = new Parts([], controller.signal);
    await Promise.all([
      parts.add("a.txt", () => "there"),
      parts.add("b.txt", () => Promise.reject(new Error(`no, password: ${password}`))),
      parts.add("c.txt", () => new Promise(() => undefined)),
    ]);
    assert.deepEqual(parts.all(), [
      { path: "a.txt", text: "there\n" },
      { path: "errors.txt", text: "b.txt: no, password: [removed]\nc.txt: not there in time\n" },
    ]);
  });

  it("keeps the end of what is too long", async () => {
    const parts = new Parts([], new AbortController().signal);
    await parts.add("long.log", () => `${"x\n".repeat(1_500_000)}the end`);
    const [part] = parts.all();
    assert.match(part?.text ?? "", /^\[the first \d+ characters are left out\]\n/);
    assert.match(part?.text ?? "", /the end\n$/);
    assert.ok((part?.text.length ?? Infinity) < 2_000_100);
  });
});
