import { ensureToolchain } from "../../toolchain/toolchain.ts";

/** The environment in which the engine and the TLS provider are found. */
export async function engineTools(): Promise<Record<string, string>> {
  return { ...(await ensureToolchain({ clusters: false })).env };
}
