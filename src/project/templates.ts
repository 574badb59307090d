/** What a project can be made of; the files are in `templates/`, and `samples/starter`, which the build copies to dist/templates (build.mjs). */
export interface Template {
  readonly platform: Platform;
  /** As hpdevkit calls it (reference 9.8). */
  readonly type: string;
  /** A sentence. */
  readonly summary: string;
  /** What a user may send it, to begin with. */
  readonly example: string;
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

/** What contracts share that are sent requests in JSON. */
const requests = (platform: Platform, client: keyof typeof clients): string[] => (['starter', 'file', 'upgrader'].includes(client) ? [`${platform}/requests`] : []);

const node = (type: string, summary: string, client: keyof typeof clients, example: string): Template => ({ platform: 'nodejs', type, summary, example, layers: ['common', 'node', ...requests('nodejs', client), `nodejs/${type}`, ...clients[client]] });
const typescript = (type: string, summary: string, client: keyof typeof clients, example: string): Template => ({ ...node(type, summary, client, example), platform: 'typescript', layers: ['common', 'node', 'typescript/common', ...requests('typescript', client), `typescript/${type}`, ...clients[client]] });

/** In both languages. */
const ofNode = [
  ['blank-contract', 'Answers every input; a place to begin.', 'blank', 'hello'],
  ['starter-contract', 'Stores a text and gives it back.', 'starter', '{"type":"set","data":"hello"}'],
  ['file-contract', 'Keeps files that users upload.', 'file', '{"type":"list"}'],
  ['npl-contract', 'The nodes talk to each other to agree on a random number.', 'npl', 'a number, please'],
  ['upgrader-contract', 'Its owner can replace it by another program while it runs.', 'upgrader', '{"type":"version"}'],
] as const;

export const templates: readonly Template[] = [
  ...ofNode.map(([type, summary, client, example]) => node(type, summary, client, example)),
  ...ofNode.map(([type, summary, client, example]) => typescript(type, summary, client, example)),
  { platform: 'python', type: 'blank-contract', summary: 'Answers every input, in Python, without a library.', example: 'hello', layers: ['common', 'python/blank-contract'] },
  { platform: 'c', type: 'blank-contract', summary: 'Answers every input, in C, without a library.', example: 'hello', layers: ['common', 'c/blank-contract'] },
];

export const findTemplate = (platform: string, type: string): Template | undefined => templates.find((template) => template.platform === platform && template.type === type);

/** What names of projects are allowed, as with hpdevkit (reference 9.1). */
export const isProjectName = (name: string): boolean => /^[a-z][a-z0-9_]*$/.test(name);
