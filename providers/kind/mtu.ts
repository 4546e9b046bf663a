import { readFile } from "node:fs/promises";

/** MTU of the interface of this machine's default route. Undefined on systems other than Linux. */
export async function defaultRouteMtu(): Promise<number | undefined> {
  try {
    const routes = await readFile("/proc/net/route", "utf8");
    const line = routes.split("\n").find((route) => route.split("\t")[1] === "00000000");
    const device = line?.split("\t")[0];
    if (device === undefined) return undefined;
    const mtu = Number(await readFile(`/sys/class/net/${device}/mtu`, "utf8"));
    return Number.isInteger(mtu) && mtu > 0 ? mtu : undefined;
  } catch {
    return undefined;
  }
}
