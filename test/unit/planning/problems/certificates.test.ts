import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { describe, it } from "node:test";
import { plan } from "../../../../planning/plan.ts";
import { formatProblem } from "../../../../planning/topology/problem.ts";
import type { AnchorSpec, IssuerSpec, Topology } from "../../../../planning/topology.ts";
import { makeAuthority, type Authority } from "../../authority.ts";
import { pem } from "../../der.ts";

const root = makeAuthority({ subject: "root", pathLength: 1 });
const rsaRoot = makeAuthority({ subject: "rsa root", key: "rsa2048" });
const other = makeAuthority({ subject: "other" });
const issuer = makeAuthority({ subject: "issuer", signedBy: root, pathLength: 0 });

const files = (...some: [string, string][]): Readonly<Record<string, string>> =>
  Object.fromEntries(some);

/** All that is said about one topology, whose files are these. */
function problems(topology: Topology, content: Readonly<Record<string, string>> = {}): string[] {
  const result = plan(topology, {
    name: "lab",
    certificates: {
      now: new Date(),
      readFile: (path) => {
        const text = content[path];
        if (text === undefined) throw new Error("there is no such file");
        return text;
      },
    },
  });
  return result.ok ? [] : result.problems.map(formatProblem);
}

/** What is said about an anchor. */
function ofAnchor(anchor: Omit<AnchorSpec, "generation">, content = {}): string[] {
  return problems(
    { clusters: [{ name: "west" }], trust: { anchors: [{ generation: 1, ...anchor }] } },
    content,
  );
}

/** What is said about an issuer whose anchor is `anchor`. */
function ofIssuer(text: string, key: string, anchor: Authority = root): string[] {
  const given: IssuerSpec = { certificateFile: "west.crt", keyFile: "west.key" };
  return problems(
    {
      clusters: [{ name: "west", trust: { issuer: given } }],
      trust: { anchors: [{ generation: 1, certificate: anchor.certificate }] },
    },
    files(["west.crt", text], ["west.key", key]),
  );
}

/** One problem, at this place, that says so much. */
function assertOne(found: readonly string[], place: string, pattern: RegExp): void {
  assert.equal(found.length, 1, found.join("\n"));
  assert.ok(found[0]?.startsWith(`${place}: `), found[0]);
  assert.match(found[0] ?? "", pattern);
}

