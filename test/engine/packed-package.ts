// The tarball of `npm pack`, made in a copy of the checkout. It needs npm's registry, or its cache.
import { cp, mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";

export const root = path.resolve(import.meta.dirname, "../..");

/** What npm says of a tarball. */
export interface Packed {
  /** Its path. */
  readonly tarball: string;
  /** What is in it, sorted. */
  readonly files: readonly string[];
}

/** A copy of the checkout, with its node modules. */
export async function copyOfCheckout(directory: string): Promise<string> {
  const copy = path.join(directory, "checkout");
  await mkdir(copy);
  for (const file of await checkedIn()) {
    await cp(path.join(root, file), path.join(copy, file)).catch(unlessGone);
  }
  // No links: packing installs the modules anew where they are out of date, and npm writes through links.
  await execa("cp", ["-a", path.join(root, "node_modules"), path.join(copy, "node_modules")]);
  return copy;
}

/** Runs `npm pack` in a checkout. */
export async function pack(checkout: string, target: string, ...args: string[]): Promise<Packed> {
  const { stdout } = await npm(checkout, "pack", "--json", "--pack-destination", target, ...args);
  // What scripts print comes first.
  const [{ files, filename }] = JSON.parse(stdout.slice(stdout.indexOf("[\n"))) as [
    { readonly filename: string; readonly files: readonly { readonly path: string }[] },
  ];
  return { tarball: path.join(target, filename), files: files.map((file) => file.path).sort() };
}

/** Every file of the checkout, also a new one. */
export async function checkedIn(): Promise<string[]> {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard"];
  return (await execa("git", args, { cwd: root })).stdout.split("\n");
}

export function npm(cwd: string, ...args: string[]) {
  return execa("npm", [...args, "--prefer-offline", "--no-audit", "--no-fund"], { cwd });
}

/** What the checkout's package.json asks for, such as `typescript@5.9.3`. */
export async function asInCheckout(...names: string[]): Promise<string[]> {
  const text = await readFile(path.join(root, "package.json"), "utf8");
  const { devDependencies } = JSON.parse(text) as { devDependencies: Record<string, string> };
  return names.map((name) => `${name}@${devDependencies[name] ?? ""}`);
}

/** A file that git knows and that is deleted in this checkout. */
export function unlessGone(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
