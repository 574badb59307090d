import { once } from 'node:events';
import { CodeServer, codeCommand } from './codeServer';
import { RUN_VARIABLE } from './processes';
import { provisionWorkbench } from './provision';
import { Scratch } from './scratch';
import { writeUserSettings } from './settings';

export interface OpenOptions {
  /** The packed extension. */
  readonly vsix: string;
  readonly folder: string;
  /** Where the clusters are that the window shows. */
  readonly env: NodeJS.ProcessEnv;
}

/** For people without a desktop VS Code: serves one on this machine until Ctrl+C. Its profile is thrown away afterwards, its clusters are not. */
export async function openForPeople({ vsix, folder, env }: OpenOptions, say: (line: string) => void): Promise<void> {
  const { standIn } = await provisionWorkbench(say);
  const scratch = new Scratch();
  try {
    const folders = { scratch, userData: scratch.path('data'), extensions: scratch.path('extensions') };
    writeUserSettings(folders.userData);
    await codeCommand(standIn, folders, ['--install-extension', vsix]);
    // Without the mark that ends with this window: a cluster that is started from inside it runs on.
    const server = await CodeServer.start(standIn, folders, { ...env, [RUN_VARIABLE]: '' });
    say(`\nOpen http://${server.authority}/?folder=${encodeURIComponent(folder)}\nCtrl+C ends VS Code; the cluster runs on.`);
    await Promise.race([server.end, once(process, 'SIGINT')]);
    await server.stop();
  } finally {
    await scratch.dispose();
  }
}
