import { parse } from "yaml";
import { releaseOfImage } from "../linkerd/version.ts";
import { edgeOf } from "../linkerd/versions.ts";
import type { Sources } from "./sources.ts";

/**
 * The only release of Linkerd that sources hold: charts and images of another one can't be had from them.
 *
 * @param readFile gives the text of a file, undefined where there is none
 * @returns undefined where every release can be had, or where nothing says which one it is
 */
export function heldVersion(
  { linkerdVersion, charts, images }: Sources,
  readFile: (path: string) => string | undefined,
): string | undefined {
  if (linkerdVersion !== undefined) return linkerdVersion;
  const text = charts && readFile(`${charts}/linkerd-control-plane/Chart.yaml`);
  return (
    (text === undefined ? undefined : versionInChart(text)) ??
    releaseOfImage(images?.controller ?? "") ??
    releaseOfImage(images?.proxy ?? "")
  );
}

/** The release that a chart installs, by its `appVersion`. */
function versionInChart(text: string): string | undefined {
  const { appVersion } = (parse(text) ?? {}) as { readonly appVersion?: unknown };
  return typeof appVersion === "string" ? edgeOf(appVersion) : undefined;
}
