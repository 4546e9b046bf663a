import { parse } from "yaml";
import { releaseOfImage } from "../linkerd/version.ts";
import { edgeOf } from "../linkerd/versions.ts";
import type { Sources } from "./sources.ts";

/**
 * The only release of Linkerd that the sources hold, because they have charts and images of no other.
 *
 * @param readFile gives the text of a file, undefined if it doesn't exist
 * @returns undefined if every release can be had, or if nothing says which one it is
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
