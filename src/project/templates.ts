/** What a project can be made of; the files are in `templates/`, and `samples/starter`, which the build copies to dist/templates (build.mjs). */
export interface Template {
  readonly platform: Platform;
  /** As hpdevkit calls it (reference 9.8). */
  readonly type: string;
  /** A sentence. */
  readonly summary: string;
  /** Folders whose files make the project, later ones over earlier ones. */
  readonly layers: readonly string[];
}

export type Platform = 'nodejs' | 'typescript' | 'python' | 'c';

/** The sample's client stands alone; the others share how they connect. */
const clients = {
  starter: ['clients/starter'],
  blank: ['clients/connect', 'clients/blank'],
  file: ['clients/connect', 'clients/file'],
  npl: ['clients/connect', 'clients/npl'],
  upgrader: ['clients/connect', 'clients/upgrader'],
} as const;

const node = (type: string, summary: string, client: keyof typeof clients): Template => ({ platform: 'nodejs', type, summary, layers: ['common', 'node', `nodejs/${type}`, ...clients[client]] });
const typescript = (type: string, summary: string, client: keyof typeof clients): Template => ({ ...node(type, summary, client), platform: 'typescript', layers: ['common', 'node', 'typescript/common', `typescript/${type}`, ...clients[client]] });

/** In both languages. */
const ofNode = [
  ['blank-contract', 'Answers every input; a place to begin.', 'blank'],
  ['starter-contract', 'Stores a text and gives it back.', 'starter'],
  ['file-contract', 'Keeps files that users upload.', 'file'],
  ['npl-contract', 'The nodes talk to each other to agree on a random number.', 'npl'],
  ['upgrader-contract', 'Its owner can replace it by another program while it runs.', 'upgrader'],
] as const;

export const templates: readonly Template[] = [
  ...ofNode.map(([type, summary, client]) => node(type, summary, client)),
  ...ofNode.map(([type, summary, client]) => typescript(type, summary, client)),
  { platform: 'python', type: 'blank-contract', summary: 'Answers every input, in Python, without a library.', layers: ['common', 'python/blank-contract'] },
  { platform: 'c', type: 'blank-contract', summary: 'Answers every input, in C, without a library.', layers: ['common', 'c/blank-contract'] },
];

export const findTemplate = (platform: string, type: string): Template | undefined => templates.find((template) => template.platform === platform && template.type === type);

/** What names of projects are allowed, as with hpdevkit (reference 9.1). */
export const isProjectName = (name: string): boolean => /^[a-z][a-z0-9_]*$/.test(name);
