/** A Linkerd release: year without century, month, number. */
export type LinkerdVersion = readonly [year: number, month: number, number: number];

/** @returns undefined if the text is no edge release; `stable` ones with images no longer exist */
export function parseLinkerdVersion(text: string): LinkerdVersion | undefined {
  const match = /^edge-(\d{2})\.([1-9]|1[0-2])\.([1-9]\d?)$/.exec(text);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : undefined;
}

/**
 * The release of Linkerd in an image's tag: `cr.l5d.io/linkerd/proxy:edge-26.6.3`.
 *
 * @returns undefined if the tag is no release, which may be true for private images
 */
export function releaseOfImage(image: string): string | undefined {
  const tag = /:([^:/@]+)(?:@.*)?$/.exec(image)?.[1] ?? "";
  return parseLinkerdVersion(tag) === undefined ? undefined : tag;
}

/** Whether one release is older than another. */
export function isOlder(version: LinkerdVersion, other: LinkerdVersion): boolean {
  const weight = ([year, month, number]: LinkerdVersion) => (year * 100 + month) * 100 + number;
  return weight(version) < weight(other);
}

/** `edge-26.1.1` → `2026.1.1` */
export function chartVersionOf([year, month, number]: LinkerdVersion): string {
  return `20${year}.${month}.${number}`;
}
