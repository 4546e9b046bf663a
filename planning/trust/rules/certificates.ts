import type { X509Certificate } from "node:crypto";
import { checkAnchor, checkIssuer, checkPair } from "../certificates/check.ts";
import { readCertificates, readPrivateKey } from "../certificates/pem.ts";
import type { Path, ProblemText, RuleProblem } from "../../topology/problem.ts";
import type { RuleInput } from "../../topology/rule-input.ts";
import type { Draft } from "../../topology/shape.ts";
import type { IssuerSpec } from "../../topology.ts";

/** What the checks of certificates and keys need. */
export interface CertificateContext {
  /** The text of a file that the topology names. Throws the reason if it can't be read. */
  readonly readFile: (path: string) => string;
  /** The time at which certificates must be valid. */
  readonly now: Date;
}

/** Checks given certificates and keys. Otherwise a control plane would fail to start with them. */
export function* certificateRules(
  { draft, clusters }: RuleInput,
  around: CertificateContext | undefined,
): Iterable<RuleProblem> {
  if (around === undefined) return;
  const { now } = around;
  const anchors: X509Certificate[] = [];
  for (const [index, anchor] of (draft.trust?.anchors ?? []).entries()) {
    if (anchor === undefined) continue;
    const path: Path = ["trust", "anchors", index];
    const { certificates, certificatePath } = yield* readGiven(anchor, path, around);
    yield* at(certificatePath, checkAnchor(certificates, now));
    anchors.push(...certificates);
  }
  const given = draft.trust?.anchors?.some(
    (anchor) => (anchor?.certificate ?? anchor?.certificateFile) !== undefined,
  );
  for (const { path, spec } of clusters) {
    const issuer = spec.trust?.issuer;
    if (issuer === undefined) continue;
    const { certificates, certificatePath } = yield* readGiven(
      issuer,
      [...path, "trust", "issuer"],
      around,
    );
    yield* at(certificatePath, checkIssuer(certificates, anchors, now));
    if (certificates.length > 0 && given !== true) {
      // Anchors and issuers of the package only go together: the key of its anchor never leaves the state.
      yield {
        path: certificatePath,
        message: "is an issuer without a trust anchor that could have signed it",
        fix: "set the anchor that signed it as certificateFile in trust.anchors",
      };
    }
  }
}

interface Given {
  readonly certificates: readonly X509Certificate[];
  /** Path of the certificate in the topology. */
  readonly certificatePath: Path;
}

/** Reads a certificate and its key, and reports why they can't be used, each at its path. */
function* readGiven(
  spec: Pick<Draft<IssuerSpec>, "certificate" | "certificateFile" | "keyFile">,
  path: Path,
  { readFile }: CertificateContext,
): Generator<RuleProblem, Given> {
  const { certificate, certificateFile, keyFile } = spec;
  const certificatePath = [...path, certificate === undefined ? "certificateFile" : "certificate"];
  const keyPath = [...path, "keyFile"];
  const pem =
    certificate ?? (yield* contentOf(certificateFile, certificatePath, readFile)) ?? undefined;
  const { certificates, problems } = pem === undefined ? nothing : readCertificates(pem);
  yield* at(certificatePath, problems);
  const keyPem = yield* contentOf(keyFile, keyPath, readFile);
  if (keyPem !== undefined) {
    const { key, problems: keyProblems } = readPrivateKey(keyPem);
    yield* at(keyPath, keyProblems);
    const [first] = certificates;
    if (key !== undefined && first !== undefined) yield* at(keyPath, checkPair(first, key));
  }
  return { certificates, certificatePath };
}

const nothing = { certificates: [], problems: [] };

function* contentOf(
  file: string | undefined,
  path: Path,
  readFile: CertificateContext["readFile"],
): Generator<RuleProblem, string | undefined> {
  if (file === undefined) return undefined;
  try {
    return readFile(file);
  } catch (error) {
    yield {
      path,
      message: `${JSON.stringify(file)} can't be read: ${(error as Error).message}`,
      fix: "write the path of a readable file, relative to the program's directory",
    };
    return undefined;
  }
}

function* at(path: Path, problems: Iterable<ProblemText>): Iterable<RuleProblem> {
  for (const { message, fix } of problems) yield { path, message, fix };
}
