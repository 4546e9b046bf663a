export function modulesOf(root: string): string[];
export function licenses(root: string, inputs: readonly string[]): Promise<string>;
