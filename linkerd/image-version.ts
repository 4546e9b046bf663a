import { parseLinkerdVersion } from "../planning/linkerd/version.ts";

/**
 * The release of Linkerd that an image is of, by its tag: `cr.l5d.io/linkerd/proxy:edge-26.6.3`.
 *
 * @returns undefined where the tag is no release, as that of an image of one's own may be
 */
export function versionOfImage(image: string): string | undefined {
  const tag = /:([^:/@]+)(?:@.*)?$/.exec(image)?.[1] ?? "";
  return parseLinkerdVersion(tag) === undefined ? undefined : tag;
}
