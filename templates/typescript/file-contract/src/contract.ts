import { Contract, type Context } from 'hotpocket-nodejs-contract';
import * as files from './files';
import { parse, type Request } from './request';

/** Keeps files that users upload: they are in the state, so all nodes have the same ones. */
async function contract(ctx: Context): Promise<void> {
  for (const user of ctx.users.list()) {
    for (const input of user.inputs) {
      await user.send(JSON.stringify(answer(parse(await ctx.users.read(input)), ctx.readonly)));
    }
  }
}

/** Content travels as base64, because requests are JSON. */
function answer({ type, name, content }: Request, readonly: boolean): object {
  if (typeof type !== 'string') return { type: 'error', error: 'Send JSON, such as {"type":"list"}' };
  if (type === 'list') return { type: 'files', names: files.list() };
  if (!files.isName(name)) return { type: 'error', error: 'A name of letters, digits, dots and dashes is needed' };
  if (type === 'download') return files.has(name) ? { type: 'file', name, content: files.read(name).toString('base64') } : { type: 'error', error: `There is no ${name}` };
  if (readonly) return { type: 'error', error: 'Files change by inputs only, not by read requests' };
  if (type === 'upload') {
    if (typeof content !== 'string') return { type: 'error', error: 'The content is missing, in base64' };
    files.write(name, Buffer.from(content, 'base64'));
    return { type: 'uploaded', name };
  }
  if (type === 'delete') return { type: files.remove(name) ? 'deleted' : 'error', name };
  return { type: 'error', error: `Unknown request type: ${type}` };
}

void new Contract().init(contract);