describe("trust anchors of one's own", () => {
  const keyed = { certificateFile: "root.crt", keyFile: "root.key" };
  const anchor = "trust.anchors[0]";
  const withRoot = (some: Authority) =>
    ofAnchor(keyed, files(["root.crt", some.certificate], ["root.key", some.key]));

  for (const [what, fit] of [
    ["ECDSA P-256 with a path length of 1", root],
    ["RSA of 2048 bits", rsaRoot],
    ["one without key usage", makeAuthority({ keyUsage: undefined })],
    ["an authority below somebody's root", makeAuthority({ subject: "below", signedBy: other })],
  ] as const) {
    it(`are taken: ${what}`, () => {
      assert.deepEqual(withRoot(fit), []);
    });
  }

  for (const [what, unfit, pattern] of [
    ["no CA flag", makeAuthority({ isAuthority: false }), /not marked as an authority .*CA:TRUE/],
    [
      "path length 0",
      makeAuthority({ pathLength: 0 }),
      /path length 0, which allows no issuer .*at least 1/,
    ],
    ["no right to sign", makeAuthority({ keyUsage: 0x80 }), /key usage.*keyCertSign/],
    ["expired", makeAuthority({ to: -1 }), /expired at 20.*Z/],
    ["not yet valid", makeAuthority({ from: 1 }), /not valid before 20.*clock/],
    ["curve P-384", makeAuthority({ key: "p384" }), /key of type ec on curve secp384r1/],
    ["RSA of 1024 bits", makeAuthority({ key: "rsa1024" }), /RSA of 2048 or 4096 bits/],
    ["SHA-384", makeAuthority({ hash: "sha384" }), /algorithm that Linkerd doesn't take/],
  ] as const) {
    it(`are refused: ${what}`, () => {
      assertOne(withRoot(unfit), `${anchor}.certificateFile`, pattern);
    });
  }

  it("report all of their problems, each at its place", () => {
    const unfit = makeAuthority({ isAuthority: false, to: -1, key: "p384" });
    const found = ofAnchor(keyed, files(["root.crt", unfit.certificate], ["root.key", root.key]));
    assert.equal(found.length, 4, found.join("\n"));
    assert.equal(found.filter((line) => line.startsWith(`${anchor}.keyFile: `)).length, 1);
  });

  it("are one certificate each", () => {
    const text = root.certificate + other.certificate;
    const found = ofAnchor(keyed, files(["root.crt", text], ["root.key", root.key]));
    assertOne(found, `${anchor}.certificateFile`, /holds 2 certificates, but a generation has one/);
  });

  it("are certificates", () => {
    const said = (text: string) =>
      ofAnchor(keyed, files(["root.crt", text], ["root.key", root.key]));
    assertOne(said("hello"), `${anchor}.certificateFile`, /contains no certificate in PEM format/);
    const damaged = root.certificate.replace(/\n.{40}/, "\nAAAA");
    assertOne(said(damaged), `${anchor}.certificateFile`, /can't be read as a certificate/);
    const der = new X509Certificate(root.certificate).raw;
    // The value of the basic constraints, which OpenSSL reads no further than its length.
    der[der.indexOf("551d13", "hex") + 8] = 0x04;
    assertOne(
      said(pem("CERTIFICATE", der)),
      `${anchor}.certificateFile`,
      /can't be read as a certificate/,
    );
    const request = root.certificate.replaceAll("CERTIFICATE", "CERTIFICATE REQUEST");
    assertOne(said(request), `${anchor}.certificateFile`, /no certificate, but a CERTIFICATE REQ/);
  });

  it("have files that can be read", () => {
    const found = ofAnchor(keyed, files(["root.crt", root.certificate]));
    assertOne(found, `${anchor}.keyFile`, /"root.key" can't be read: there is no such file/);
  });

  it("never have their key in the topology", () => {
    const found = ofAnchor({ certificate: root.certificate + root.key });
    assert.ok(found.some((line) => /contains a private key beside the certificate/.test(line)));
    const body = root.key.split("\n")[1] ?? "";
    assert.ok(body.length > 40 && !found.join().includes(body));
  });

  it("have a key that is theirs, one, and open", () => {
    const said = (key: string) =>
      ofAnchor(keyed, files(["root.crt", root.certificate], ["root.key", key]));
    assertOne(said(other.key), `${anchor}.keyFile`, /not the key of the certificate CN=root/);
    assertOne(said(root.key + other.key), `${anchor}.keyFile`, /contains 2 private keys/);
    assertOne(said(root.certificate), `${anchor}.keyFile`, /contains no private key/);
    const sealed = root.privateKey.export({
      type: "pkcs8",
      format: "pem",
      cipher: "aes-256-cbc",
      passphrase: "secret",
    }) as string;
    assertOne(said(sealed), `${anchor}.keyFile`, /encrypted with a passphrase/);
    const sec1 = root.privateKey.export({ type: "sec1", format: "pem" }) as string;
    assert.deepEqual(said(sec1), []);
    const garbage = root.key.replace(/\n.{40}/, "\nAAAA");
    assertOne(said(garbage), `${anchor}.keyFile`, /can't be read as a private key/);
  });

  it("without a key need issuers of one's own", () => {
    const found = ofAnchor({ certificate: root.certificate });
    assertOne(found, "clusters[0]", /nothing can sign the issuer of "west".*keyFile/);
    assert.deepEqual(ofIssuer(issuer.certificate, issuer.key), []);
  });

  it("are not looked into where nobody reads files", () => {
    const topology = {
      clusters: [{ name: "west" }],
      trust: { anchors: [{ generation: 1, ...keyed }] },
    };
    assert.ok(plan(topology, { name: "lab" }).ok);
  });
});

describe("issuers of one's own", () => {
  const place = "clusters[0].trust.issuer.certificateFile";
  const between = makeAuthority({ subject: "between", signedBy: rsaRoot, pathLength: 1 });
  const below = makeAuthority({ subject: "below", signedBy: between });

  it("are taken below a root of either kind, with authorities between", () => {
    const ofRsa = makeAuthority({ subject: "issuer", signedBy: rsaRoot });
    assert.deepEqual(ofIssuer(ofRsa.certificate, ofRsa.key, rsaRoot), []);
    const chain = below.certificate + between.certificate;
    assert.deepEqual(ofIssuer(chain, below.key, rsaRoot), []);
    // Some add the root.
    assert.deepEqual(ofIssuer(chain + rsaRoot.certificate, below.key, rsaRoot), []);
  });

  for (const [what, unfit, pattern] of [
    [
      "an RSA key",
      makeAuthority({ subject: "issuer", signedBy: root, key: "rsa2048" }),
      /key of type rsa with 2048 bits; linkerd-identity takes issuers with ECDSA P-256 only/,
    ],
    [
      "no CA flag",
      makeAuthority({ subject: "issuer", signedBy: root, isAuthority: false }),
      /not marked as an authority/,
    ],
    ["expired", makeAuthority({ subject: "issuer", signedBy: root, to: -1 }), /expired at/],
    [
      "another anchor's",
      makeAuthority({ subject: "issuer", signedBy: other }),
      /no trust anchor signed CN=issuer .*it says CN=other, and the anchors are CN=root/,
    ],
    [
      "a namesake of the anchor's",
      makeAuthority({ subject: "issuer", signedBy: makeAuthority({ subject: "root" }) }),
      /no trust anchor signed CN=issuer/,
    ],
  ] as const) {
    it(`are refused: ${what}`, () => {
      assertOne(ofIssuer(unfit.certificate, unfit.key), place, pattern);
    });
  }

  it("are refused in a chain that is in disorder, or too long for a path length", () => {
    const wrong = between.certificate + below.certificate;
    assertOne(
      ofIssuer(wrong, between.key, rsaRoot),
      place,
      /first certificate.*not signed by the n/,
    );
    const short = makeAuthority({ subject: "short", signedBy: root, pathLength: 0 });
    const deep = makeAuthority({ subject: "deep", signedBy: short });
    const found = ofIssuer(deep.certificate + short.certificate, deep.key);
    assert.equal(found.length, 2, found.join("\n"));
    assert.match(found.join("\n"), /CN=short .* has path length 0, but this chain needs 1/);
    assert.match(found.join("\n"), /CN=root .* has path length 1, but this chain needs 2/);
  });

  it("are refused where no anchor is given, which alone could have signed them", () => {
    const found = problems(
      {
        clusters: [
          { name: "west", trust: { issuer: { certificate: issuer.certificate, keyFile: "k" } } },
        ],
      },
      files(["k", issuer.key]),
    );
    assertOne(found, "clusters[0].trust.issuer.certificate", /without a trust anchor/);
  });

  it("are refused with a key that is not theirs", () => {
    const found = ofIssuer(issuer.certificate, root.key);
    assertOne(
      found,
      "clusters[0].trust.issuer.keyFile",
      /not the key of the certificate CN=issuer/,
    );
  });
});
