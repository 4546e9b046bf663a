import assert from "node:assert/strict";
import { once } from "node:events";
import { link, mkdir, readdir, readFile, realpath, rm } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { stateIn, type StateResource } from "../../../environments/state.ts";
import { filesBelow } from "../../left-files.ts";
import { plaintextIn } from "../../secret-texts.ts";
import { temporaryDirectory } from "../../temporary.ts";
import { makeSources } from "../stack-files.ts";
import { engineTools, homeWithoutLogs } from "../tools.ts";

export const root = path.resolve(import.meta.dirname, "../../..");

/** The stack that every example makes. */
const stack = "organization/two-clusters/lab";

/** How a {@link LanguageProgram} is run. */
interface Options {
  /** Further variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Folders of language hosts. @default none */
  readonly hosts?: readonly string[];
  /** Providers that have doubles. The plugins of others are those that Pulumi finds. @default all */
  readonly doubles?: readonly string[];
  /** Real clusters are made: no provider has a double. @default false */
  readonly clusters?: boolean;
  /** dist/ of an installed package, whose components are served in place of the checkout's. */
  readonly dist?: string;
}

/** A program in another language on the real engine: its stack, its backend, and doubles of the providers. */
export class LanguageProgram {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly #endDoubles: () => Promise<unknown>;

  private constructor(
    directory: string,
    env: Record<string, string>,
    endDoubles: () => Promise<unknown> = () => Promise.resolve(),
  ) {
    this.directory = directory;
    this.env = env;
    this.#endDoubles = endDoubles;
  }

  static async start(options: Options = {}): Promise<LanguageProgram> {
    const tools = await engineTools(options.clusters);
    const directory = await temporaryDirectory("engine-test");
    const backend = path.join(directory, "state");
    await mkdir(backend);
    const env = {
      ...tools,
      PATH: [...(options.hosts ?? []), tools["PATH"]].join(path.delimiter),
      PULUMI_HOME: await homeWithPlugins(tools, path.join(directory, "home")),
      PULUMI_BACKEND_URL: pathToFileURL(backend).href,
      PULUMI_CONFIG_PASSPHRASE: "of the test",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      LINKERD_TOPOLOGY_CACHE: path.join(directory, "cache"),
      LINKERD_TOPOLOGY_SOURCES: await makeSources(directory),
      XDG_STATE_HOME: path.join(directory, "xdg"),
      ...options.env,
    };
    if (options.clusters === true || options.doubles?.length === 0) {
      return new LanguageProgram(directory, env);
    }
    const file = path.join(import.meta.dirname, "doubles-process.ts");
    const code = options.dist === undefined ? [] : [options.dist, ".js"];
    const doubles = execa(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", file, ...code],
      {
        env,
        stdin: "pipe",
        buffer: false,
        reject: false,
        stderr: "inherit",
      },
    );
    const ended = doubles.then(() => assert.fail("the doubles have ended"));
    ended.catch(() => undefined);
    const [printed] = (await Promise.race([once(doubles.stdout, "data"), ended])) as [Buffer];
    const served = String(printed).trim().split(",");
    const wanted = served.filter(
      (one) => options.doubles?.includes(one.split(":")[0] ?? "") ?? true,
    );
    const debugProviders = { PULUMI_DEBUG_PROVIDERS: wanted.join(",") };
    return new LanguageProgram(directory, { ...env, ...debugProviders }, () => {
      doubles.stdin.end();
      return doubles;
    });
  }

  /** Runs a command in the program's environment. @returns its exit code and all that it printed */
  async run(
    command: string,
    args: readonly string[],
    cwd = this.directory,
  ): Promise<{ readonly exitCode: number | undefined; readonly all: string }> {
    const how = { ...this.#options, cwd, reject: false, all: true } as const;
    const { exitCode, all } = await execa(command, args, how);
    return { exitCode, all };
  }

  /** @throws with all that it printed, where it fails */
  async mustRun(command: string, args: readonly string[], cwd?: string): Promise<string> {
    const { exitCode, all } = await this.run(command, args, cwd);
    assert.equal(exitCode, 0, all);
    return all;
  }

  /** The resources in the state as `TYPE::NAME`, without the engine's own. */
  async made(): Promise<string[]> {
    const resources = await this.#resources();
    return resources
      .map(({ urn }) => ownName(urn))
      .filter((name) => name !== undefined)
      .sort();
  }

  /** The outputs of the stack, in plaintext. */
  async outputs(): Promise<Record<string, unknown>> {
    const text = await this.print("stack", "output", "--json", "--show-secrets", "-s", stack);
    return JSON.parse(text) as Record<string, unknown>;
  }

  /** What a command of Pulumi's prints for programs. */
  async print(...args: readonly string[]): Promise<string> {
    const { stdout } = await execa("pulumi", args, { ...this.#options, cwd: this.directory });
    return stdout;
  }

  /**
   * Where secrets that the doubles have issued stand in plaintext: in a file, or in what was printed.
   *
   * @param printed by the program
   */
  async plaintext(printed: string): Promise<readonly string[]> {
    const { kubeconfigs } = await this.outputs();
    const exported = await this.print("stack", "export", "--show-secrets", "-s", stack);
    const issued = [...exported.matchAll(/\b[a-z]+-[0-9a-f]{36}\b/g)].map(([text]) => text);
    // A kubeconfig and a token for each cluster at least.
    assert.ok(new Set(issued).size >= 4);
    const secrets = new Map([
      ["a kubeconfig", Object.values(kubeconfigs as Record<string, string>)],
      ["a secret of the state", [...new Set(issued)]],
    ]);
    const texts = (await filesBelow(this.directory)).map(({ name, text }) => [name, text] as const);
    return plaintextIn(new Map([...texts, ["what it printed", printed]]), secrets);
  }

  get #options() {
    return { env: this.env, extendEnv: false } as const;
  }

  async #resources(): Promise<readonly StateResource[]> {
    const file = path.join(this.directory, "state/.pulumi/stacks/two-clusters/lab.json");
    return stateIn(await readFile(file, "utf8"), file).deployment.resources ?? [];
  }

  async close(): Promise<void> {
    await this.#endDoubles();
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** A home of Pulumi's that plugins can be installed in. Those of another one are in it: Pulumi follows no links to folders. */
async function homeWithPlugins(
  tools: Readonly<Record<string, string>>,
  home: string,
): Promise<string> {
  await homeWithoutLogs(tools, home);
  const plugins = path.join(home, "plugins");
  const shared = await realpath(plugins);
  await rm(plugins);
  await mkdir(plugins);
  for (const entry of await readdir(shared, { withFileTypes: true })) {
    const { name } = entry;
    if (!entry.isDirectory() || !name.startsWith("resource-")) continue;
    await mkdir(path.join(plugins, name));
    for (const file of await readdir(path.join(shared, name))) {
      await link(path.join(shared, name, file), path.join(plugins, name, file));
    }
  }
  return home;
}

/** Type and name of a resource that a program makes: the stack, and the engine's default providers, are in all. */
export function ownName(urn: string): string | undefined {
  const [, , type = "", name = ""] = urn.split("::");
  if (type === "pulumi:pulumi:Stack" || name.startsWith("default_")) return undefined;
  return `${type}::${name}`;
}
