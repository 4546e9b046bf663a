export interface FakeTools {
  readonly port: number;
  stop(): Promise<void>;
}

export function startFakeTools(root: string): Promise<FakeTools>;
export function fakeTool(tool: string, port: number): string;
