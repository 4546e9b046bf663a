import { signerOf } from "../plan.ts";
import { formatPath, type Path, type RuleProblem } from "../../topology/problem.ts";
import type { RuleInput } from "../../topology/rule-input.ts";
import type { Draft } from "../../topology/shape.ts";
import type { AnchorSpec } from "../../topology.ts";
import { certificateFormRules } from "./certificate-form.ts";

/** Checks the generations of the trust anchor, and who signs with which. */
export function* anchorRules(input: RuleInput): Iterable<RuleProblem> {
  const { trust } = input.draft;
  const anchors = (trust?.anchors ?? []).map((anchor, index) => ({
    anchor,
    path: ["trust", "anchors", index] as Path,
  }));
  for (const { anchor, path } of anchors) if (anchor) yield* checkForm(anchor, path);
  yield* checkOrder(anchors);
  yield* checkSigners(input);
}

function* checkForm(anchor: Draft<AnchorSpec>, path: Path): Iterable<RuleProblem> {
  yield* certificateFormRules(anchor, path);
  const { certificate, certificateFile, keyFile } = anchor;
  if (keyFile === undefined || certificate !== undefined || certificateFile !== undefined) return;
  yield {
    path: [...path, "keyFile"],
    message: "is a key without a certificate",
    fix: "name the certificate as certificateFile, or leave out keyFile",
  };
}

function* checkOrder(
  anchors: readonly { readonly anchor: Draft<AnchorSpec> | undefined; readonly path: Path }[],
): Iterable<RuleProblem> {
  const before = new Map<number, Path>();
  let newest = 0;
  for (const { anchor, path } of anchors) {
    const generation = anchor?.generation;
    if (generation === undefined) continue;
    const first = before.get(generation);
    before.set(generation, first ?? path);
    if (first !== undefined) {
      yield {
        path: [...path, "generation"],
        message: `${generation} is already ${formatPath(first)}`,
        fix: "give each anchor its own generation",
      };
    } else if (generation < newest) {
      yield {
        path: [...path, "generation"],
        message: `${generation} comes after ${newest}, but the oldest has to be first`,
        fix: "write the generations in ascending order",
      };
    }
    newest = Math.max(newest, generation);
  }
}

function* checkSigners({ draft, clusters }: RuleInput): Iterable<RuleProblem> {
  const { trust } = draft;
  const listed = trust?.anchors ?? [{ generation: 1 }];
  // A generation that couldn't be read may be the right one.
  if (listed.some((anchor) => anchor?.generation === undefined)) return;
  const known = listed.flatMap((anchor) => anchor?.generation ?? []);
  const places = [
    { path: ["trust", "signer"] as Path, signer: trust?.signer },
    ...clusters.map(({ path, spec }) => ({
      path: [...path, "trust", "signer"],
      signer: spec.trust?.signer,
    })),
  ];
  for (const { path, signer } of places) {
    if (signer === undefined || known.includes(signer)) continue;
    yield {
      path,
      message: `${signer} is not one of the mesh's trust anchors (${known.join(", ")}): nobody would trust what it signs`,
      fix: "list it in trust.anchors, or name one that is listed",
    };
  }
  for (const { name, path, spec } of clusters) {
    if (spec.trust?.issuer !== undefined) continue;
    const signer = signerOf(spec.trust, trust);
    const anchor = listed.find((one) => one?.generation === signer);
    const given = anchor?.certificate ?? anchor?.certificateFile;
    if (given === undefined || anchor?.keyFile !== undefined) continue;
    yield {
      path,
      message: `nothing can sign the issuer of ${JSON.stringify(name)}: generation ${signer} of the trust anchor has no key here`,
      fix: "set keyFile of that anchor, or trust.issuer of the cluster",
    };
  }
}
