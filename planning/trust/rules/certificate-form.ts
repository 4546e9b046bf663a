import type { Path, RuleProblem } from "../../topology/problem.ts";
import type { Draft } from "../../topology/shape.ts";
import type { IssuerSpec } from "../../topology.ts";

/** Checks that a certificate is given once, and never with its key in the text. */
export function* certificateFormRules(
  { certificate, certificateFile }: Pick<Draft<IssuerSpec>, "certificate" | "certificateFile">,
  path: Path,
): Iterable<RuleProblem> {
  if (certificate !== undefined && certificateFile !== undefined) {
    yield {
      path: [...path, "certificateFile"],
      message: "is a second certificate, beside the one given as text",
      fix: "leave out one of the two",
    };
  }
}
