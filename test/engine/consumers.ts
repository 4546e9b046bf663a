// Programs of others, in every language, that use the package as it was installed from its tarball.
import { cp, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { cacheDirectory } from "../../system/cache-directory.ts";
import { ensureArtifact } from "../../toolchain/artifact.ts";
import { ensureGo } from "../../toolchain/go.ts";
import { kubernetesPlugin, tlsPlugin } from "../../toolchain/tools/provider-plugins.ts";
import { yamlHost } from "../../toolchain/tools/pulumi-languages.ts";
import { LanguageProgram } from "./languages/language-program.ts";
import { installSdk, noPython, pythonWithPulumi } from "./languages/python.ts";
import {
  asInCheckout,
  checkedIn,
  copyOfCheckout,
  npm,
  pack,
  root,
  type Packed,
} from "./packed-package.ts";

const esm = { strict: true, target: "es2023", outDir: "bin" };

/** What programs are compiled with: no `skipLibCheck`, so that the declarations of the package are checked. */
export const compiled = {
  node16: { type: "module", options: { ...esm, module: "node16" } },
  nodenext: { type: "module", options: { ...esm, module: "nodenext" } },
  bundler: { type: "module", options: { ...esm, module: "esnext", moduleResolution: "bundler" } },
  "CommonJS, node16": { type: "commonjs", options: { ...esm, module: "node16" } },
  "Pulumi's template": {
    type: "commonjs",
    options: {
      strict: true,
      outDir: "bin",
      target: "es2020",
      module: "commonjs",
      moduleResolution: "node",
      sourceMap: true,
      experimentalDecorators: true,
      pretty: true,
      noFallthroughCasesInSwitch: true,
      noImplicitReturns: true,
      forceConsistentCasingInFileNames: true,
    },
  },
} as const;

/** A key of {@link compiled}. */
export type Compiled = keyof typeof compiled;

const plugins = `plugins:
  providers:
    - { name: kind, path: ../node_modules/linkerd-topology/dist/providers/kind }
    - { name: linkerd-topology, path: ../node_modules/linkerd-topology/dist/providers/mesh }
    - { name: kubernetes, path: ../node_modules/linkerd-topology/dist/providers/kubernetes, version: 4.25.0 }
`;

/** The name of the stack in Pulumi's own form. Every program makes the same. */
export const stack = "organization/two-clusters/lab";

/** What programs are written in, and how they are compiled. */
export const languages = [
  "TypeScript, ES modules",
  "TypeScript, Pulumi's template",
  "YAML",
  "Python",
  "Go",
] as const;

/** Programs that make the same clusters of components alone. */
export const componentsAlone = [
  "YAML, components alone",
  "Python, components alone",
  "Go, components alone",
] as const;

type Language = (typeof languages)[number] | (typeof componentsAlone)[number];

/** A program, ready to run. */
export interface Consumer {
  readonly folder: string;
  readonly run: (what: "preview" | "up" | "destroy") => Promise<string>;
}

/** An npm project in an empty folder, with the package. */
export class ConsumingProject {
  /** Of the project. */
  readonly folder: string;
  /** Of the package in it. */
  readonly installed: string;
  /** Of the copy that was packed. */
  readonly checkout: string;
  readonly packed: Packed;
  readonly #directory: string;

  private constructor(directory: string, folder: string, checkout: string, packed: Packed) {
    this.folder = folder;
    this.installed = path.join(folder, "node_modules/linkerd-topology");
    this.checkout = checkout;
    this.packed = packed;
    this.#directory = directory;
  }

  /**
   * Packs the package and installs it, with the newest Pulumi.
   *
   * @param directory an empty one
   * @param more packages to install besides
   */
  static async create(directory: string, ...more: string[]): Promise<ConsumingProject> {
    const folder = path.join(directory, "project");
    await mkdir(folder);
    const checkout = await copyOfCheckout(directory);
    const packed = await pack(checkout, directory);
    await writeFile(path.join(folder, "package.json"), "{}");
    const tools = await asInCheckout("typescript", "typescript-7", "@types/node");
    await npm(folder, "install", packed.tarball, "@pulumi/pulumi", ...tools, ...more);
    return new ConsumingProject(directory, folder, checkout, packed);
  }

  /** The same with SDKs of providers for which the tools of the tests have plugins. */
  static createWithPlugins(directory: string, ...more: string[]): Promise<ConsumingProject> {
    const providers = [kubernetesPlugin, tlsPlugin];
    const sdks = providers.map(({ name, version }) => `@pulumi/${name}@${version}`);
    return ConsumingProject.create(directory, ...sdks, ...more);
  }

  /** The folder of a program in TypeScript. */
  folderOf(name: Compiled): string {
    return path.join(this.folder, name.replaceAll(/\W/g, "-"));
  }

  /** @param files name → text of the modules */
  async writeTypescript(name: Compiled, files: Readonly<Record<string, string>>): Promise<void> {
    const { type, options } = compiled[name];
    const all = {
      "package.json": JSON.stringify({
        type,
        main: type === "module" ? "bin/index.js" : "index.ts",
      }),
      "tsconfig.json": JSON.stringify({ compilerOptions: options, files: Object.keys(files) }),
      "Pulumi.yaml": `name: two-clusters\nruntime: nodejs\n${plugins}`,
      ...files,
    };
    await mkdir(this.folderOf(name));
    for (const [file, text] of Object.entries(all)) {
      await writeFile(path.join(this.folderOf(name), file), text);
    }
  }

  tsc(name: Compiled, ...args: string[]) {
    // TypeScript 7 doesn't know the template's way to find modules.
    const compiler = name === "Pulumi's template" ? "typescript" : "typescript-7";
    const file = path.join(this.folder, "node_modules", compiler, "bin/tsc");
    const all = [file, "--pretty", "false", ...args];
    return execa(process.execPath, all, { cwd: this.folderOf(name), reject: false });
  }

  /**
   * The engine, with what programs in each language need.
   *
   * @param options as those of {@link LanguageProgram.start}
   */
  async startEngine(
    options: Omit<Parameters<typeof LanguageProgram.start>[0] & object, "hosts" | "dist"> = {},
  ): Promise<LanguageProgram> {
    const sdk = path.join(this.installed, "sdks/python");
    const PYTHONPATH =
      noPython === false ? await installSdk(await pythonWithPulumi(), this.#directory, sdk) : "";
    const dist = path.join(this.installed, "dist");
    // Where Pulumi finds the plugins of those that have no double.
    const plugins = ["kind", "mesh"].map((name) => path.join(dist, "providers", name));
    return LanguageProgram.start({
      ...options,
      hosts: [await yamlHostFolder(), ...plugins],
      env: { PYTHONPATH, ...options.env },
      dist,
    });
  }

  /** The programs by the names of their languages. Those in TypeScript have been written and compiled. */
  consumers(engine: LanguageProgram): Readonly<Record<Language, () => Promise<Consumer>>> {
    const byCli = async (folder: string): Promise<Consumer> => {
      const pulumi = (...args: string[]) =>
        engine.mustRun("pulumi", [...args, "--non-interactive"], folder);
      await pulumi("stack", "init", "lab");
      return {
        folder,
        run: (what) => pulumi(what, ...(what === "preview" ? [] : ["--yes"])),
      };
    };
    const emptyFolder = async (name: string): Promise<string> => {
      const folder = path.join(this.#directory, name);
      await mkdir(folder);
      return folder;
    };
    const yaml = async (name: string): Promise<Consumer> => {
      const folder = await emptyFolder(name);
      const example = path.join(this.installed, "examples", name, "Pulumi.yaml");
      await cp(example, path.join(folder, "Pulumi.yaml"));
      return byCli(folder);
    };
    const python = async (name: string): Promise<Consumer> => {
      const folder = await emptyFolder(`python-${name}`);
      const interpreter = await pythonWithPulumi();
      const example = path.join(this.installed, "examples/python", `${name}.py`);
      return { folder, run: (what) => engine.mustRun(interpreter, [example, what], folder) };
    };
    const go = async (main: string): Promise<Consumer> => {
      // The module is what git has of it, beside the example as in the repository.
      const folder = await emptyFolder(`go-${main === "." ? "topology" : main}`);
      for (const file of await checkedIn()) {
        if (!/^(examples|sdks)\/go\//.test(file)) continue;
        await cp(path.join(root, file), path.join(folder, file));
      }
      const { command, env } = await ensureGo(cacheDirectory(), process.env, () => undefined);
      const executable = path.join(folder, "two-clusters");
      await execa(command, ["build", "-mod=readonly", "-o", executable, `./${main}`], {
        cwd: path.join(folder, "examples/go"),
        env: { ...env, CGO_ENABLED: "0" },
      });
      return { folder, run: (what) => engine.mustRun(executable, [what], folder) };
    };
    return {
      "TypeScript, ES modules": () => byCli(this.folderOf("nodenext")),
      // Pulumi itself compiles index.ts, and checks its types.
      "TypeScript, Pulumi's template": () => byCli(this.folderOf("Pulumi's template")),
      YAML: () => yaml("yaml"),
      "YAML, components alone": () => yaml("yaml-components"),
      Python: () => python("two_clusters"),
      "Python, components alone": () => python("components"),
      Go: () => go("."),
      "Go, components alone": () => go("components"),
    };
  }
}

/** The folder of the language host for YAML. */
export async function yamlHostFolder(): Promise<string> {
  const how = { cache: cacheDirectory(), env: process.env, onProgress: () => undefined };
  return (await ensureArtifact(yamlHost, how)).folder;
}
