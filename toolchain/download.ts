import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { proxiedFetch } from "../system/proxied-fetch.ts";

/**
 * Downloads a file and verifies its checksum.
 *
 * @throws if the download fails or the checksum differs. Nothing is left at `target` then.
 */
export async function download(
  url: string,
  target: string,
  { sha256, timeout }: { readonly sha256: string; readonly timeout: number },
): Promise<void> {
  const hash = createHash("sha256");
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  try {
    const answer = await proxiedFetch()(url, { limit: timeout });
    if (!answer.ok || answer.body === null) throw new Error(`the answer was ${answer.status}`);
    const body = Readable.fromWeb(answer.body);
    await pipeline(body, hashing, createWriteStream(target));
    const got = hash.digest("hex");
    if (got !== sha256) throw new Error(`its sha256 is ${got}, expected ${sha256}`);
  } catch (problem) {
    await rm(target, { force: true });
    throw new Error(`${url} can't be downloaded: ${reasonOf(problem)}`, { cause: problem });
  }
}

/** A failed fetch says only "fetch failed". The reason is in its cause. */
export function reasonOf(problem: unknown): string {
  if (!(problem instanceof Error)) return String(problem);
  return problem.cause instanceof Error ? problem.cause.message : problem.message;
}
