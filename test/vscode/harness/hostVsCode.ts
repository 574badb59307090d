import { resolveCliPathFromVSCodeExecutablePath } from '@vscode/test-electron';
import { desktopVsCode } from './desktop';
import { provisionWorkbench } from './provision';

/** A VS Code for tests in the extension host. */
export interface HostVsCode {
  name: string;
  executable: string;
  /** The program that installs extensions. */
  cli: string;
}

/** A desktop VS Code where there can be one, else the stand-in `code` on what is installed for it. Throws Missing. */
export async function hostVsCode(code: string, say: (line: string) => void): Promise<HostVsCode> {
  const desktop = await desktopVsCode();
  if (desktop !== undefined) return { name: 'desktop VS Code', executable: desktop, cli: resolveCliPathFromVSCodeExecutablePath(desktop) };
  const { standIn, chromium } = await provisionWorkbench(say);
  return { name: `VS Code ${standIn.version} (code-server, ${chromium})`, executable: code, cli: code };
}
